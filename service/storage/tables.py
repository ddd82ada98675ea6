"""Tables of what comes in and goes out; workbench_tables.py has the others.

A new one also needs a migration (CONTRIBUTING.md).
"""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from service.storage.base import Base, Instant


class FeedbackRow(Base):
    """What a writer made of a score or an advice; never text."""

    __tablename__ = "feedback"
    __table_args__ = (
        CheckConstraint("suggested_rating BETWEEN 1 AND 5", name="suggested_rating"),
        Index(None, "score_id"),
        Index(None, "created_at"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    created_at: Mapped[datetime] = mapped_column(Instant)
    score_id: Mapped[str] = mapped_column(String(36))
    model_version: Mapped[str] = mapped_column(String(100))
    about: Mapped[str] = mapped_column(String(16))
    dimension: Mapped[str | None] = mapped_column(String(16))
    rule: Mapped[str | None] = mapped_column(String(64))
    verdict: Mapped[str] = mapped_column(String(16))
    suggested_rating: Mapped[int | None]
    writer: Mapped[str | None] = mapped_column(String(64))
    caller: Mapped[str] = mapped_column(String(64))


class AnswerRow(Base):
    """The answer to a request with an Idempotency-Key, or the claim that one is being made.

    Keys and requests are hashed: who does not know a key learns nothing of what was sent with it.
    """

    __tablename__ = "answers"
    __table_args__ = (Index(None, "claimed_at"),)

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    request: Mapped[str] = mapped_column(String(64))
    claimed_at: Mapped[datetime] = mapped_column(Instant)
    status: Mapped[int | None]
    body: Mapped[str | None] = mapped_column(Text)


class ReplyRow(Base):
    """A sent reply in numbers: all that figures need. They stay when the text is erased.

    The id follows from the caller's own (`reply_id`), so that nothing is stored twice, not even
    what was erased since. An unknown team, agent or channel is the empty string.
    """

    __tablename__ = "replies"
    __table_args__ = (
        CheckConstraint("risk BETWEEN 0 AND 1", name="risk"),
        Index(None, "sent_at"),
        Index(None, "team", "sent_at"),
        Index(None, "agent", "sent_at"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    team: Mapped[str] = mapped_column(String(64))
    agent: Mapped[str] = mapped_column(String(64))
    channel: Mapped[str] = mapped_column(String(16))
    language: Mapped[str] = mapped_column(String(8))
    sent_at: Mapped[datetime] = mapped_column(Instant)
    stored_at: Mapped[datetime] = mapped_column(Instant)
    erased_at: Mapped[datetime | None] = mapped_column(Instant)
    model_version: Mapped[str] = mapped_column(String(100))
    empathy: Mapped[float]
    empathy_low: Mapped[float]
    empathy_high: Mapped[float]
    empathy_status: Mapped[str] = mapped_column(String(24))
    politeness: Mapped[float]
    politeness_low: Mapped[float]
    politeness_high: Mapped[float]
    politeness_status: Mapped[str] = mapped_column(String(24))
    clarity: Mapped[float]
    clarity_low: Mapped[float]
    clarity_high: Mapped[float]
    clarity_status: Mapped[str] = mapped_column(String(24))
    empathy_need: Mapped[str] = mapped_column(String(8))
    risk: Mapped[float]


IS_FOR_TRAINING = text("purpose = 'training'")
"""The condition that a text is kept for training, word for word as that of its index."""


class ReplyTextRow(Base):
    """What a sent reply says (redacted) and whom it concerns; the row goes at erasure.

    Apart from the numbers, so that figures over a million replies read no text.
    """

    __tablename__ = "reply_texts"
    __table_args__ = (
        Index(None, "conversation"),
        Index(None, "customer"),
        Index(None, "expires_at"),
        Index(
            "ix_reply_texts_training",
            "reply",
            sqlite_where=IS_FOR_TRAINING,
            postgresql_where=IS_FOR_TRAINING,
        ),
    )

    reply: Mapped[str] = mapped_column(ForeignKey(ReplyRow.id), primary_key=True)
    external_id: Mapped[str] = mapped_column(String(200), unique=True)
    conversation: Mapped[str] = mapped_column(String(200))
    customer: Mapped[str | None] = mapped_column(String(64))
    purpose: Mapped[str] = mapped_column(String(16))
    expires_at: Mapped[datetime] = mapped_column(Instant)
    text: Mapped[str] = mapped_column(Text)
    customer_message: Mapped[str | None] = mapped_column(Text)


class ReplyMonthRow(Base):
    """How many replies of a kind were sent in a calendar month (UTC), and the sums of their scores:
    what reports read in place of a million replies. `months.py` keeps it.
    """

    __tablename__ = "reply_months"
    __table_args__ = ({"sqlite_with_rowid": False},)

    month: Mapped[datetime] = mapped_column(Instant, primary_key=True)
    agent: Mapped[str] = mapped_column(String(64), primary_key=True)
    team: Mapped[str] = mapped_column(String(64), primary_key=True)
    channel: Mapped[str] = mapped_column(String(16), primary_key=True)
    language: Mapped[str] = mapped_column(String(8), primary_key=True)
    replies: Mapped[int]
    empathy: Mapped[float]
    politeness: Mapped[float]
    clarity: Mapped[float]


class AuditRow(Base):
    """Who did what, when; never text. The database refuses to change or delete a row."""

    __tablename__ = "audit"
    __table_args__ = (
        Index(None, "at"),
        Index(None, "actor", "at"),
        Index(None, "subject", "at"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    at: Mapped[datetime] = mapped_column(Instant)
    actor: Mapped[str] = mapped_column(String(100))
    action: Mapped[str] = mapped_column(String(64))
    subject: Mapped[str] = mapped_column(String(100))
    before: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    after: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))


class WebhookEndpointRow(Base):
    """An address that is told of events. The secret signs, so it cannot be hashed."""

    __tablename__ = "webhook_endpoints"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    url: Mapped[str] = mapped_column(String(2000))
    events: Mapped[list[str]] = mapped_column(JSON)
    secret: Mapped[str] = mapped_column(String(100))
    previous_secret: Mapped[str | None] = mapped_column(String(100))
    previous_until: Mapped[datetime | None] = mapped_column(Instant)
    created_at: Mapped[datetime] = mapped_column(Instant)
    created_by: Mapped[str] = mapped_column(String(100))
    failing_since: Mapped[datetime | None] = mapped_column(Instant)
    disabled_at: Mapped[datetime | None] = mapped_column(Instant)


class WebhookDeliveryRow(Base):
    """One event for one endpoint, exactly as it is signed; nothing is due once it arrived or was
    given up. Whoever sends it moves `due_at` on first: to when another worker may try.
    """

    __tablename__ = "webhook_deliveries"
    __table_args__ = (Index(None, "due_at"), Index(None, "endpoint", "created_at"))

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    endpoint: Mapped[str] = mapped_column(ForeignKey(WebhookEndpointRow.id, ondelete="CASCADE"))
    event: Mapped[str] = mapped_column(String(64))
    payload: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(Instant)
    due_at: Mapped[datetime | None] = mapped_column(Instant)
    attempts: Mapped[int]
    last_status: Mapped[int | None]
    delivered_at: Mapped[datetime | None] = mapped_column(Instant)
