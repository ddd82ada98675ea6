"""The `tonfall-train` command: parse, call one function, print."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from getpass import getuser
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from model import BUNDLED, ModelError, load_scorer
from model.artifact import verify_artifact
from model.store import THRESHOLDS, Store, threshold_file
from training.behave import BARS, as_json, behave, failed_bars, read_bars
from training.behave import tables as suite_tables
from training.cases import CASES, load_cases, rubric_cases
from training.check import check_corpus, tables, write_card
from training.corpus import DATA, RatedReply, load_corpus
from training.errors import TrainingError
from training.evaluate import Evaluation, evaluate
from training.fit_linear import fit_linear
from training.learning_curve import learning_curve
from training.plots import write_corpus_plots
from training.promote import Trial, promote, rollback, try_candidate
from training.public import load_public
from training.recipe import RECIPES, LinearRecipe, read_recipe
from training.report import update_card, write_report
from training.store import remove_version

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
data_option = click.option(
    "--data", type=FOLDER, default=DATA, help="Folder with replies/ and plan.toml."
)
recipe_option = click.option(
    "--recipe",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    default=RECIPES / "linear.toml",
    help="Every choice of the run.",
)
public_option = click.option(
    "--public",
    type=FOLDER,
    help="Folder with the texts of the rated public replies (data/public-ratings).",
)
by_option = click.option(
    "--by", default=getuser, metavar="NAME", help="Who decides it; default: your login."
)
_SHOWN = (0.2, 0.5, 2.0, 2.5, 3.0, 3.5, 4.0)
"""The old thresholds that a promotion prints; the file has them all."""


class _Group(click.Group):
    """Errors raised on purpose end the command with their message."""

    def invoke(self, context: click.Context) -> object:
        try:
            return super().invoke(context)
        except (TrainingError, ModelError) as error:
            raise click.ClickException(str(error)) from error


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="tonfall")
def main() -> None:
    """Train Tonfall's scorer on rated replies."""


@main.command()
@click.argument("data", type=FOLDER, default=DATA)
@click.option(
    "--plots", type=click.Path(path_type=Path), default=Path("runs/check"), help="Where plots go."
)
@click.option("--card/--no-card", default=False, help="Write the tables into DATA/README.md.")
def check(data: Path, plots: Path, card: bool) -> None:
    """Validate the rated replies in DATA and compare them with their plan."""
    report = check_corpus(data)
    console = Console(width=None if Console().is_terminal else 140)
    for title, head, rows in tables(report):
        _print_table(console, title, head, rows)
    if card:
        write_card(report, data / "README.md")
    for path in write_corpus_plots(report.replies, plots):
        console.print(f"plot: {path}")
    for fault in report.faults:
        console.print(fault, style="red", markup=False, soft_wrap=True)
    if not report.is_sound:
        missed = sum(not line.is_met for line in report.plan)
        raise click.ClickException(
            f"{len(report.faults)} fault(s), {missed} line(s) of the plan not met"
        )
    console.print(f"{len(report.replies):,} rated replies, no fault")


@main.group()
def fit() -> None:
    """Fit a candidate scorer."""


@fit.command("linear")
@data_option
@public_option
@recipe_option
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("runs/linear"),
    help="New folder for the candidate.",
)
def fit_linear_command(data: Path, public: Path | None, recipe: Path, out: Path) -> None:
    """Fit the n-gram scorer; with --public on the rated public replies, too."""
    replies = load_corpus(data / "replies") + (load_public(public) if public else [])
    version = fit_linear(replies, read_recipe(recipe), out)
    click.echo(f"{version} in {out}; next: tonfall-train evaluate {out}")


@main.command("evaluate")
@click.argument("candidate", type=FOLDER, default=BUNDLED)
@data_option
@public_option
@recipe_option
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("runs/report"),
    help="Where the report goes.",
)
@click.option("--card/--no-card", default=False, help="Write the tables into the model card, too.")
@click.option("--curve/--no-curve", default=True, help="Refit on parts of the training replies.")
def evaluate_command(
    candidate: Path,
    data: Path,
    public: Path | None,
    recipe: Path,
    out: Path,
    card: bool,
    curve: bool,
) -> None:
    """Evaluate CANDIDATE on the test split and write a report with plots."""
    settings, replies = read_recipe(recipe), load_corpus(data / "replies")
    evaluation = _evaluate(candidate, replies, settings, load_public(public) if public else [])
    points = learning_curve(replies, settings) if curve else []
    click.echo(f"report: {write_report(evaluation, points, out)}")
    if card:
        update_card(evaluation, points)


@main.command("behave")
@click.argument("artifact", type=FOLDER, default=BUNDLED)
@click.option("--cases", type=FOLDER, default=CASES, help="Folder with cases and bars.toml.")
@click.option("--out", type=click.Path(path_type=Path), help="New JSON file for the results.")
def behave_command(artifact: Path, cases: Path, out: Path | None) -> None:
    """Run ARTIFACT through the behavioral cases and the examples of the rubric."""
    suite, bars = load_cases(cases) + rubric_cases(), read_bars(cases / BARS)
    result = behave(load_scorer(artifact), suite, bars)
    console = Console(width=None if Console().is_terminal else 140)
    for title, head, rows in suite_tables(result):
        _print_table(console, title, head, rows)
    if out:
        out.write_text(json.dumps(as_json(result), ensure_ascii=False, indent=1) + "\n", "utf-8")
    if failed := failed_bars(result):
        raise click.ClickException("\n".join([f"below {len(failed)} bar(s)", *failed]))
    click.echo(f"{len(suite):,} cases, every bar met")


