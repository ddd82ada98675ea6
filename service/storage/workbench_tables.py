"""Tables of the QA workbench: people, plans, draws, reviews and what follows from them."""

from datetime import datetime

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy import UniqueConstraint as Unique
from sqlalchemy.orm import Mapped, mapped_column

from service.storage.base import Base, Instant
from service.storage.tables import ReplyRow


class UserRow(Base):
    """Who may log in. Never deleted, only disabled: reviews name their reviewer."""

    __tablename__ = "users"
    __table_args__ = (CheckConstraint("role IN ('reviewer', 'lead', 'admin')", name="role"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    login: Mapped[str] = mapped_column(String(200), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    password_hash: Mapped[str] = mapped_column(String(200))
    role: Mapped[str] = mapped_column(String(16))
    language: Mapped[str] = mapped_column(String(8))
    failed_logins: Mapped[int]
    locked_until: Mapped[datetime | None] = mapped_column(Instant)
    created_at: Mapped[datetime] = mapped_column(Instant)
    disabled_at: Mapped[datetime | None] = mapped_column(Instant)


class UserTeamRow(Base):
    """A team whose replies a user may see; a user without any sees none, an admin sees all."""

    __tablename__ = "user_teams"

    user: Mapped[str] = mapped_column(ForeignKey(UserRow.id), primary_key=True)
    team: Mapped[str] = mapped_column(String(64), primary_key=True)


class SessionRow(Base):
    """A login, by the hash of its cookie; deleting the row ends it."""

    __tablename__ = "sessions"
    __table_args__ = (Index(None, "user"), Index(None, "expires_at"))

    token_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    user: Mapped[str] = mapped_column(ForeignKey(UserRow.id))
    created_at: Mapped[datetime] = mapped_column(Instant)
    seen_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)


class PlanRow(Base):
    """A plan as `service.plan` knows it; team, channel and language where it is limited to one."""

    __tablename__ = "plans"
    __table_args__ = (
        CheckConstraint("budget > 0", name="budget"),
        CheckConstraint("starts_at < ends_at", name="period"),
        Index(None, "team", "starts_at"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    starts_at: Mapped[datetime] = mapped_column(Instant)
    ends_at: Mapped[datetime] = mapped_column(Instant)
    team: Mapped[str | None] = mapped_column(String(64))
    channel: Mapped[str | None] = mapped_column(String(16))
    language: Mapped[str | None] = mapped_column(String(8))
    strata: Mapped[list[str]] = mapped_column(JSON)
    arms: Mapped[dict[str, float]] = mapped_column(JSON)
    allocation: Mapped[str] = mapped_column(String(16))
    budget: Mapped[int]
    seed: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(Instant)
    created_by: Mapped[str] = mapped_column(String(100))


class DrawRow(Base):
    """A reply that a plan drew, with its probability. A skipped one keeps its place."""

    __tablename__ = "draws"
    __table_args__ = (
        CheckConstraint("state IN ('open', 'reviewed', 'skipped')", name="state"),
        CheckConstraint("(state = 'skipped') = (skip_reason IS NOT NULL)", name="skip_reason"),
        CheckConstraint(
            "inclusion_probability > 0 AND inclusion_probability <= 1", name="probability"
        ),
        Unique("plan", "reply"),
        Unique("plan", "position"),
        Index(None, "plan", "state", "position"),
        Index(None, "reviewer", "state", "position"),
        Index(None, "reply"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    plan: Mapped[str] = mapped_column(ForeignKey(PlanRow.id))
    reply: Mapped[str] = mapped_column(ForeignKey(ReplyRow.id))
    arm: Mapped[str] = mapped_column(String(16))
    stratum: Mapped[list[str]] = mapped_column(JSON)
    inclusion_probability: Mapped[float]
    position: Mapped[int]
    model_version: Mapped[str] = mapped_column(String(100))
    reviewer: Mapped[str | None] = mapped_column(ForeignKey(UserRow.id))
    state: Mapped[str] = mapped_column(String(16))
    skip_reason: Mapped[str | None] = mapped_column(String(16))
    closed_by: Mapped[str | None] = mapped_column(ForeignKey(UserRow.id))
    closed_at: Mapped[datetime | None] = mapped_column(Instant)


class ReviewRow(Base):
    """One reviewer's ratings of a drawn reply: given blind, kept as they were, and, apart from
    them, as revised after the score was seen.
    """

    __tablename__ = "reviews"
    __table_args__ = (
        *(
            CheckConstraint(f"{prefix}{dimension} BETWEEN 1 AND 5", name=f"{prefix}{dimension}")
            for prefix in ("", "revised_")
            for dimension in ("empathy", "politeness", "clarity")
        ),
        Unique("draw", "reviewer"),
        Index(None, "reply"),
        Index(None, "reviewer", "created_at"),
        Index(None, "created_at"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    draw: Mapped[str] = mapped_column(ForeignKey(DrawRow.id))
    reply: Mapped[str] = mapped_column(ForeignKey(ReplyRow.id))
    reviewer: Mapped[str] = mapped_column(ForeignKey(UserRow.id))
    rubric_version: Mapped[str] = mapped_column(String(16))
    need: Mapped[str] = mapped_column(String(8))
    empathy: Mapped[int]
    politeness: Mapped[int]
    clarity: Mapped[int]
    revised_need: Mapped[str | None] = mapped_column(String(8))
    revised_empathy: Mapped[int | None]
    revised_politeness: Mapped[int | None]
    revised_clarity: Mapped[int | None]
    comment: Mapped[str | None] = mapped_column(Text)
    is_for_coaching: Mapped[bool]
    created_at: Mapped[datetime] = mapped_column(Instant)
    seen_score_at: Mapped[datetime | None] = mapped_column(Instant)
    revised_at: Mapped[datetime | None] = mapped_column(Instant)


class ReviewBehaviorRow(Base):
    """A behavior that a reviewer found, in code points [start, stop) of the stored reply."""

    __tablename__ = "review_behaviors"

    review: Mapped[str] = mapped_column(
        ForeignKey(ReviewRow.id, ondelete="CASCADE"), primary_key=True
    )
    start: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    tag: Mapped[str] = mapped_column(String(32), primary_key=True)
    stop: Mapped[int]


class DisputeRow(Base):
    """An agent's objection to a review, made through a link; the link's token is hashed."""

    __tablename__ = "disputes"
    __table_args__ = (
        CheckConstraint("state IN ('invited', 'open', 'decided')", name="state"),
        Index(None, "review"),
        Index(None, "state", "created_at"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    review: Mapped[str] = mapped_column(ForeignKey(ReviewRow.id))
    token_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    token_expires_at: Mapped[datetime] = mapped_column(Instant)
    state: Mapped[str] = mapped_column(String(16))
    objection: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(Instant)
    objected_at: Mapped[datetime | None] = mapped_column(Instant)
    outcome: Mapped[str | None] = mapped_column(String(16))
    decided_by: Mapped[str | None] = mapped_column(ForeignKey(UserRow.id))
    decided_at: Mapped[datetime | None] = mapped_column(Instant)


class DriftAlarmRow(Base):
    """That a model was found to drift from the reviewers; reviews themselves say the rest."""

    __tablename__ = "drift_alarms"

    model_version: Mapped[str] = mapped_column(String(100), primary_key=True)
    dimension: Mapped[str] = mapped_column(String(16), primary_key=True)
    raised_at: Mapped[datetime] = mapped_column(Instant)
    reviews: Mapped[int]
    low: Mapped[float]
    high: Mapped[float]
    acknowledged_by: Mapped[str | None] = mapped_column(ForeignKey(UserRow.id))
    acknowledged_at: Mapped[datetime | None] = mapped_column(Instant)
