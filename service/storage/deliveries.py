"""What endpoints are still to be told: an outbox, written in the transaction of what happened.

A worker takes a delivery by moving its `due_at` on: if it dies, the delivery is due again then. So
one that was sent while the worker died is sent twice, with the same id, and none is lost.
"""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Select, delete, select, update
from sqlalchemy.orm import Session

from service.storage.database import Database
from service.storage.endpoints import Endpoint, endpoint
from service.storage.tables import WebhookDeliveryRow, WebhookEndpointRow
from service.webhooks.notices import Answer, Event, Outcome, payload
from service.webhooks.retries import SILENT

LEASE = timedelta(minutes=5)
"""So long a worker may take for an attempt."""
_LOCK = {"key_share": True}
"""No other worker changes a row that is read with it; new deliveries may name the endpoint."""


class State(StrEnum):
    """What has become of a delivery."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    GIVEN_UP = "given up"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One event for one endpoint."""

    id: str
    endpoint: str
    event: str
    created_at: datetime
    due_at: datetime | None
    attempts: int
    last_status: int | None
    state: State


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A delivery that one worker may send, until `until`."""

    id: str
    event: str
    payload: str
    attempts: int
    until: datetime
    endpoint: Endpoint


def emit(db: Session, event: Event, things: Iterable[Mapping[str, str]], *, at: datetime) -> None:
    """Tell every endpoint that asked for it of each thing, given by its ids."""
    wanting = (
        select(WebhookEndpointRow)
        .where(WebhookEndpointRow.disabled_at.is_(None))
        .with_for_update(read=True, key_share=True)  # none goes before this is committed
    )
    endpoints = [row.id for row in db.scalars(wanting) if event in row.events]
    db.add_all(
        WebhookDeliveryRow(
            id=f"msg_{uuid.uuid4().hex}",
            endpoint=endpoint_id,
            event=event,
            payload=payload(event, at, ids),
            created_at=at,
            due_at=at,
            attempts=0,
        )
        for ids in things
        for endpoint_id in endpoints
    )


class DeliveryRepository:
    """Deliveries in the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def claim(self, *, now: datetime) -> Claim | None:
        """The next delivery that is due, for this worker alone; healthy endpoints come first."""
        choices = [_due(now, is_failing=is_failing) for is_failing in (False, True)]
        with self._database.reading() as db:  # most often nothing is, and nobody need wait
            due = next((choice for choice in choices if db.execute(choice).first()), None)
        if due is None:
            return None
        alone = due.with_for_update(of=WebhookDeliveryRow, skip_locked=True)
        with self._database.writing() as db:
            found = db.execute(alone).first()
            if found is None:
                return None
            row, receiver = found
            row.attempts, row.due_at = row.attempts + 1, now + LEASE
            return Claim(
                id=row.id,
                event=row.event,
                payload=row.payload,
                attempts=row.attempts,
                until=row.due_at,
                endpoint=endpoint(receiver, now),
            )

    def settle(
        self, claim: Claim, answer: Answer, *, now: datetime, retry_in: timedelta | None
    ) -> State | None:
        """Keep what came of an attempt; None where another worker took the delivery since, or its
        endpoint was removed. Without `retry_in`, a failed one is given up.
        """
        with self._database.writing() as db:
            # endpoint first, always: two workers must not wait for each other
            receiver = db.get(WebhookEndpointRow, claim.endpoint.id, with_for_update=_LOCK)
            row = db.get(WebhookDeliveryRow, claim.id, with_for_update=_LOCK)
            if receiver is None or row is None or row.due_at != claim.until:
                return None
            row.last_status = answer.status
            if answer.outcome is Outcome.DELIVERED:
                row.delivered_at, row.due_at, receiver.failing_since = now, None, None
                return State.DELIVERED
            receiver.failing_since = receiver.failing_since or now
            is_gone = answer.outcome is Outcome.GONE
            row.due_at = None if is_gone or retry_in is None else now + retry_in
            if row.due_at is not None:
                return State.WAITING
            if is_gone or now - receiver.failing_since >= SILENT:
                _disable(db, receiver, now)
            return State.GIVEN_UP

    def latest(self, *, limit: int, endpoint_id: str | None = None) -> list[Delivery]:
        """The newest deliveries, of one endpoint or of all."""
        query = select(WebhookDeliveryRow).order_by(WebhookDeliveryRow.created_at.desc())
        if endpoint_id is not None:
            query = query.where(WebhookDeliveryRow.endpoint == endpoint_id)
        with self._database.reading() as db:
            return [_delivery(row) for row in db.scalars(query.limit(limit))]

    def forget(self, *, before: datetime) -> None:
        """Delete what was settled and is older."""
        settled = WebhookDeliveryRow.due_at.is_(None), WebhookDeliveryRow.created_at < before
        with self._database.writing() as db:
            db.execute(delete(WebhookDeliveryRow).where(*settled))


def _due(now: datetime, *, is_failing: bool) -> Select[WebhookDeliveryRow, WebhookEndpointRow]:
    since = WebhookEndpointRow.failing_since
    return (
        select(WebhookDeliveryRow, WebhookEndpointRow)
        .join(WebhookEndpointRow, WebhookDeliveryRow.endpoint == WebhookEndpointRow.id)
        .where(WebhookDeliveryRow.due_at <= now, WebhookEndpointRow.disabled_at.is_(None))
        .where(since.is_not(None) if is_failing else since.is_(None))
        .order_by(WebhookDeliveryRow.due_at)
        .limit(1)
    )


def _disable(db: Session, receiver: WebhookEndpointRow, now: datetime) -> None:
    """Send nothing more, and give up what was waiting."""
    receiver.disabled_at = now
    waiting = update(WebhookDeliveryRow).where(WebhookDeliveryRow.endpoint == receiver.id)
    db.execute(waiting.values(due_at=None))


def _delivery(row: WebhookDeliveryRow) -> Delivery:
    ended = State.WAITING if row.due_at else State.GIVEN_UP
    return Delivery(
        id=row.id,
        endpoint=row.endpoint,
        event=row.event,
        created_at=row.created_at,
        due_at=row.due_at,
        attempts=row.attempts,
        last_status=row.last_status,
        state=State.DELIVERED if row.delivered_at else ended,
    )
