"""The users of the demonstration: a login of each role for visitors, and simulated reviewers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from service.accounts import Accounts
from service.storage.database import Database
from service.storage.users import Role
from tests.demo.reviewers import Reviewer

VISITORS = ("lead", "reviewer", "admin")
"""Logins to look around with."""
_ACTOR = "command line"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Person:
    login: str
    name: str
    role: Role
    severity: float
    misses: int | None = None
    """Every third team is not theirs; None: all are."""


_PEOPLE = (
    _Person(login="admin", name="Astrid", role=Role.ADMIN, severity=0.1),
    _Person(login="lead", name="Lars", role=Role.LEAD, severity=0.0),
    _Person(login="reviewer", name="Rikke", role=Role.REVIEWER, severity=-0.1),
    _Person(login="anders", name="Anders", role=Role.REVIEWER, severity=0.35, misses=0),
    _Person(login="emma", name="Emma", role=Role.REVIEWER, severity=-0.25, misses=1),
    _Person(login="mette", name="Mette", role=Role.REVIEWER, severity=0.0, misses=2),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """Everybody, as they rate, and the visitors' passwords."""

    everybody: tuple[Reviewer, ...]
    passwords: dict[str, str]

    @property
    def reviewers(self) -> list[Reviewer]:
        """Those who do the daily work."""
        return [r for r in self.everybody if r.user.login not in VISITORS]

    def named(self, login: str) -> Reviewer:
        """One of them."""
        return next(r for r in self.everybody if r.user.login == login)


def hire(database: Database, teams: Sequence[str], *, now: datetime) -> Staff:
    """Make all users."""
    accounts, found, passwords = Accounts(database), list[Reviewer](), dict[str, str]()
    for person in _PEOPLE:
        seen = [t for n, t in enumerate(teams) if person.misses is None or n % 3 != person.misses]
        user, passwords[person.login] = accounts.create(
            login=person.login,
            name=person.name,
            role=person.role,
            language="en",
            teams=[] if person.role is Role.ADMIN else seen,
            actor=_ACTOR,
            now=now,
        )
        found.append(Reviewer(user=user, severity=person.severity))
    kept = {login: passwords[login] for login in VISITORS}
    return Staff(everybody=tuple(found), passwords=kept)


def new_passwords(database: Database, *, now: datetime) -> dict[str, str]:
    """Passwords for the visitors' logins of a database that is there: the old ones are nowhere."""
    accounts = Accounts(database)
    users = {login: accounts.users.by_login(login) for login in VISITORS}
    return {k: accounts.reset(u, actor=_ACTOR, now=now) for k, u in users.items() if u}
