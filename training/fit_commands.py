"""`tonfall-train encoder` and `tonfall-train fit …`: parse, call one function, print."""

from pathlib import Path

import click

from model import BUNDLED
from training.carrying import carries
from training.corpus import DATA, RatedReply, load_corpus
from training.fit_linear import fit_linear
from training.options import (
    FILE,
    FOLDER,
    data_option,
    out_option,
    public_option,
    recipe_option,
)
from training.public import TO_TRAIN, load_public
from training.recipe import (
    RECIPES,
    EncoderRecipe,
    HeadsRecipe,
    LinearRecipe,
    MultilingualRecipe,
    read_recipe,
)
from training.splits import Split, parts

mix_option = click.option(
    "--shipped",
    type=click.FloatRange(min=0),
    default=0.0,
    metavar="WEIGHT",
    help="Add the shipped corpus; one of its replies counts WEIGHT beside one in --data.",
)
device_option = click.option(
    "--device", default="cpu", help="Where torch computes: cpu, cuda, cuda:1, …"
)


@click.command("encoder")
@click.option("--texts", type=FOLDER, required=True, help="Folder with translated pairs.")
@data_option
@recipe_option("multilingual")
@device_option
@out_option("runs/multilingual")
def encoder_command(texts: Path, data: Path, recipe: Path, device: str, out: Path) -> None:
    """Make a Scandinavian encoder of the English one; run again to go on where it stopped."""
    from training.encoder_folder import english_encoder
    from training.multilingual import make_multilingual

    train = parts(load_corpus(data / "replies"))[Split.TRAIN]
    settings = read_recipe(recipe, MultilingualRecipe)
    found = make_multilingual(english_encoder(), texts, train, settings, out, device)
    for step, shares in found.items():
        listed = ", ".join(f"{name} {share:.1%}" for name, share in shares.items())
        click.echo(f"{step}: {listed}")
    click.echo(f"{out}; next: tonfall-train fit encoder --from {out}")


@click.group()
def fit() -> None:
    """Fit a candidate scorer."""


@fit.command("linear")
@data_option
@mix_option
@public_option
@recipe_option("linear")
@out_option("runs/linear")
def linear_command(
    data: Path, shipped: float, public: Path | None, recipe: Path, out: Path
) -> None:
    """Fit the n-gram scorer: seconds."""
    own, replies, weights = _gathered(data, shipped, public)
    version = fit_linear(replies, read_recipe(recipe, LinearRecipe), out, weights=weights)
    _done(version, out, own)


@fit.command("heads")
@click.option(
    "--from",
    "start",
    type=FOLDER,
    default=BUNDLED,
    help="An encoder artifact, or a Hugging Face folder.",
)
@click.option("--go-on/--afresh", default=False, help="Start from the heads of the artifact.")
@data_option
@mix_option
@public_option
@recipe_option("heads")
@out_option("runs/heads")
def heads_command(
    start: Path,
    go_on: bool,
    data: Path,
    shipped: float,
    public: Path | None,
    recipe: Path,
    out: Path,
) -> None:
    """Fit the heads of an encoder, which stays as it is: minutes."""
    from training.fit import fit_heads_artifact

    own, replies, weights = _gathered(data, shipped, public)
    settings = read_recipe(recipe, HeadsRecipe)
    version = fit_heads_artifact(replies, start, settings, out, weights=weights, goes_on=go_on)
    _done(version, out, own)


@fit.command("encoder")
@click.option(
    "--from",
    "start",
    type=str,
    default=str(BUNDLED),
    help="An encoder artifact, a Hugging Face folder, or the name of a BERT on the Hub.",
)
@data_option
@mix_option
@public_option
@recipe_option("encoder")
@click.option("--heads", type=FILE, default=RECIPES / "heads.toml", help="For the calibration.")
@device_option
@out_option("runs/encoder")
def encoder_fit_command(
    start: str,
    data: Path,
    shipped: float,
    public: Path | None,
    recipe: Path,
    heads: Path,
    device: str,
    out: Path,
) -> None:
    """Fine-tune an encoder with its heads; run again to go on where it stopped."""
    from training.encoder_folder import from_hub
    from training.fit import fit_encoder_artifact

    own, replies, weights = _gathered(data, shipped, public)
    version = fit_encoder_artifact(
        replies,
        Path(start) if Path(start).is_dir() else from_hub(start),
        read_recipe(recipe, EncoderRecipe),
        read_recipe(heads, HeadsRecipe),
        out,
        weights=weights,
        device=device,
    )
    _done(version, out, own)


@fit.command("mean")
@click.argument("runs", nargs=-1, required=True, type=FOLDER)
@data_option
@recipe_option("heads")
@out_option("runs/mean")
def mean_command(runs: tuple[Path, ...], data: Path, recipe: Path, out: Path) -> None:
    """The mean of encoder artifacts that went on from the same one; a minute.

    Give one twice and it counts twice.
    """
    from training.fit import mean_artifact

    own = load_corpus(data / "replies")
    _done(mean_artifact(own, runs, read_recipe(recipe, HeadsRecipe), out), out, own)


def _gathered(
    data: Path, shipped: float, public: Path | None
) -> tuple[list[RatedReply], list[RatedReply], dict[str, float]]:
    """The replies in `data`; those and all others to fit on; and what the others weigh, by id."""
    own = load_corpus(data / "replies")
    others = load_corpus(DATA / "replies") if shipped > 0 and data != DATA else []
    known = {r.id for r in own}
    others = [r for r in others if r.id not in known]
    public_replies = load_public(public, TO_TRAIN) if public else []
    return own, own + others + public_replies, {r.id: shipped for r in others}


def _done(version: str, out: Path, own: list[RatedReply]) -> None:
    click.echo(f"{version} in {out}")
    click.echo(carries(own))
    click.echo(f"next: tonfall-train evaluate {out}")
