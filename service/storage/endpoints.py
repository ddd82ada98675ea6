"""Endpoints of webhooks in the database. Every change is written to the audit."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.storage.audit import AuditRepository, Deed
from service.storage.database import Database
from service.storage.tables import WebhookEndpointRow
from service.webhooks.notices import Event
from service.webhooks.signing import new_secret


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """A receiver. `secrets` sign: the newest first, the one before while its overlap lasts."""

    id: str
    url: str
    events: tuple[Event, ...]
    secrets: tuple[str, ...] = field(repr=False)
    failing_since: datetime | None
    disabled_at: datetime | None


class EndpointRepository:
    """Endpoints by id; KeyError where there is none."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, url: str, events: Sequence[Event], *, actor: str, now: datetime) -> Endpoint:
        """Keep an endpoint with a new secret."""
        row = WebhookEndpointRow(
            id=secrets.token_hex(4),
            url=url,
            events=list(events),
            secret=new_secret(),
            created_at=now,
            created_by=actor,
        )
        with self._database.writing() as db:
            db.add(row)
            self._note("webhook.add", row.id, actor, now)
            return endpoint(row, now)

    def all(self, *, now: datetime) -> list[Endpoint]:
        """Every endpoint, oldest first."""
        with self._database.reading() as db:
            rows = db.scalars(select(WebhookEndpointRow).order_by(WebhookEndpointRow.created_at))
            return [endpoint(row, now) for row in rows]

    def find(self, endpoint_id: str, *, now: datetime) -> Endpoint:
        """One of them."""
        with self._database.reading() as db:
            return endpoint(_row(db, endpoint_id), now)

    def rotate(
        self, endpoint_id: str, *, overlap: timedelta, actor: str, now: datetime
    ) -> Endpoint:
        """A new secret; what is sent during `overlap` is signed with the one before too."""
        with self._database.writing() as db:
            row = _row(db, endpoint_id)
            row.previous_secret, row.previous_until = row.secret, now + overlap
            row.secret = new_secret()
            self._note("webhook.rotate", row.id, actor, now)
            return endpoint(row, now)

    def enable(self, endpoint_id: str, *, actor: str, now: datetime) -> None:
        """Send to it again, as if nothing had failed."""
        with self._database.writing() as db:
            row = _row(db, endpoint_id)
            if row.disabled_at:
                self._note("webhook.enable", row.id, actor, now)
            row.failing_since = row.disabled_at = None

    def remove(self, endpoint_id: str, *, actor: str, now: datetime) -> None:
        """Forget an endpoint and what was to be sent to it."""
        with self._database.writing() as db:
            db.delete(_row(db, endpoint_id))
            self._note("webhook.remove", endpoint_id, actor, now)

    def _note(self, action: str, endpoint_id: str, actor: str, now: datetime) -> None:
        deed = Deed(at=now, actor=actor, action=action, subject=endpoint_id)
        AuditRepository(self._database).append(deed)


def endpoint(row: WebhookEndpointRow, now: datetime) -> Endpoint:
    """An endpoint with the secrets that sign `now`."""
    old = row.previous_secret if row.previous_until and now < row.previous_until else None
    return Endpoint(
        id=row.id,
        url=row.url,
        events=tuple(Event(e) for e in row.events),
        secrets=(row.secret, old) if old else (row.secret,),
        failing_since=row.failing_since,
        disabled_at=row.disabled_at,
    )


def _row(db: Session, endpoint_id: str) -> WebhookEndpointRow:
    row = db.get(WebhookEndpointRow, endpoint_id)
    if row is None:
        raise KeyError(endpoint_id)
    return row
