"""What receivers are told: that something happened, and the ids to ask for it. Never text, a score
or a person.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Event(StrEnum):
    """What an endpoint can be told of."""

    SCORE_LOW = "score.low"
    SAMPLE_READY = "sample.ready"
    REVIEW_DISPUTED = "review.disputed"
    DRIFT_ALARM = "drift.alarm"


TEST = "webhook.test"
"""What `tonfall webhook test` sends; no endpoint asks for it."""


def payload(event: str, at: datetime, ids: Mapping[str, str]) -> str:
    """The body, exactly as it is signed."""
    body = {"type": event, "timestamp": at.isoformat().replace("+00:00", "Z"), "data": dict(ids)}
    return json.dumps(body, separators=(",", ":"))


class Outcome(StrEnum):
    """How an attempt ended; a code for logs and metrics."""

    DELIVERED = "delivered"
    NOT_ACCEPTED = "not_accepted"
    """An answer other than 2xx, a redirect too."""
    GONE = "gone"
    """410: the receiver wants nothing more."""
    TIMED_OUT = "timed_out"
    UNREACHABLE = "unreachable"
    UNTRUSTED = "untrusted"
    """No valid certificate for the host."""
    FORBIDDEN = "forbidden"
    """The host has an address that may not be called."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came of one attempt; `status` is None where there was no answer."""

    outcome: Outcome
    status: int | None = None
