"""The `tonfall` command: parse, call one function, print."""

import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from model import (
    BUNDLED,
    LANGUAGES,
    ArtifactError,
    Channel,
    Reply,
    load_scorer,
)
from model.artifact import verify_artifact
from service.auth import check_bind
from service.export_commands import export_ratings
from service.printing import FORMATS, write_assessments
from service.reading import BadRow, ReadingError, read_replies
from service.reply_commands import backup, erase, import_command, purge
from service.server import Server
from service.settings import Settings, SettingsError
from service.storage.database import Database
from service.storage.errors import OutdatedError, StorageError
from service.storage.keys import SCOPES, WRITER_SCOPES, KeyFileError, KeyRepository
from service.user_commands import user
from service.webhook_commands import webhook

_CHANNELS = [channel.value for channel in Channel]


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="tonfall")
@click.pass_context
def main(context: click.Context) -> None:
    """Rate customer-service replies for empathy, politeness and clarity."""
    context.obj = _settings


for command in (import_command, export_ratings, purge, erase, backup):
    main.add_command(command)


main.add_command(user)
main.add_command(webhook)


@main.command()
def serve() -> None:
    """Serve the scoring API; settings are TONFALL_* variables (service/README.md)."""
    settings = _settings()
    try:
        check_bind(settings, KeyRepository(settings.keys_file))
        manifest = verify_artifact(settings.artifact_dir)
    except (SettingsError, ArtifactError, KeyFileError) as error:
        raise click.ClickException(str(error)) from error
    _open_database(settings)
    click.echo(
        f"Tonfall serves {manifest.version} on "
        f"http://{settings.host}:{settings.port}, docs at /docs",
        err=True,
    )
    Server(settings).run()


@main.command()
def migrate() -> None:
    """Bring the database's tables up to this version; run it before the service starts."""
    try:
        revision = Database(_settings().database_url).migrate()
    except StorageError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"the database is at {revision}")


@main.command()
@click.argument("text", required=False)
@click.option("-m", "--message", help="The customer message that TEXT answers.")
@click.option(
    "-c", "--channel", type=click.Choice([c.value for c in Channel]), help="Where it is sent."
)
@click.option("-l", "--language", type=click.Choice(LANGUAGES), help="Skip detection.")
@click.option(
    "-f",
    "--file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="JSONL or CSV with a column 'reply' (and customer_message, channel, language), or TXT.",
)
@click.option("--lines", is_flag=True, help="Each line of a TXT file or of the pipe is a reply.")
@click.option("--encoding", default="utf-8-sig", show_default=True, help="Of the file or pipe.")
@click.option(
    "-o",
    "--format",
    "form",
    type=click.Choice(FORMATS),
    help="Default: table, or jsonl when piped.",
)
@click.option(
    "--artifact",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=BUNDLED,
    help="Score with another artifact than the one that ships.",
)
def score(
    text: str | None,
    message: str | None,
    channel: str | None,
    language: str | None,
    file: Path | None,
    lines: bool,
    encoding: str,
    form: str | None,
    artifact: Path,
) -> None:
    """Score TEXT, a file, or what is piped in."""
    if text is not None and file is not None:
        raise click.UsageError("give TEXT or --file, not both")
    if text is None and file is None and sys.stdin.isatty():
        raise click.UsageError("nothing to score: give TEXT or --file, or pipe a reply in")
    shared = Reply(
        text=text or "",
        customer_message=message,
        channel=Channel(channel) if channel else None,
        language=language,
    )
    try:
        scorer = load_scorer(artifact)
        rows: Iterator[Reply | BadRow] = (
            iter([shared])
            if text is not None
            else read_replies(file, shared, by_line=lines, encoding=encoding)
        )
        failed = write_assessments(
            rows,
            scorer,
            form or ("table" if sys.stdout.isatty() else "jsonl"),
            sys.stdout,
            sys.stderr,
        )
    except (ArtifactError, ReadingError) as error:
        raise click.ClickException(str(error)) from error
    if failed:
        raise SystemExit(1)


@main.group()
def key() -> None:
    """API keys: make, list, rotate and revoke them."""


@key.command("create")
@click.argument("name")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    type=click.Choice(SCOPES),
    default=WRITER_SCOPES,
    show_default=True,
    help="What it may do; give the option once for each.",
)
def create_key(name: str, scopes: tuple[str, ...]) -> None:
    """Make a key for NAME and print it once; from then on the service asks for one."""
    created, secret = _keys().create(name, scopes=scopes, now=datetime.now(UTC))
    click.echo(f"key {created.id} for {name}; keep it, it is shown only now:", err=True)
    click.echo(secret)


@key.command("list")
def list_keys() -> None:
    """List all keys, without their secrets."""
    table = Table("id", "name", "scopes", "created", "old secret until", "revoked")
    for k in _keys().all():
        row = (k.id, k.name, ", ".join(k.scopes), k.created_at, k.previous_until, k.revoked_at)
        table.add_row(*(cell or "" for cell in row))
    Console().print(table)


@key.command("rotate")
@click.argument("key_id")
@click.option(
    "--grace-hours",
    type=click.IntRange(0, 24 * 90),
    default=24,
    show_default=True,
    help="How long the old secret works beside the new one.",
)
def rotate_key(key_id: str, grace_hours: int) -> None:
    """Give the key KEY_ID a new secret and print it once."""
    try:
        rotated, secret = _keys().rotate(
            key_id, grace=timedelta(hours=grace_hours), now=datetime.now(UTC)
        )
    except KeyError:
        raise _no_key(key_id) from None
    click.echo(
        f"key {rotated.id} for {rotated.name}: the old secret works until "
        f"{rotated.previous_until}; keep the new one, it is shown only now:",
        err=True,
    )
    click.echo(secret)


@key.command("revoke")
@click.argument("key_id")
def revoke_key(key_id: str) -> None:
    """Stop the key KEY_ID from working."""
    try:
        revoked = _keys().revoke(key_id, now=datetime.now(UTC))
    except KeyError:
        raise _no_key(key_id) from None
    click.echo(f"key {revoked.id} for {revoked.name} no longer works")


def _open_database(settings: Settings) -> None:
    """Refuse a database that is behind; one that is out of order stops no scoring."""
    database = Database(settings.database_url)
    try:
        database.open()
    except OutdatedError as error:
        raise click.ClickException(str(error)) from error
    except StorageError as error:
        click.echo(f"Warning: {error}. Scoring works, nothing is stored until it can.", err=True)
    finally:
        database.close()  # before the workers are forked


def _no_key(key_id: str) -> click.ClickException:
    return click.ClickException(
        f"there is no active key {key_id!r}; 'tonfall key list' shows the ids"
    )


def _keys() -> KeyRepository:
    return KeyRepository(_settings().keys_file)


def _settings() -> Settings:
    try:
        return Settings.from_env(os.environ)
    except SettingsError as error:
        raise click.ClickException(str(error)) from error
