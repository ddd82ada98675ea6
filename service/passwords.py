"""Passwords: hashed with argon2id, never kept."""

import secrets
from functools import cached_property

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

SHORTEST, LONGEST = 12, 200


class Passwords:
    """Hashes and verifies; a test passes a cheap `hasher`."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()

    @cached_property
    def _nobodys(self) -> str:
        return self._hasher.hash(secrets.token_urlsafe())

    def hash(self, password: str) -> str:
        """What is kept of a password."""
        return self._hasher.hash(password)

    def verify(self, kept: str | None, password: str) -> bool:
        """True for the right password; as slow where there is none to compare with."""
        try:
            return self._hasher.verify(kept or self._nobodys, password) and kept is not None
        except VerificationError:
            return False


def new_password() -> str:
    """A first password, to be shown once and changed by its user."""
    return secrets.token_urlsafe(12)


def fault_of(password: str, login: str) -> str | None:
    """What is wrong with a password that somebody chose: `short`, `long` or `login`."""
    if len(password) < SHORTEST:
        return "short"
    if len(password) > LONGEST:
        return "long"
    return "login" if login.casefold() in password.casefold() else None
