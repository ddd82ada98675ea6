"""The commands of `tonfall` about stored replies: import, purge, erase, backup."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import click
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from model import ArtifactError, load_scorer
from model.delimited import Fault
from service.import_columns import ColumnMap, settle
from service.import_source import ImportFileError, ImportSource, open_source
from service.importing import Account, check_rows, import_rows
from service.intake import Intake
from service.sent_replies import PURPOSES
from service.settings import Settings
from service.storage.database import Database
from service.storage.deliveries import DeliveryRepository
from service.storage.erasure import BY, Eraser
from service.storage.errors import StorageError
from service.storage.replies import ReplyRepository

Reads = Callable[[], Settings]
"""What a command is given: how to read the settings."""
_SHOWN_FAULTS = 20
_KEPT_DELIVERIES = timedelta(days=30)


def _pairs(_: click.Context, option: click.Parameter, given: tuple[str, ...]) -> dict[str, str]:
    for text in given:
        if not all(text.partition("=")):
            raise click.BadParameter(f"{text!r} is not FIELD=VALUE", param=option)
    return dict(text.split("=", 1) for text in given)


def _zone(_: click.Context, option: click.Parameter, name: str | None) -> ZoneInfo | None:
    try:
        return None if name is None else ZoneInfo(name)
    except (OSError, ValueError, LookupError):
        raise click.BadParameter(f"{name!r} is no time zone", param=option) from None


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--purpose", type=click.Choice(PURPOSES), help="Why they are kept; needed.")
@click.option("--retention-days", type=click.IntRange(1), help="Default: TONFALL_RETENTION_DAYS.")
@click.option("--map", "stated", metavar="FIELD=COLUMN", multiple=True, callback=_pairs)
@click.option("--set", "constants", metavar="FIELD=VALUE", multiple=True, callback=_pairs)
@click.option("--timezone", callback=_zone, help="Of times without one, such as Europe/Oslo.")
@click.option("--time-format", help="Of times that are not ISO 8601, such as '%d.%m.%Y %H:%M'.")
@click.option("--encoding", help="Of a CSV file; found from its bytes where left out.")
@click.option("--check", is_flag=True, help="Only say which rows are bad; store nothing.")
@click.pass_obj
def import_command(
    reads: Reads,
    file: Path,
    purpose: str | None,
    retention_days: int | None,
    stated: dict[str, str],
    constants: dict[str, str],
    timezone: ZoneInfo | None,
    time_format: str | None,
    encoding: str | None,
    check: bool,
) -> None:
    """Store the sent replies of FILE (JSON Lines, CSV, Parquet) for QA; what is there stays."""
    settings = reads()
    fixed: dict[str, object] = {"retention_days": retention_days, **constants}
    fixed |= {"purpose": purpose} if purpose else {}
    try:
        source = open_source(file, encoding=encoding)
        columns = settle(source.columns, stated, source.name)
        if "purpose" not in {**columns, **fixed}:
            raise click.UsageError("say what they are kept for: --purpose quality or training")
        column_map = ColumnMap(
            columns=columns, constants=fixed, zone=timezone, time_format=time_format
        )
        _show(source, columns)
        account = _import(source, column_map, settings, check=check)
    except (ImportFileError, ArtifactError) as error:
        raise click.ClickException(str(error)) from error
    if account.bad:
        raise SystemExit(1)


def _show(source: ImportSource, columns: dict[str, str]) -> None:
    """Say what the file was taken for, and which column for what."""
    unused = [c for c in source.columns if c not in columns.values()]
    click.echo(f"{source.name}: {source.form}", err=True)
    for field, column in columns.items():
        click.echo(f"  {field:<16} from {column!r}", err=True)
    if unused:
        click.echo(f"  not used: {', '.join(map(repr, unused))}", err=True)


def _import(
    source: ImportSource, column_map: ColumnMap, settings: Settings, *, check: bool
) -> Account:
    database, account = Database(settings.database_url), Account()
    intake = Intake(
        ReplyRepository(database),
        retention_days=settings.retention_days,
        webhook_risk=settings.webhook_risk,
    )
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("")

        def say(fault: Fault) -> None:
            if account.bad <= _SHOWN_FAULTS:
                progress.console.print(f"{source.name}:{fault.line}: {fault.why}", markup=False)
            elif account.bad == _SHOWN_FAULTS + 1:
                progress.console.print("more bad rows are only counted", markup=False)

        try:
            if check:
                check_rows(source.rows, column_map, intake, account=account, on_fault=say)
            else:
                import_rows(
                    source.rows,
                    column_map,
                    intake,
                    load_scorer(settings.artifact_dir),
                    account=account,
                    on_fault=say,
                    on_stored=lambda: progress.update(task, description=_told(account)),
                )
        except StorageError as error:
            raise click.ClickException(
                f"{error}. Before that: {_told(account)}. Run the same command again to go on"
            ) from error
        finally:
            database.close()
    click.echo(_told(account))
    return account


def _told(account: Account) -> str:
    return f"{account.stored} stored, {account.already_there} there already, {account.bad} bad rows"


@click.command()
@click.option("--compact", is_flag=True, help="Write the database anew; needs as much room again.")
@click.pass_obj
def purge(reads: Reads, compact: bool) -> None:
    """Erase the replies whose retention time is over; run it every night."""
    with _eraser(reads) as (database, eraser):
        click.echo(f"{eraser.purge(actor='tonfall purge')} replies erased")
        DeliveryRepository(database).forget(before=datetime.now(UTC) - _KEPT_DELIVERIES)
        _scrub(database, compact=compact)


@click.command()
@click.option("--conversation", help="Erase its replies.")
@click.option("--customer", help="Erase the replies to this pseudonym.")
@click.option("--agent", help="Erase this pseudonym's replies, and the pseudonym.")
@click.option("--compact", is_flag=True, help="Write the database anew; needs as much room again.")
@click.pass_obj
def erase(
    reads: Reads, conversation: str | None, customer: str | None, agent: str | None, compact: bool
) -> None:
    """Erase what the replies of a conversation, a customer or an agent say; numbers stay."""
    named = dict(zip(BY, (conversation, customer, agent), strict=True))
    given = [(by, value) for by, value in named.items() if value]
    if len(given) != 1:
        raise click.UsageError("name one of --conversation, --customer, --agent")
    with _eraser(reads) as (database, eraser):
        click.echo(f"{eraser.erase(*given[0], actor='tonfall erase')} replies erased")
        _scrub(database, compact=compact)


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.pass_obj
def backup(reads: Reads, file: Path) -> None:
    """Copy the SQLite database to FILE while the service runs."""
    with _eraser(reads) as (database, _):
        database.backup(file)
    click.echo(f"{file} holds the database")


@contextmanager
def _eraser(reads: Reads) -> Iterator[tuple[Database, Eraser]]:
    database = Database(reads().database_url)
    try:
        yield database, Eraser(database)
    except StorageError as error:
        raise click.ClickException(str(error)) from error
    finally:
        database.close()


def _scrub(database: Database, *, compact: bool) -> None:
    if compact:
        database.compact()
    if not database.scrub():
        raise click.ClickException(
            "the texts are erased, but somebody is reading: the write-ahead log still holds them; "
            "run 'tonfall purge' again"
        )