@main.command("promote")
@click.argument("candidate", type=FOLDER)
@data_option
@recipe_option
@click.option(
    "--to",
    "store",
    type=click.Path(file_okay=False, path_type=Path),
    default=BUNDLED,
    help="The store that the service reads; made where there is none.",
)
@by_option
@click.option("--reason", default="", help="Why; kept in the history.")
@click.option(
    "--force-with-reason",
    "forced",
    metavar="TEXT",
    help="Promote although gates fail; what failed and TEXT stay in the history.",
)
def promote_command(
    candidate: Path,
    data: Path,
    recipe: Path,
    store: Path,
    by: str,
    reason: str,
    forced: str | None,
) -> None:
    """Make CANDIDATE the scorer the service serves, if it passes every gate.

    A service that runs takes it within seconds. Tables of thresholds, from the scores of the
    version it replaces and back, are written into the store too.
    """
    settings, replies = read_recipe(recipe), load_corpus(data / "replies")
    evaluation = _evaluate(candidate, replies, settings)
    trial = try_candidate(candidate, evaluation, store, seed=settings.seed)
    promote(
        candidate,
        trial,
        store,
        by=by,
        reason=forced or reason,
        is_forced=bool(forced),
        now=datetime.now(UTC),
    )
    _print_promotion(trial, store)


@main.command("rollback")
@click.argument("store", type=FOLDER)
@click.option("--to", metavar="VERSION", help="Default: the version that the current one replaced.")
@by_option
@click.option("--reason", default="", help="Why; kept in the history.")
def rollback_command(store: Path, to: str | None, by: str, reason: str) -> None:
    """Make an earlier version in STORE current again."""
    done = rollback(store, to, by=by, reason=reason, now=datetime.now(UTC))
    click.echo(f"{done.version} is current again in {store}; it was {done.previous}")
    if Store(store).thresholds(str(done.previous), done.version) is None:
        click.echo("no table of thresholds leads there; rules on scores need a look", err=True)


@main.command()
@click.argument("store", type=FOLDER)
def history(store: Path) -> None:
    """List the promotions and rollbacks of STORE, oldest first."""
    table = Table("at (UTC)", "from", "to", "by", "reason", "gates failed")
    for p in Store(store).history():
        kind = "rollback" if p.is_rollback else str(len(p.failed_gates))
        table.add_row(p.at, p.previous or "", p.version, p.by, p.reason, kind)
    Console(width=None if Console().is_terminal else 140).print(table)


@main.command()
@click.argument("version")
@click.argument("store", type=FOLDER)
def remove(version: str, store: Path) -> None:
    """Delete VERSION from STORE; its history and its thresholds stay."""
    remove_version(store, version)
    click.echo(f"{version} removed from {store}")


@main.command()
@data_option
@public_option
@recipe_option
@click.option(
    "--runs",
    type=click.Path(path_type=Path),
    default=Path("runs"),
    help="Where candidates and reports go.",
)
def build(data: Path, public: Path | None, recipe: Path, runs: Path) -> None:
    """Fit the scorer that ships, evaluate it, promote it, and write the model card.

    The scorer is fitted on DATA alone; --public adds the results on real replies to the card.
    """
    settings, replies = read_recipe(recipe), load_corpus(data / "replies")
    candidate = runs / f"linear-{1 + sum(1 for _ in runs.glob('linear-*')):03d}"
    version = fit_linear(replies, settings, candidate)
    if BUNDLED.exists() and version == verify_artifact(BUNDLED).version:
        click.echo(f"{version} is what ships already, byte for byte")
        return
    evaluation = _evaluate(candidate, replies, settings, load_public(public) if public else [])
    points = learning_curve(replies, settings)
    click.echo(f"report: {write_report(evaluation, points, runs / 'report')}")
    trial = try_candidate(candidate, evaluation, BUNDLED, seed=settings.seed)
    promote(candidate, trial, BUNDLED, by="make train", now=datetime.now(UTC))
    _print_promotion(trial, BUNDLED)
    update_card(evaluation, points)


def _print_table(
    console: Console, title: str, head: Sequence[str], rows: Sequence[Sequence[str]]
) -> None:
    if rows:
        table = Table(*head, title=title, title_justify="left")
        for row in rows:
            table.add_row(*row)
        console.print(table)


def _evaluate(
    candidate: Path,
    replies: Sequence[RatedReply],
    recipe: LinearRecipe,
    public: Sequence[RatedReply] = (),
) -> Evaluation:
    return evaluate(load_scorer(candidate), replies, public, seed=recipe.seed)


def _print_promotion(trial: Trial, store: Path) -> None:
    """Say what was promoted, what was overruled, and what it does to thresholds in use."""
    console = Console(width=None if Console().is_terminal else 140)
    for gate in trial.failed:
        console.print(f"PROMOTED AGAINST A GATE: {gate}", style="red", markup=False)
    console.print(f"{trial.version} promoted to {store}", markup=False, soft_wrap=True)
    if not trial.thresholds:
        return
    there = trial.thresholds[0]
    old, new = there.old_version, there.new_version
    table = Table("score", f"a rule on {old}", f"the same share on {new}", "standard error")
    for name, thresholds in there.thresholds.items():
        for t in thresholds:
            if t.old in _SHOWN:
                table.add_row(name, f"{t.old:.1f}", f"{t.new:.2f}", f"{t.error:.2f}")
    console.print(table)
    path = store / THRESHOLDS / threshold_file(old, new)
    console.print(f"all thresholds: {path}", markup=False, soft_wrap=True)
    console.print(f"way back: tonfall-train rollback {store}", markup=False, soft_wrap=True)
