"""Replies summed up by calendar month, kept in step with the replies themselves."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, text, update
from sqlalchemy.dialects import postgresql, sqlite

from model import Dimension
from service.candidates import Facet, Period
from service.storage.tables import ReplyMonthRow, ReplyRow

_INSERTS = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
_KEY = ("month", *Facet)
_SUMS = ("replies", *Dimension)


def month_of(at: datetime) -> datetime:
    """When the calendar month of a moment begins, in UTC."""
    return at.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def whole_months(period: Period) -> list[Period]:
    """The calendar months that lie within a period."""
    found, start = [], month_of(period.start)
    while start < period.end:
        end = month_of(start + timedelta(days=32))
        if period.start <= start and end <= period.end:
            found.append(Period(start=start, end=end))
        start = end
    return found


def add_to_months(db: Connection, rows: Iterable[Mapping[str, Any]]) -> None:
    """Count new rows of replies, in the transaction that stores them."""
    found: dict[tuple[Any, ...], list[float]] = {}
    for row in rows:
        key = (month_of(row["sent_at"]), *(row[f] for f in Facet))
        sums = found.setdefault(key, [0] * len(_SUMS))
        for i, value in enumerate((1, *(row[d] for d in Dimension))):
            sums[i] += value
    if found:  # in one order, so that two transactions never wait for each other
        values = [dict(zip((*_KEY, *_SUMS), (*k, *found[k]), strict=True)) for k in sorted(found)]
        db.execute(_added(db), values)


def forget_agent(db: Connection, agent: str) -> None:
    """Make an agent's replies those of nobody known."""
    if db.dialect.name == "postgresql":  # who stores replies meanwhile waits, or was waited for
        db.execute(text("LOCK TABLE reply_months IN SHARE ROW EXCLUSIVE MODE"))
    db.execute(update(ReplyRow).where(ReplyRow.agent == agent).values(agent=""))
    theirs = delete(ReplyMonthRow).where(ReplyMonthRow.agent == agent)
    rows = db.execute(theirs.returning(*ReplyMonthRow.__table__.columns)).mappings().all()
    if rows:
        db.execute(_added(db), [{**row, "agent": ""} for row in rows])


def _added(db: Connection) -> Any:
    insert: Any = _INSERTS[db.dialect.name](ReplyMonthRow)
    sums = {name: getattr(ReplyMonthRow, name) + insert.excluded[name] for name in _SUMS}
    return insert.on_conflict_do_update(index_elements=_KEY, set_=sums)
