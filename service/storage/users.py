"""Who may use the workbench, and as what."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from service.storage.database import Database
from service.storage.workbench_tables import SessionRow, UserRow, UserTeamRow

MOST_FAILURES = 5
"""Wrong passwords in a row before nobody can log in as this user for `LOCKED`."""
LOCKED = timedelta(minutes=15)


class Role(StrEnum):
    """What a user may do: each role may all that the one before may."""

    REVIEWER = "reviewer"
    LEAD = "lead"
    ADMIN = "admin"

    def includes(self, other: "Role") -> bool:
        """True where this role may do what the other may."""
        roles = list(Role)
        return roles.index(self) >= roles.index(other)


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A person as the workbench knows them; never the password."""

    id: str
    login: str
    name: str
    role: Role
    language: str
    teams: frozenset[str]
    locked_until: datetime | None
    is_disabled: bool

    @property
    def sees(self) -> frozenset[str] | None:
        """The teams whose replies this user may see; None: all."""
        return None if self.role is Role.ADMIN else self.teams


class LoginTakenError(Exception):
    """Another user has this login."""


class UserRepository:
    """Users in the database; logins are kept in lower case."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self,
        *,
        login: str,
        name: str,
        role: Role,
        language: str,
        teams: Iterable[str],
        password_hash: str,
        now: datetime,
    ) -> User:
        """A new user; LoginTakenError where the login is somebody's."""
        row = UserRow(
            id=str(uuid.uuid4()),
            login=login.casefold(),
            name=name,
            password_hash=password_hash,
            role=role,
            language=language,
            failed_logins=0,
            created_at=now,
        )
        try:
            with self._database.writing() as db:
                db.add(row)
                db.flush()
                _set_teams(db, row.id, teams)
                return _user(row, teams)
        except IntegrityError as error:
            raise LoginTakenError(f"there is a user {login!r} already") from error

    def find(self, user_id: str) -> User | None:
        """The user with this id, disabled or not."""
        return self._one(UserRow.id == user_id)

    def by_login(self, login: str) -> User | None:
        """The user with this login, disabled or not."""
        return self._one(UserRow.login == login.casefold())

    def all(self) -> list[User]:
        """Every user, by name."""
        with self._database.reading() as db:
            rows = db.scalars(select(UserRow).order_by(UserRow.name, UserRow.login)).all()
            teams: dict[str, set[str]] = {row.id: set() for row in rows}
            for member in db.scalars(select(UserTeamRow)):
                teams[member.user].add(member.team)
            return [_user(row, teams[row.id]) for row in rows]

    def password_hash(self, user_id: str) -> str:
        """What is kept of the password."""
        with self._database.reading() as db:
            return db.get_one(UserRow, user_id).password_hash

    def change(
        self, user_id: str, *, name: str, role: Role, language: str, teams: Iterable[str]
    ) -> None:
        """Replace what may be changed of a user."""
        with self._database.writing() as db:
            row = db.get_one(UserRow, user_id)
            row.name, row.role, row.language = name, role, language
            _set_teams(db, user_id, teams)

    def set_language(self, user_id: str, language: str) -> None:
        """The language of the interface for this user."""
        with self._database.writing() as db:
            db.get_one(UserRow, user_id).language = language

    def set_password(self, user_id: str, password_hash: str) -> None:
        """A new password, which unlocks and ends every session."""
        with self._database.writing() as db:
            row = db.get_one(UserRow, user_id)
            row.password_hash, row.failed_logins, row.locked_until = password_hash, 0, None
            db.execute(delete(SessionRow).where(SessionRow.user == user_id))

    def disable(self, user_id: str, *, now: datetime) -> None:
        """Keep a user out, and end every session."""
        with self._database.writing() as db:
            db.get_one(UserRow, user_id).disabled_at = now
            db.execute(delete(SessionRow).where(SessionRow.user == user_id))

    def enable(self, user_id: str) -> None:
        """Let a user in again."""
        with self._database.writing() as db:
            db.get_one(UserRow, user_id).disabled_at = None

    def admit(self, user_id: str, *, now: datetime) -> bool:
        """Forget wrong passwords before the right one; False for who is locked out or disabled."""
        with self._database.writing() as db:
            row = db.get_one(UserRow, user_id)
            if row.disabled_at or (row.locked_until and now < row.locked_until):
                return False
            row.failed_logins, row.locked_until = 0, None
            return True

    def note_failure(self, user_id: str, *, now: datetime) -> bool:
        """Count a wrong password; True where it locks the user out."""
        with self._database.writing() as db:
            row = db.get_one(UserRow, user_id)
            if row.locked_until and now < row.locked_until:
                return False
            row.failed_logins += 1
            if row.failed_logins < MOST_FAILURES:
                return False
            db.execute(
                update(UserRow)
                .where(UserRow.id == user_id)
                .values(failed_logins=0, locked_until=now + LOCKED)
            )
            return True

    def _one(self, condition: object) -> User | None:
        with self._database.reading() as db:
            row = db.scalar(select(UserRow).where(condition))  # type: ignore[arg-type]
            if row is None:
                return None
            return _user(
                row, db.scalars(select(UserTeamRow.team).where(UserTeamRow.user == row.id))
            )


def _set_teams(db: Session, user_id: str, teams: Iterable[str]) -> None:
    db.execute(delete(UserTeamRow).where(UserTeamRow.user == user_id))
    db.add_all(UserTeamRow(user=user_id, team=team) for team in sorted(set(teams)))


def _user(row: UserRow, teams: Iterable[str]) -> User:
    return User(
        id=row.id,
        login=row.login,
        name=row.name,
        role=Role(row.role),
        language=row.language,
        teams=frozenset(teams),
        locked_until=row.locked_until,
        is_disabled=row.disabled_at is not None,
    )
