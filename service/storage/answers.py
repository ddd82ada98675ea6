"""Answers to requests with an Idempotency-Key, kept for a day."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError

from service.storage.database import Database
from service.storage.tables import AnswerRow

KEPT = timedelta(hours=24)
ABANDONED = timedelta(minutes=1)
"""A claim without an answer after as long is a worker's that died; another request may take it."""


class InProgressError(Exception):
    """Another request with the same key is being answered."""


class OtherRequestError(Exception):
    """The key was used for another request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A status and the body that went with it."""

    status: int
    body: str


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to answer a request; lost to another request where it takes too long."""

    id: str
    claimed_at: datetime


class AnswerRepository:
    """Claims and answers, by caller and Idempotency-Key."""

    def __init__(
        self, database: Database, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._database, self._now = database, now

    def claim(self, *, caller: str, key: str, request: bytes) -> Claim | Answer:
        """The answer kept for this request, or the claim to make it."""
        claim = Claim(_digest(caller.encode(), key.encode()), self._now())
        row = AnswerRow(
            id=claim.id, request=_digest(key.encode(), request), claimed_at=claim.claimed_at
        )
        try:
            with self._database.writing() as db:
                db.execute(delete(AnswerRow).where(AnswerRow.claimed_at < claim.claimed_at - KEPT))
                if (found := db.get(AnswerRow, claim.id, with_for_update=True)) is None:
                    db.add(row)
                    return claim
                return _kept(found, row)
        except IntegrityError:  # another connection claimed it since
            raise InProgressError from None

    def keep(self, claim: Claim, answer: Answer) -> None:
        """Keep the answer, in the transaction that did what was asked.

        InProgressError, so that nothing is done twice, where another request took the claim.
        """
        with self._database.writing() as db:
            row = db.get(AnswerRow, claim.id, with_for_update=True)
            if row is None or row.claimed_at != claim.claimed_at:
                raise InProgressError
            row.status, row.body = answer.status, answer.body

    def release(self, claim: Claim) -> None:
        """Give a claim back: nothing was done, and the key may be used again."""
        with self._database.writing() as db:
            db.execute(
                delete(AnswerRow).where(
                    AnswerRow.id == claim.id, AnswerRow.claimed_at == claim.claimed_at
                )
            )


def _kept(found: AnswerRow, asked: AnswerRow) -> Claim | Answer:
    if found.request != asked.request:
        raise OtherRequestError
    if found.status is not None:
        return Answer(status=found.status, body=found.body or "")
    if found.claimed_at > asked.claimed_at - ABANDONED:
        raise InProgressError
    found.claimed_at = asked.claimed_at
    return Claim(found.id, asked.claimed_at)


def _digest(*parts: bytes) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8))
        digest.update(part)
    return digest.hexdigest()
