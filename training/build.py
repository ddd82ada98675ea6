"""`make train`: what ships, fitted again from the repository alone."""

from collections.abc import Callable, Sequence
from pathlib import Path

from model import BUNDLED
from model.artifact import verify_artifact
from model.store import Store
from training.corpus import RatedReply
from training.fit_linear import fit_linear
from training.recipe import RECIPES, HeadsRecipe, LinearRecipe, read_recipe
from training.store import add_version, writing


def build(
    replies: Sequence[RatedReply],
    runs: Path,
    *,
    report: Callable[[str], object],
    evaluate_and_promote: Callable[[Path], object],
    store: Path = BUNDLED,
) -> None:
    """Fit the linear scorer and the heads of the encoder that ships; keep what is new.

    The linear scorer is kept in `store` beside the encoder. Heads that came out otherwise are a
    candidate, which `evaluate_and_promote` judges.
    """
    from training.fit import fit_heads_artifact

    linear = _free(runs, "linear")
    version = fit_linear(replies, read_recipe(RECIPES / "linear.toml", LinearRecipe), linear)
    report(_compared(version, store))
    if version not in Store(store).versions():
        with writing(store):
            add_version(store, linear)
    heads = _free(runs, "heads")
    recipe = read_recipe(RECIPES / "heads.toml", HeadsRecipe)
    version = fit_heads_artifact(replies, store, recipe, heads)
    report(_compared(version, store))
    if version != verify_artifact(store).version:
        evaluate_and_promote(heads)


def _compared(version: str, store: Path) -> str:
    if version in Store(store).versions():
        return f"{version}: what ships already, byte for byte"
    return f"{version}: not what ships"


def _free(runs: Path, kind: str) -> Path:
    return runs / f"{kind}-{1 + sum(1 for _ in runs.glob(f'{kind}-*')):03d}"
