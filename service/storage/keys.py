"""API keys, hashed, in one JSON file that is replaced whole at every change."""

import hashlib
import json
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from fcntl import LOCK_EX, flock
from pathlib import Path

SCOPES = ("score", "feedback", "replies", "samples", "reviews", "export", "admin")
WRITER_SCOPES = SCOPES[:2]
"""What a plugin in the reply box needs."""
PREFIX = "tonfall_"


class KeyFileError(Exception):
    """The file of API keys cannot be read or written; nobody is let in until it can."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """One key as it is kept: its id, who it was made for, what it may do, and the hash of its
    secret; after a rotation also of the one before, for as long as that works.
    """

    id: str
    name: str
    scopes: tuple[str, ...]
    sha256: str
    created_at: str
    revoked_at: str | None = None
    previous_sha256: str | None = None
    previous_until: str | None = None

    @property
    def is_active(self) -> bool:
        """True until the key is revoked."""
        return self.revoked_at is None

    def opens_with(self, digest: str, now: datetime) -> bool:
        """True for the hash of a secret that works."""
        if secrets.compare_digest(self.sha256, digest):
            return self.is_active
        if self.previous_sha256 is None or self.previous_until is None:
            return False
        is_previous = secrets.compare_digest(self.previous_sha256, digest)
        return self.is_active and is_previous and now < datetime.fromisoformat(self.previous_until)


class KeyRepository:
    """API keys by secret. Reads the file again when it has changed, so a new key works at once."""

    def __init__(self, path: Path, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._path, self._now = path, now
        self._read_at: tuple[int, int] | None = None
        self._keys: tuple[ApiKey, ...] = ()

    def all(self) -> tuple[ApiKey, ...]:
        """Every key ever made, revoked ones too, oldest first."""
        try:
            stat = self._path.stat()
        except FileNotFoundError:
            self._read_at, self._keys = None, ()
            return ()
        changed = (stat.st_mtime_ns, stat.st_ino)
        if changed != self._read_at:
            self._keys, self._read_at = self._read(), changed
        return self._keys

    def is_configured(self) -> bool:
        """True once a key was made, even if all were revoked since: then a key is asked for."""
        return bool(self.all())

    def find(self, secret: str) -> ApiKey | None:
        """The active key with this secret."""
        digest, now = _digest(secret), self._now()
        return next((k for k in self.all() if k.opens_with(digest, now)), None)

    def create(self, name: str, *, scopes: tuple[str, ...], now: datetime) -> tuple[ApiKey, str]:
        """A new key and its secret, which is kept nowhere and cannot be shown again."""
        secret = _new_secret()
        key = ApiKey(
            id=secrets.token_hex(4),
            name=name,
            scopes=scopes,
            sha256=_digest(secret),
            created_at=_stamp(now),
        )
        with self._locked():
            self._write((*self.all(), key))
        return key, secret

    def rotate(self, key_id: str, *, grace: timedelta, now: datetime) -> tuple[ApiKey, str]:
        """A new secret for a key; the one before works for `grace` more.

        KeyError where there is no active key with this id.
        """
        secret = _new_secret()
        with self._locked():
            keys = {k.id: k for k in self.all() if k.is_active}
            key = replace(
                keys[key_id],
                sha256=_digest(secret),
                previous_sha256=keys[key_id].sha256,
                previous_until=_stamp(now + grace),
            )
            self._write(tuple(key if k.id == key_id else k for k in self.all()))
        return key, secret

    def revoke(self, key_id: str, *, now: datetime) -> ApiKey:
        """Stop a key from working; KeyError where there is none with this id."""
        with self._locked():
            keys = {k.id: k for k in self.all()}
            if keys[key_id].is_active:
                keys[key_id] = replace(keys[key_id], revoked_at=_stamp(now))
                self._write(tuple(keys.values()))
            return keys[key_id]

    def _read(self) -> tuple[ApiKey, ...]:
        try:
            rows = json.loads(self._path.read_text("utf-8"))["keys"]
            return tuple(ApiKey(**row | {"scopes": tuple(row["scopes"])}) for row in rows)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise KeyFileError(
                f"{self._path}: cannot be read as a file of API keys ({error.__class__.__name__}); "
                "restore it, or remove it and make new keys with 'tonfall key create'"
            ) from error

    def _write(self, keys: tuple[ApiKey, ...]) -> None:
        content = json.dumps({"keys": [asdict(k) for k in keys]}, indent=1)
        partial = self._path.with_suffix(".partial")
        try:
            descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            partial.replace(self._path)
        except OSError as error:
            raise KeyFileError(f"{self._path}: cannot be written ({error.strerror})") from error

    @contextmanager
    def _locked(self) -> Iterator[None]:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            lock = self._path.with_suffix(".lock").open("w")
        except OSError as error:
            raise KeyFileError(f"{self._path}: cannot be written ({error.strerror})") from error
        with lock:
            flock(lock, LOCK_EX)
            yield


def _new_secret() -> str:
    return PREFIX + secrets.token_urlsafe(32)


def _stamp(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
