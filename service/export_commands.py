"""`tonfall export-ratings`: reviewed replies in a file that `tonfall-train` reads."""

import os
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path

import click
from rich.console import Console
from rich.progress import track

from model import Channel
from service.exporting import RatingsExport
from service.plan import Arm
from service.settings import Settings
from service.storage.database import Database
from service.storage.errors import StorageError
from service.storage.rated_replies import Wanted

_REASONS = {
    "quality": "kept for quality alone: store replies with purpose 'training' to fit a scorer",
    "erased": "erased since",
    "language": "in none of the five languages",
    "channel": "of unknown channel: say which with --channel",
}
_DAY = click.DateTime(["%Y-%m-%d"])


@click.command("export-ratings")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--start", type=_DAY, help="Sent from this day on (UTC).")
@click.option("--end", type=_DAY, help="Sent before this day (UTC).")
@click.option("--team", help="Of this team alone.")
@click.option("--arm", type=click.Choice([*Arm]), help="Drawn for this reason alone.")
@click.option(
    "--channel", type=click.Choice([*Channel]), help="Of replies whose channel is not known."
)
@click.option(
    "--behaviors", is_flag=True, help="With tagged behaviors; only where every sentence was tagged."
)
@click.pass_obj
def export_ratings(
    reads: Callable[[], Settings],
    file: Path,
    start: datetime | None,
    end: datetime | None,
    team: str | None,
    arm: Arm | None,
    channel: Channel | None,
    behaviors: bool,
) -> None:
    """Write the reviewed replies that are kept for training to FILE, for `tonfall-train`."""
    wanted = Wanted(start=_utc(start), end=_utc(end), team=team, arm=arm, channel=channel)
    _require_free(file)
    database = Database(reads().database_url)
    try:
        export = RatingsExport(database, wanted, with_behaviors=behaviors)
        found = export.begin(actor="tonfall export-ratings", now=datetime.now(UTC))
        _tell(found.left_out)
        if not found.replies:
            raise click.ClickException("there is no reply to export; nothing was written")
        written = _write(file, export.lines(), found.replies)
    except (StorageError, OSError) as error:
        raise click.ClickException(f"{file}: not written ({error})") from error
    finally:
        database.close()
    click.echo(
        f"{written:,} rated replies in {file}; next: tonfall-train import {file} --out FOLDER"
    )


def _require_free(file: Path) -> None:
    if file.exists():
        raise click.ClickException(f"{file} is there already; give another name, or remove it")


def _tell(left_out: Mapping[str, int]) -> None:
    for reason, replies in left_out.items():
        click.echo(f"{replies:,} left out, {_REASONS[reason]}", err=True)


def _write(file: Path, lines: Iterable[str], expected: int) -> int:
    """The whole file or none, readable by its owner alone."""
    written, part = 0, file.with_name(file.name + ".part")
    shown = track(lines, "export", expected, console=Console(stderr=True), transient=True)
    try:
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as out:
            for line in shown:
                out.write(line)
                written += 1
            out.flush()
            os.fsync(out.fileno())
        _require_free(file)
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)
    return written


def _utc(day: datetime | None) -> datetime | None:
    return None if day is None else day.replace(tzinfo=UTC)
