"""`tonfall webhook`: the endpoints that are told of events, and what they were told."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import click
from rich.console import Console
from rich.table import Table

from service.reply_commands import Reads
from service.settings import Settings
from service.storage.database import Database
from service.storage.deliveries import DeliveryRepository
from service.storage.endpoints import Endpoint, EndpointRepository
from service.storage.errors import StorageError
from service.webhooks.addresses import ForbiddenAddressError, Guard, Target, UrlError
from service.webhooks.delivery import send_signed
from service.webhooks.notices import TEST, Event, Outcome, payload
from service.webhooks.sending import HttpSender

_ACTOR = "command line"


@click.group()
def webhook() -> None:
    """Webhooks: add, list, rotate, remove and test endpoints; see what was sent."""


@webhook.command("add")
@click.argument("url")
@click.option(
    "--event",
    "events",
    multiple=True,
    type=click.Choice([e.value for e in Event]),
    default=[e.value for e in Event],
    help="What it is told of; give the option once for each. Default: everything.",
)
@click.pass_obj
def add_endpoint(reads: Reads, url: str, events: tuple[str, ...]) -> None:
    """Tell URL of events, and print the secret that they are signed with once."""
    settings = reads()
    _require_callable(url, settings)
    with _database(settings) as database:
        added = EndpointRepository(database).add(
            url, [Event(e) for e in events], actor=_ACTOR, now=_now()
        )
    _show_secret(added, "the receiver verifies with this secret, shown only now:")


@webhook.command("list")
@click.pass_obj
def list_endpoints(reads: Reads) -> None:
    """List all endpoints, without their secrets."""
    with _database(reads()) as database:
        endpoints = EndpointRepository(database).all(now=_now())
    table = Table("id", "url", "events", "state")
    for e in endpoints:
        table.add_row(e.id, e.url, ", ".join(e.events), _state(e))
    Console().print(table)


@webhook.command("rotate")
@click.argument("endpoint_id")
@click.option(
    "--overlap-hours",
    type=click.IntRange(0, 24 * 90),
    default=24,
    show_default=True,
    help="How long deliveries are signed with the old secret as well.",
)
@click.pass_obj
def rotate_secret(reads: Reads, endpoint_id: str, overlap_hours: int) -> None:
    """Give the endpoint ENDPOINT_ID a new secret and print it once."""
    overlap = timedelta(hours=overlap_hours)
    with _database(reads()) as database:
        rotated = EndpointRepository(database).rotate(
            endpoint_id, overlap=overlap, actor=_ACTOR, now=_now()
        )
    _show_secret(rotated, f"for {overlap_hours} hours both secrets sign; the new one, shown once:")


@webhook.command("remove")
@click.argument("endpoint_id")
@click.pass_obj
def remove_endpoint(reads: Reads, endpoint_id: str) -> None:
    """Forget ENDPOINT_ID and what was still to be sent to it."""
    with _database(reads()) as database:
        EndpointRepository(database).remove(endpoint_id, actor=_ACTOR, now=_now())
    click.echo(f"webhook {endpoint_id} is told nothing any more")


@webhook.command("test")
@click.argument("endpoint_id")
@click.pass_obj
def test_endpoint(reads: Reads, endpoint_id: str) -> None:
    """Send `webhook.test` to ENDPOINT_ID now; one that accepts it is no longer disabled."""
    settings, now = reads(), _now()
    with _database(settings) as database:
        endpoints = EndpointRepository(database)
        found = endpoints.find(endpoint_id, now=now)
        body = payload(TEST, now, {"endpoint": found.id})
        send = HttpSender(Guard(settings.webhook_hosts))
        answer = send_signed(send, found, f"msg_{uuid.uuid4().hex}", body, at=now)
        if answer.outcome is not Outcome.DELIVERED:
            status = f", status {answer.status}" if answer.status else ""
            raise click.ClickException(f"webhook {endpoint_id}: {answer.outcome}{status}")
        endpoints.enable(endpoint_id, actor=_ACTOR, now=now)
    click.echo(f"webhook {endpoint_id} accepted it with status {answer.status}")


@webhook.command("deliveries")
@click.option("--endpoint", "endpoint_id", help="Of this endpoint alone.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True)
@click.pass_obj
def list_deliveries(reads: Reads, endpoint_id: str | None, limit: int) -> None:
    """List the newest deliveries and what has become of them."""
    with _database(reads()) as database:
        deliveries = DeliveryRepository(database).latest(limit=limit, endpoint_id=endpoint_id)
    table = Table("id", "endpoint", "event", "created", "attempts", "status", "state", "next")
    for d in deliveries:
        status = "" if d.last_status is None else str(d.last_status)
        due = "" if d.due_at is None else _stamp(d.due_at)
        created = _stamp(d.created_at)
        table.add_row(d.id, d.endpoint, d.event, created, str(d.attempts), status, d.state, due)
    Console().print(table)


def _require_callable(url: str, settings: Settings) -> None:
    try:
        Guard(settings.webhook_hosts).addresses(Target.of(url))
    except (UrlError, ForbiddenAddressError) as error:
        raise click.ClickException(
            f"{error}. A host of your own network must be named in TONFALL_WEBHOOK_HOSTS"
        ) from error
    except (OSError, UnicodeError) as error:
        raise click.ClickException("the host of this URL has no address; check its name") from error


def _show_secret(endpoint: Endpoint, words: str) -> None:
    click.echo(f"webhook {endpoint.id} is told of {', '.join(endpoint.events)}; {words}", err=True)
    click.echo(endpoint.secrets[0])


def _state(endpoint: Endpoint) -> str:
    if endpoint.disabled_at:
        return f"disabled {_stamp(endpoint.disabled_at)}"
    return f"failing since {_stamp(endpoint.failing_since)}" if endpoint.failing_since else ""


def _stamp(moment: datetime) -> str:
    return moment.isoformat(sep=" ", timespec="seconds")


def _now() -> datetime:
    return datetime.now(UTC)


@contextmanager
def _database(settings: Settings) -> Iterator[Database]:
    database = Database(settings.database_url)
    try:
        yield database
    except KeyError as error:
        raise click.ClickException(
            f"there is no webhook {error.args[0]!r}; 'tonfall webhook list' shows the ids"
        ) from None
    except StorageError as error:
        raise click.ClickException(str(error)) from error
    finally:
        database.close()
