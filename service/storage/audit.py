"""Who did what, when; never text. The database refuses to change or delete an entry."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from service.storage.database import Database
from service.storage.tables import AuditRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing that was done; `subject` is the id of what it was done to."""

    at: datetime
    actor: str
    action: str
    subject: str
    before: Mapping[str, object] | None = None
    after: Mapping[str, object] | None = None
    id: int | None = None


class AuditRepository:
    """The audit: entries are added and read, nothing else."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def append(self, entry: Entry) -> None:
        """Add an entry; within a transaction it stands or falls with what it tells of."""
        values = {k: getattr(entry, k) for k in Entry.__slots__ if k != "id"}
        with self._database.writing() as db:
            db.add(AuditRow(**values))

    def latest(
        self,
        *,
        limit: int,
        before_id: int | None = None,
        actor: str | None = None,
        action: str | None = None,
    ) -> list[Entry]:
        """Entries, newest first."""
        query = select(AuditRow).order_by(AuditRow.id.desc()).limit(limit)
        if before_id is not None:
            query = query.where(AuditRow.id < before_id)
        if actor:
            query = query.where(AuditRow.actor == actor)
        if action:
            query = query.where(AuditRow.action == action)
        with self._database.reading() as db:
            return [
                Entry(**{k: getattr(row, k) for k in Entry.__slots__}) for row in db.scalars(query)
            ]

    def actions(self) -> list[str]:
        """Every action that was ever done."""
        with self._database.reading() as db:
            return list(db.scalars(select(AuditRow.action).distinct().order_by(AuditRow.action)))
