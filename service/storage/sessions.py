"""Logins, by the hash of their cookie."""

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete, select

from service.storage.database import Database
from service.storage.workbench_tables import SessionRow, UserRow

IDLE = timedelta(hours=4)
LONGEST = timedelta(hours=12)
_SEEN_EVERY = timedelta(minutes=5)
"""So often it is written down that a session is in use: not at every request."""


class SessionRepository:
    """Sessions in the database; their tokens are in nobody's hands but the browser's."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def open(self, user_id: str, *, now: datetime) -> str:
        """A new session's token; sessions that are over are forgotten."""
        token = secrets.token_urlsafe(32)
        row = SessionRow(
            token_sha256=_digest(token),
            user=user_id,
            created_at=now,
            seen_at=now,
            expires_at=now + LONGEST,
        )
        with self._database.writing() as db:
            db.execute(delete(SessionRow).where(SessionRow.expires_at <= now))
            db.add(row)
        return token

    def user_of(self, token: str, *, now: datetime) -> str | None:
        """The id of the user whose session this is, unless it is over or the user disabled."""
        query = (
            select(SessionRow.user, SessionRow.seen_at)
            .join(UserRow)
            .where(
                SessionRow.token_sha256 == _digest(token),
                SessionRow.expires_at > now,
                SessionRow.seen_at > now - IDLE,
                UserRow.disabled_at.is_(None),
            )
        )
        with self._database.reading() as db:
            found = db.execute(query).one_or_none()
        if found is None:
            return None
        user, seen_at = found
        if now - seen_at > _SEEN_EVERY:
            with self._database.writing() as db:
                if row := db.get(SessionRow, _digest(token)):
                    row.seen_at = now
        return str(user)

    def close(self, token: str) -> None:
        """End a session."""
        with self._database.writing() as db:
            db.execute(delete(SessionRow).where(SessionRow.token_sha256 == _digest(token)))


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
