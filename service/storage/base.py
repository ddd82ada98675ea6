"""What all tables have in common."""

from datetime import UTC, datetime

from sqlalchemy import DateTime, Dialect, MetaData, String
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction
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


class utc_text(GenericFunction[str]):  # noqa: N801 - named as a function of SQL
    """A moment as text, in UTC and without its time zone: numpy reads a million in half a second,
    where making each a datetime takes three.
    """

    type = String()
    inherit_cache = True


@compiles(utc_text)
def _stored_text(element: utc_text, compiler: SQLCompiler, **options: object) -> str:
    return compiler.process(element.clauses, **options)  # as SQLite keeps it


@compiles(utc_text, "postgresql")
def _cast_text(element: utc_text, compiler: SQLCompiler, **options: object) -> str:
    return f"CAST(timezone('UTC', {compiler.process(element.clauses, **options)}) AS TEXT)"


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
