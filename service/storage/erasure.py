"""Erase what stored replies say and whom they concern. Their numbers stay, without either."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Literal, get_args

from sqlalchemy import Select, delete, select, update
from sqlalchemy.orm import Session

from service.storage.audit import AuditRepository, Deed, digest
from service.storage.database import Database
from service.storage.months import forget_agent
from service.storage.tables import FeedbackRow, ReplyRow, ReplyTextRow
from service.storage.workbench_tables import DisputeRow, DrawRow, ReviewRow

By = Literal["conversation", "customer", "agent"]
BY: tuple[By, ...] = get_args(By)
_AT_ONCE = 500


class Eraser:
    """Erases replies and writes that down; `scrub` clears what SQLite still holds in its log."""

    def __init__(
        self, database: Database, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._database, self._now = database, now
        self._audit = AuditRepository(database)

    def erase(self, by: By, value: str, *, actor: str) -> int:
        """Erase the replies of a conversation, a customer or an agent; returns how many."""
        with self._database.writing() as db:
            found = list(db.scalars(_replies_of(by, value)))
            if by == "agent":
                _forget_agent(db, value)
            self._erase(db, found)
            self._note(actor, "erase", digest(by, value), len(found))
        return len(found)

    def purge(self, *, actor: str) -> int:
        """Erase the replies whose retention time is over; returns how many."""
        expired = select(ReplyTextRow.reply).where(ReplyTextRow.expires_at <= self._now())
        erased = 0
        while True:
            with self._database.writing() as db:
                found = list(db.scalars(expired.limit(_AT_ONCE)))
                self._erase(db, found)
            erased += len(found)
            if len(found) < _AT_ONCE:
                break
        if erased:
            self._note(actor, "purge", "replies", erased)
        return erased

    def scrub(self) -> bool:
        """Clear the write-ahead log; False while somebody reads, so that it must be done again."""
        return self._database.scrub()

    def _erase(self, db: Session, replies: Sequence[str]) -> None:
        for first in range(0, len(replies), _AT_ONCE):
            some = replies[first : first + _AT_ONCE]
            reviews = select(ReviewRow.id).where(ReviewRow.reply.in_(some))
            objections = update(DisputeRow).where(DisputeRow.review.in_(reviews))
            db.execute(objections.values(objection=None))
            db.execute(update(ReviewRow).where(ReviewRow.reply.in_(some)).values(comment=None))
            db.execute(delete(ReplyTextRow).where(ReplyTextRow.reply.in_(some)))
            erased = update(ReplyRow).where(ReplyRow.id.in_(some))
            db.execute(erased.values(erased_at=self._now()))

    def _note(self, actor: str, action: str, subject: str, replies: int) -> None:
        self._audit.append(
            Deed(
                at=self._now(),
                actor=actor,
                action=action,
                subject=subject,
                after={"replies": replies},
            )
        )


def _replies_of(by: By, value: str) -> Select[str]:
    if by == "agent":
        return (
            select(ReplyTextRow.reply)
            .join(ReplyRow, ReplyRow.id == ReplyTextRow.reply)
            .where(ReplyRow.agent == value)
        )
    return select(ReplyTextRow.reply).where(getattr(ReplyTextRow, by) == value)


def _forget_agent(db: Session, agent: str) -> None:
    """Take the pseudonym from where it stands beside numbers."""
    drawn = select(DrawRow).join(ReplyRow).where(ReplyRow.agent == agent)
    for draw in db.scalars(drawn):
        draw.stratum = ["" if part == agent else part for part in draw.stratum]
    db.flush()
    forget_agent(db.connection(), agent)
    db.execute(update(FeedbackRow).where(FeedbackRow.writer == agent).values(writer=None))
