"""Replies that were sent and are kept for QA: what they say, and what the scorer says of them."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from model import Channel, Dimension, Interval, Need, Status

Purpose = Literal["quality", "training"]
"""What a reply is kept for: to be reviewed and counted; or that, and to fit a scorer on."""
PURPOSES: tuple[Purpose, ...] = get_args(Purpose)
MOST_RETENTION_DAYS = 3650
_IDS = uuid.UUID("6d0b1f5e-2a57-5c53-9a3b-0f1c3f0f7a11")


def reply_id(external_id: str) -> str:
    """The id of the reply that its sender calls `external_id`: always the same, and no way back."""
    return str(uuid.uuid5(_IDS, external_id))


@dataclass(frozen=True, slots=True, kw_only=True)
class SentReply:
    """A reply as it comes in. `agent` and `customer` are pseudonyms."""

    external_id: str
    conversation: str
    agent: str
    sent_at: datetime
    text: str
    customer_message: str | None = None
    team: str = ""
    channel: Channel | None = None
    language: str | None = None
    customer: str | None = None
    purpose: Purpose = "quality"
    retention_days: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What a stored reply says, redacted, and whom it concerns; erasure takes all of it."""

    external_id: str
    conversation: str
    customer: str | None
    purpose: str
    expires_at: datetime
    text: str
    customer_message: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredScore:
    """One dimension as it is stored."""

    value: float
    interval: Interval
    status: Status


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredReply:
    """A reply as it is kept; `content` is None once it was erased."""

    id: str
    agent: str
    team: str
    channel: str
    language: str
    sent_at: datetime
    stored_at: datetime
    model_version: str
    scores: Mapping[Dimension, StoredScore]
    empathy_need: Need
    risk: float
    content: Content | None
    erased_at: datetime | None = None
