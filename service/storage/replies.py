"""Sent replies in the database."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Insert, Select, select, tuple_
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from model import Dimension, Interval, Need, Status
from service.sent_replies import Content, StoredReply, StoredScore
from service.storage.database import Database
from service.storage.deliveries import emit
from service.storage.months import add_to_months
from service.storage.tables import ReplyRow, ReplyTextRow
from service.webhooks.notices import Event

_PAGE = 500
_INSERTS = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
_NUMBERS = (
    "id",
    "agent",
    "team",
    "channel",
    "language",
    "sent_at",
    "stored_at",
    "erased_at",
    "model_version",
    "risk",
)
"""What a row of numbers and a `StoredReply` have alike."""


class ReplyRepository:
    """Stored replies. What was erased is still known by its id, so it is never stored again."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def known(self, ids: Iterable[str]) -> set[str]:
        """Which of these were stored before, erased ones too."""
        with self._database.reading() as db:
            return set(db.scalars(select(ReplyRow.id).where(ReplyRow.id.in_(list(ids)))))

    def add(self, replies: Sequence[StoredReply], *, low: Collection[str] = ()) -> set[str]:
        """Store replies in one transaction; returns the ids of those that were not there yet.

        Of these, the ones in `low` are told as `score.low`.
        """
        found = {reply.id: reply for reply in reversed(replies)}  # of two alike, the first
        if not found:
            return set()
        with self._database.writing() as db:
            rows = [_numbers(reply) for reply in found.values()]
            new = set(db.scalars(_insert_new(db), rows))
            add_to_months(db.connection(), [row for row in rows if row["id"] in new])
            texts = [_text(reply) for reply in found.values() if reply.id in new]
            if texts:
                db.execute(_insert(db, ReplyTextRow), texts)
            if told := [{"reply": reply} for reply in found if reply in new and reply in low]:
                emit(db, Event.SCORE_LOW, told, at=replies[0].stored_at)
        return new

    def get(self, reply: str) -> StoredReply | None:
        """One reply by its id."""
        with self._database.reading() as db:
            row = db.execute(_with_text().where(ReplyRow.id == reply)).one_or_none()
            return None if row is None else _reply(row[0], row[1])

    def sent(
        self, start: datetime, end: datetime, *, team: str | None = None
    ) -> Iterator[StoredReply]:
        """Replies sent from `start` up to `end`, oldest first; no transaction stays open."""
        after: tuple[datetime, str] | None = None
        query = _with_text().where(ReplyRow.sent_at >= start, ReplyRow.sent_at < end)
        query = query.order_by(ReplyRow.sent_at, ReplyRow.id).limit(_PAGE)
        if team is not None:
            query = query.where(ReplyRow.team == team)
        while True:
            page = query if after is None else query.where(_place() > after)
            with self._database.reading() as db:
                replies = [_reply(row[0], row[1]) for row in db.execute(page)]
            yield from replies
            if len(replies) < _PAGE:
                return
            after = (replies[-1].sent_at, replies[-1].id)


def _place() -> Any:
    return tuple_(ReplyRow.sent_at, ReplyRow.id)


def _with_text() -> Select[ReplyRow, ReplyTextRow]:
    return select(ReplyRow, ReplyTextRow).outerjoin(ReplyTextRow, ReplyTextRow.reply == ReplyRow.id)


def _insert(db: Session, table: type[ReplyRow | ReplyTextRow]) -> Any:
    return _INSERTS[db.get_bind().dialect.name](table)


def _insert_new(db: Session) -> Insert:
    insert = _insert(db, ReplyRow).on_conflict_do_nothing(index_elements=["id"])
    statement: Insert = insert.returning(ReplyRow.id)
    return statement


def _numbers(reply: StoredReply) -> dict[str, object]:
    row: dict[str, object] = {name: getattr(reply, name) for name in _NUMBERS}
    row["empathy_need"] = reply.empathy_need.value
    for dimension, score in reply.scores.items():
        row[dimension.value] = score.value
        row[f"{dimension}_low"], row[f"{dimension}_high"] = score.interval
        row[f"{dimension}_status"] = score.status.value
    return row


def _text(reply: StoredReply) -> dict[str, object]:
    if reply.content is None:
        raise ValueError(f"{reply.id} has no content to store")
    content = {name: getattr(reply.content, name) for name in Content.__slots__}
    return {"reply": reply.id} | content


def _reply(row: ReplyRow, text: ReplyTextRow | None) -> StoredReply:
    return StoredReply(
        **{name: getattr(row, name) for name in _NUMBERS},
        empathy_need=Need(row.empathy_need),
        scores={dimension: _score(row, dimension) for dimension in Dimension},
        content=None if text is None else _content(text),
    )


def _content(row: ReplyTextRow) -> Content:
    return Content(**{name: getattr(row, name) for name in Content.__slots__})


def _score(row: ReplyRow, dimension: Dimension) -> StoredScore:
    low, high = getattr(row, f"{dimension}_low"), getattr(row, f"{dimension}_high")
    return StoredScore(
        value=getattr(row, dimension),
        interval=Interval(low, high),
        status=Status(getattr(row, f"{dimension}_status")),
    )
