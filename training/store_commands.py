"""`tonfall-train promote`, `rollback`, `history`, `remove`: parse, call one function, print."""

from datetime import UTC, datetime
from pathlib import Path

import click
from rich.table import Table

from model import BUNDLED, load_scorer
from model.store import THRESHOLDS, Store, threshold_file
from training.behave import behavioral_gate
from training.corpus import load_corpus
from training.evaluate import evaluate
from training.options import FOLDER, by_option, console, data_option, recipe_option
from training.promote import Trial, promote, rollback, try_candidate
from training.recipe import LinearRecipe, read_recipe
from training.store import remove_version

_SHOWN = (0.2, 0.5, 2.0, 2.5, 3.0, 3.5, 4.0)
"""The old thresholds that a promotion prints; the file has them all."""


@click.command("promote")
@click.argument("candidate", type=FOLDER)
@data_option
@recipe_option("linear")
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
    seed = read_recipe(recipe, LinearRecipe).seed
    evaluation = evaluate(load_scorer(candidate), load_corpus(data / "replies"), seed=seed)
    gates = [behavioral_gate(store)]
    trial = try_candidate(candidate, evaluation, store, seed=seed, extra_gates=gates)
    promote(
        candidate,
        trial,
        store,
        by=by,
        reason=forced or reason,
        is_forced=bool(forced),
        now=datetime.now(UTC),
    )
    print_promotion(trial, store)


@click.command("rollback")
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


@click.command()
@click.argument("store", type=FOLDER)
def history(store: Path) -> None:
    """List the promotions and rollbacks of STORE, oldest first."""
    table = Table("at (UTC)", "from", "to", "by", "reason", "gates failed")
    for p in Store(store).history():
        kind = "rollback" if p.is_rollback else str(len(p.failed_gates))
        table.add_row(p.at, p.previous or "", p.version, p.by, p.reason, kind)
    console().print(table)


@click.command()
@click.argument("version")
@click.argument("store", type=FOLDER)
def remove(version: str, store: Path) -> None:
    """Delete VERSION from STORE; its history and its thresholds stay."""
    remove_version(store, version)
    click.echo(f"{version} removed from {store}")


def print_promotion(trial: Trial, store: Path) -> None:
    """Say what was promoted, what was overruled, and what it does to thresholds in use."""
    terminal = console()
    for gate in trial.failed:
        terminal.print(f"PROMOTED AGAINST A GATE: {gate}", style="red", markup=False)
    terminal.print(f"{trial.version} promoted to {store}", markup=False, soft_wrap=True)
    if not trial.thresholds:
        return
    there = trial.thresholds[0]
    old, new = there.old_version, there.new_version
    table = Table("score", f"a rule on {old}", f"the same share on {new}", "standard error")
    for name, thresholds in there.thresholds.items():
        for t in thresholds:
            if t.old in _SHOWN:
                table.add_row(name, f"{t.old:.1f}", f"{t.new:.2f}", f"{t.error:.2f}")
    terminal.print(table)
    path = store / THRESHOLDS / threshold_file(old, new)
    terminal.print(f"all thresholds: {path}", markup=False, soft_wrap=True)
    terminal.print(f"way back: tonfall-train rollback {store}", markup=False, soft_wrap=True)
