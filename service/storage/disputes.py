"""Agents' objections to reviews, made through a link that a lead shares."""

import hashlib
import secrets
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal

from sqlalchemy import ColumnElement, select

from service.storage.database import Database
from service.storage.deliveries import emit
from service.storage.plans import among
from service.storage.queue import is_blind
from service.storage.reviews import KeptReview, kept_reviews
from service.storage.tables import ReplyRow, ReplyTextRow
from service.storage.users import User
from service.storage.workbench_tables import DisputeRow, ReviewRow, UserRow
from service.webhooks.notices import Event

VALID = timedelta(days=14)
"""So long a link can be used."""


class Outcome(StrEnum):
    """What a lead decided."""

    KEPT = "kept"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispute:
    """A review that its agent may object to, with the reply."""

    id: str
    review: KeptReview
    team: str
    agent: str
    channel: str
    language: str
    sent_at: datetime
    text: str | None
    customer_message: str | None
    state: Literal["invited", "open", "decided"]
    objection: str | None
    created_at: datetime
    expires_at: datetime
    outcome: Outcome | None
    decided_by: str | None
    decided_at: datetime | None


class DisputeRepository:
    """Disputes in the database; tokens are hashed, so a link can be shown but once."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def invite(self, review_id: str, *, now: datetime) -> str:
        """Make a link's token for a review."""
        token = secrets.token_urlsafe(32)
        row = DisputeRow(
            id=str(uuid.uuid4()),
            review=review_id,
            token_sha256=_digest(token),
            token_expires_at=now + VALID,
            state="invited",
            created_at=now,
        )
        with self._database.writing() as db:
            db.add(row)
        return token

    def by_token(self, token: str, *, now: datetime) -> Dispute | None:
        """What a link leads to, while it is valid."""
        found = self._where(
            DisputeRow.token_sha256 == _digest(token), DisputeRow.token_expires_at > now
        )
        return found[0] if found else None

    def find(self, dispute_id: str, viewer: User) -> Dispute | None:
        """One dispute, if the viewer may see it."""
        found = self._where(DisputeRow.id == dispute_id, *_seen_by(viewer))
        return found[0] if found else None

    def all(self, viewer: User) -> list[Dispute]:
        """The disputes that the viewer may see: to be decided first, then the newest."""
        found = self._where(*_seen_by(viewer))
        return sorted(found, key=lambda d: (d.state != "open", -d.created_at.timestamp()))

    def object(self, dispute_id: str, objection: str, *, now: datetime) -> bool:
        """Keep an objection; False where there is one already."""
        with self._database.writing() as db:
            row = db.get_one(DisputeRow, dispute_id)
            if row.state != "invited":
                return False
            row.state, row.objection, row.objected_at = "open", objection, now
            ids = {"dispute": row.id, "review": row.review}
            emit(db, Event.REVIEW_DISPUTED, [ids], at=now)
            return True

    def decide(self, dispute_id: str, outcome: Outcome, *, decided_by: str, now: datetime) -> bool:
        """Keep a lead's decision; False where there is nothing to decide."""
        with self._database.writing() as db:
            row = db.get_one(DisputeRow, dispute_id)
            if row.state != "open":
                return False
            row.state, row.outcome = "decided", outcome
            row.decided_by, row.decided_at = decided_by, now
            return True

    def _where(self, *conditions: ColumnElement[bool]) -> list[Dispute]:
        query = (
            select(DisputeRow, ReplyRow, ReplyTextRow, UserRow.name)
            .join(ReviewRow, DisputeRow.review == ReviewRow.id)
            .join(ReplyRow, ReviewRow.reply == ReplyRow.id)
            .outerjoin(ReplyTextRow, ReplyTextRow.reply == ReplyRow.id)
            .outerjoin(UserRow, DisputeRow.decided_by == UserRow.id)
            .where(*conditions)
        )
        with self._database.reading() as db:
            rows = db.execute(query).all()
            reviews = {r.id: r for r in kept_reviews(db, [row[0].review for row in rows])}
            return [
                Dispute(
                    id=row.id,
                    review=reviews[row.review],
                    team=reply.team,
                    agent=reply.agent,
                    channel=reply.channel,
                    language=reply.language,
                    sent_at=reply.sent_at,
                    text=text.text if text else None,
                    customer_message=text.customer_message if text else None,
                    state=row.state,  # type: ignore[arg-type]
                    objection=row.objection,
                    created_at=row.created_at,
                    expires_at=row.token_expires_at,
                    outcome=Outcome(row.outcome) if row.outcome else None,
                    decided_by=name,
                    decided_at=row.decided_at,
                )
                for row, reply, text, name in rows
            ]


def _seen_by(viewer: User) -> tuple[ColumnElement[bool], ...]:
    return among(ReplyRow.team, viewer.sees), ~is_blind(viewer)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
