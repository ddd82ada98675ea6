"""The `tonfall-train` command: parse, call one function, print."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import click

from model import BUNDLED, ModelError, Scorer, load_scorer
from model.artifact import verify_artifact
from model.errors import ArtifactError
from training.advising import advice_cases, precision_table, read_readings, sheet
from training.advising import write_card as write_precision
from training.behave import BARS, as_json, behave, behavioral_gate, failed_bars, read_bars
from training.behave import tables as suite_tables
from training.build import build
from training.cases import CASES, load_cases, rubric_cases
from training.check import check_corpus, tables, write_card
from training.corpus import DATA, RatedReply, load_corpus
from training.errors import TrainingError
from training.examination import Curve, Examination, examine
from training.fit_commands import encoder_command, fit
from training.import_command import import_command
from training.learning_curve import learning_curve
from training.options import (
    FOLDER,
    NEW,
    console,
    data_option,
    print_table,
    public_option,
    recipe_option,
)
from training.plots import write_corpus_plots
from training.promote import promote, try_candidate
from training.public import load_public
from training.recipe import RECIPES, LinearRecipe, read_recipe
from training.report import CARD, update_card, write_report
from training.rerating import find_doubtful, write_list
from training.store_commands import (
    history,
    print_promotion,
    promote_command,
    remove,
    rollback_command,
)

MOST_NOTES = 20


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


for command in (
    import_command,
    encoder_command,
    fit,
    promote_command,
    rollback_command,
    history,
    remove,
):
    main.add_command(command)


@main.command()
@click.argument("data", type=FOLDER, default=DATA)
@click.option("--plots", type=NEW, default=Path("runs/check"), help="Where plots go.")
@click.option("--card/--no-card", default=False, help="Write the tables into DATA/README.md.")
@click.option(
    "--rerate",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Also look for ratings that are probably wrong and list them here, with their texts "
    "(.csv or .jsonl); takes as long as a fit for each fold.",
)
@recipe_option("linear")
def check(data: Path, plots: Path, card: bool, rerate: Path | None, recipe: Path) -> None:
    """Validate the rated replies in DATA and compare them with their plan, if they have one."""
    report = check_corpus(data)
    terminal = console()
    for title, head, rows in tables(report):
        print_table(terminal, title, head, rows)
    if card:
        write_card(report, data / "README.md")
    for path in write_corpus_plots(report.replies, plots):
        terminal.print(f"plot: {path}")
    if rerate:
        doubtful = find_doubtful(report.replies, read_recipe(recipe, LinearRecipe))
        write_list(doubtful, rerate)
        terminal.print(f"{len(doubtful):,} ratings to give again: {rerate}")
    for fault in report.faults:
        terminal.print(fault, style="red", markup=False, soft_wrap=True)
    for note in report.notes[:MOST_NOTES]:
        terminal.print(f"note: {note}", style="yellow", markup=False, soft_wrap=True)
    if len(report.notes) > MOST_NOTES:
        terminal.print(f"… and {len(report.notes) - MOST_NOTES:,} more notes")
    if not report.is_sound:
        missed = sum(not line.is_met for line in report.plan)
        raise click.ClickException(
            f"{len(report.faults)} fault(s), {missed} line(s) of the plan not met"
        )
    terminal.print(f"{len(report.replies):,} rated replies, no fault")


@main.command("evaluate")
@click.argument("candidate", type=FOLDER, default=BUNDLED)
@data_option
@public_option
@recipe_option("linear")
@click.option(
    "--against",
    type=FOLDER,
    help="The scorer to compare with; the one that ships, unless CANDIDATE is it.",
)
@click.option("--also", type=FOLDER, multiple=True, help="Another scorer to show beside it.")
@click.option(
    "--out",
    type=NEW,
    default=Path("runs/report"),
    help="Where the report goes.",
)
@click.option("--card/--no-card", default=False, help="Write the tables into the model card, too.")
@click.option("--curve/--no-curve", default=True, help="Refit on parts of the training replies.")
@click.option("--text/--no-text", default=True, help="Quote the replies of the worst errors.")
def evaluate_command(
    candidate: Path,
    data: Path,
    public: Path | None,
    recipe: Path,
    against: Path | None,
    also: Sequence[Path],
    out: Path,
    card: bool,
    curve: bool,
    text: bool,
) -> None:
    """Evaluate CANDIDATE on the test split and write one self-contained HTML report.

    The report quotes the worst errors word for word unless --no-text is given.
    """
    settings, replies = read_recipe(recipe, LinearRecipe), load_corpus(data / "replies")
    others = {f"{path.name}: {verify_artifact(path).version}": load_scorer(path) for path in also}
    examination = examine(
        load_scorer(candidate),
        replies,
        load_public(public) if public else [],
        seed=settings.seed,
        against=_other(candidate, against),
        also=others,
        curve=_curve(candidate, replies, settings) if curve else None,
    )
    _report(examination, out, text)
    if card:
        update_card(examination)


@main.command("behave")
@click.argument("artifact", type=FOLDER, default=BUNDLED)
@click.option("--cases", type=FOLDER, default=CASES, help="Folder with cases and bars.toml.")
@click.option("--out", type=NEW, help="New JSON file for the results.")
def behave_command(artifact: Path, cases: Path, out: Path | None) -> None:
    """Run ARTIFACT through the behavioral cases and the examples of the rubric."""
    suite, bars = load_cases(cases) + rubric_cases(), read_bars(cases / BARS)
    result = behave(load_scorer(artifact), suite, bars)
    terminal = console()
    for title, head, rows in suite_tables(result):
        print_table(terminal, title, head, rows)
    if out:
        out.write_text(json.dumps(as_json(result), ensure_ascii=False, indent=1) + "\n", "utf-8")
    if failed := failed_bars(result):
        raise click.ClickException("\n".join([f"below {len(failed)} bar(s)", *failed]))
    click.echo(f"{len(suite):,} cases, every bar met")


@main.command("advice")
@click.argument("artifact", type=FOLDER, default=BUNDLED)
@data_option
@click.option("--sheet", "to", type=NEW, help="New file with cases of the test split to read.")
@click.option("--seed", default=1, show_default=True, help="Another seed draws other cases.")
@click.option("--card/--no-card", default=False, help="Write precision into the model card.")
def advice_command(artifact: Path, data: Path, to: Path | None, seed: int, card: bool) -> None:
    """How often the advice is right, from the readings in data/advice-readings."""
    if to:
        cases = advice_cases(load_scorer(artifact), load_corpus(data / "replies"), seed=seed)
        to.write_text(sheet(cases), "utf-8")
        click.echo(f"{to}: {len(cases)} cases to read")
        return
    readings = read_readings()
    if not readings:
        raise click.ClickException("nobody has read any advice; write cases with --sheet first")
    click.echo(precision_table(readings))
    if card:
        write_precision(readings, CARD)


@main.command("build")
@data_option
@public_option
@click.option("--runs", type=NEW, default=Path("runs"), help="Where candidates and reports go.")
def build_command(data: Path, public: Path | None, runs: Path) -> None:
    """Fit what ships again: the linear scorer, and the heads of the encoder.

    Heads that came out otherwise are evaluated and promoted, and the model card is written anew;
    --public adds the results on real replies to it.
    """
    settings = read_recipe(RECIPES / "linear.toml", LinearRecipe)
    replies = load_corpus(data / "replies")

    def evaluate_and_promote(candidate: Path) -> None:
        real = load_public(public) if public else []
        examination = _examined(candidate, replies, real, settings)
        _report(examination, runs / "report")
        trial = try_candidate(
            candidate,
            examination.evaluation,
            BUNDLED,
            seed=settings.seed,
            extra_gates=[behavioral_gate(BUNDLED)],
        )
        promote(candidate, trial, BUNDLED, by="make train", now=datetime.now(UTC))
        print_promotion(trial, BUNDLED)
        update_card(examination)

    build(replies, runs, report=click.echo, evaluate_and_promote=evaluate_and_promote)


def _examined(
    candidate: Path,
    replies: Sequence[RatedReply],
    public: Sequence[RatedReply],
    settings: LinearRecipe,
) -> Examination:
    return examine(
        load_scorer(candidate),
        replies,
        public,
        seed=settings.seed,
        against=_other(candidate),
        curve=_curve(candidate, replies, settings),
    )


def _other(candidate: Path, against: Path | None = None) -> Scorer | None:
    """The scorer to compare with: the one asked for, or the one that ships if it is another."""
    if against is not None:
        return load_scorer(against)
    try:
        shipped = verify_artifact(BUNDLED).version
    except ArtifactError:
        return None  # the first scorer is compared with nothing
    return load_scorer() if verify_artifact(candidate).version != shipped else None


def _curve(candidate: Path, replies: Sequence[RatedReply], recipe: LinearRecipe) -> Curve:
    """A learning curve, where the candidate is of the kind that is refitted in seconds."""
    kind = verify_artifact(candidate).kind
    if kind != "linear":
        return Curve(reason=f"A scorer of kind {kind} takes too long to fit five times over.")
    return Curve(points=learning_curve(replies, recipe))


def _report(examination: Examination, folder: Path, with_text: bool = True) -> None:
    today = datetime.now(UTC).date()
    path = write_report(examination, folder, made=today, with_text=with_text)
    click.echo(f"report: {path}")
    if with_text:
        click.echo("it quotes replies word for word; --no-text leaves them out")
