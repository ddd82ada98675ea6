"""Users and their logins: what the command line and the workbench do with them, and audit."""

from collections.abc import Iterable
from datetime import datetime

from service.passwords import Passwords, new_password
from service.storage.audit import AuditRepository, Deed
from service.storage.database import Database
from service.storage.sessions import SessionRepository
from service.storage.users import Role, User, UserRepository


class Accounts:
    """Makes, changes and keeps out users, and lets them in. `actor` is who does it, for the audit:
    a user's id, or `command line`.
    """

    def __init__(self, database: Database, passwords: Passwords | None = None) -> None:
        self.users = UserRepository(database)
        self.sessions = SessionRepository(database)
        self._database, self._audit = database, AuditRepository(database)
        self._passwords = passwords or Passwords()

    def sign_in(self, login: str, password: str, *, now: datetime) -> str | None:
        """A new session's token; None for a wrong login or password, a locked or disabled user:
        whoever tries learns no more.
        """
        user = self.users.by_login(login)
        kept = self.users.password_hash(user.id) if user else None
        is_right = self._passwords.verify(kept, password)
        if user is None:
            return None
        if is_right and self.users.admit(user.id, now=now):
            self._note("user.login", user.id, actor=user.id, now=now)
            return self.sessions.open(user.id, now=now)
        if not is_right and self.users.note_failure(user.id, now=now):
            self._note("user.lock", user.id, actor="login page", now=now)
        return None

    def create(
        self,
        *,
        login: str,
        name: str,
        role: Role,
        language: str,
        teams: Iterable[str],
        actor: str,
        now: datetime,
    ) -> tuple[User, str]:
        """A new user, and the first password, which is kept nowhere."""
        password = new_password()
        hashed = self._passwords.hash(password)
        with self._database.writing():
            user = self.users.add(
                login=login,
                name=name,
                role=role,
                language=language,
                teams=teams,
                password_hash=hashed,
                now=now,
            )
            self._note("user.create", user.id, actor=actor, now=now, after=_rights(user))
        return user, password

    def change(
        self, user: User, *, name: str, role: Role, teams: Iterable[str], actor: str, now: datetime
    ) -> None:
        """Give a user another name, role or other teams."""
        with self._database.writing():
            self.users.change(user.id, name=name, role=role, language=user.language, teams=teams)
            after: dict[str, object] = {"role": role, "teams": sorted(teams)}
            self._note(
                "user.change", user.id, actor=actor, now=now, before=_rights(user), after=after
            )

    def reset(self, user: User, *, actor: str, now: datetime) -> str:
        """A new password, which is kept nowhere; every session ends."""
        password = new_password()
        self._set_password(user, password, "user.reset", actor=actor, now=now)
        return password

    def change_password(self, user: User, current: str, new: str, *, now: datetime) -> bool:
        """Replace one's own password and end every session; False where the current one is
        another.
        """
        if not self._passwords.verify(self.users.password_hash(user.id), current):
            self.users.note_failure(user.id, now=now)
            return False
        self._set_password(user, new, "user.password", actor=user.id, now=now)
        return True

    def disable(self, user: User, *, actor: str, now: datetime) -> None:
        """Keep a user out from now on."""
        with self._database.writing():
            self.users.disable(user.id, now=now)
            self._note("user.disable", user.id, actor=actor, now=now)

    def enable(self, user: User, *, actor: str, now: datetime) -> None:
        """Let a user in again."""
        with self._database.writing():
            self.users.enable(user.id)
            self._note("user.enable", user.id, actor=actor, now=now)

    def _set_password(
        self, user: User, password: str, action: str, *, actor: str, now: datetime
    ) -> None:
        hashed = self._passwords.hash(password)
        with self._database.writing():
            self.users.set_password(user.id, hashed)
            self._note(action, user.id, actor=actor, now=now)

    def _note(
        self,
        action: str,
        user_id: str,
        *,
        actor: str,
        now: datetime,
        before: dict[str, object] | None = None,
        after: dict[str, object] | None = None,
    ) -> None:
        self._audit.append(
            Deed(at=now, actor=actor, action=action, subject=user_id, before=before, after=after)
        )


def _rights(user: User) -> dict[str, object]:
    return {"role": user.role, "teams": sorted(user.teams)}
