"""Every table of the database. A new one also needs a migration (CONTRIBUTING.md)."""

from datetime import UTC, datetime

from sqlalchemy import CheckConstraint, DateTime, Dialect, Index, MetaData, String, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator


class Instant(TypeDecorator[datetime]):
    """A moment in UTC; SQLite keeps no time zone, so it is added again when read."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _: Dialect) -> datetime | None:
        """Refuse a moment without a time zone: nobody knows when that was."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs its time zone; take datetime.now(UTC)")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, _: Dialect) -> datetime | None:
        """The moment in UTC, whatever the database's own time zone is."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """What all tables have in common: names of constraints that a later migration can use."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


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
