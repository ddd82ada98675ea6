"""Who did what, when. The database itself refuses to change or delete a row."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from service.storage.database import Database
from service.storage.tables import AuditRow

_PAGE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """One thing that somebody did to `subject`; `before` and `after` hold no text of a reply."""

    at: datetime
    actor: str
    action: str
    subject: str
    before: Mapping[str, object] | None = None
    after: Mapping[str, object] | None = None


class AuditRepository:
    """Deeds, in the order they were done."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def append(self, deed: Deed) -> None:
        """Write a deed down, in the transaction that does it."""
        row = AuditRow(**{name: getattr(deed, name) for name in Deed.__slots__})
        with self._database.writing() as db:
            db.add(row)

    def read(
        self, *, subject: str | None = None, actor: str | None = None, action: str | None = None
    ) -> Iterator[Deed]:
        """All deeds, newest first, or those on a subject, by an actor, or of a kind."""
        last: int | None = None
        query = select(AuditRow).order_by(AuditRow.id.desc()).limit(_PAGE)
        wanted = (
            (AuditRow.subject, subject),
            (AuditRow.actor, actor),
            (AuditRow.action, action),
        )
        for column, value in wanted:
            if value is not None:
                query = query.where(column == value)
        while True:
            page = query if last is None else query.where(AuditRow.id < last)
            with self._database.reading() as db:
                rows = list(db.scalars(page))
                deeds = [_deed(row) for row in rows]
            yield from deeds
            if len(rows) < _PAGE:
                return
            last = rows[-1].id

    def actions(self) -> list[str]:
        """Every kind of deed that was ever done."""
        with self._database.reading() as db:
            return list(db.scalars(select(AuditRow.action).distinct().order_by(AuditRow.action)))


def digest(kind: str, value: str) -> str:
    """A subject that may not be named: whoever knows it finds it, the audit does not tell it."""
    return f"{kind}:sha256:{hashlib.sha256(value.encode()).hexdigest()}"


def _deed(row: AuditRow) -> Deed:
    return Deed(**{name: getattr(row, name) for name in Deed.__slots__})
