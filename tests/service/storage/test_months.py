"""Sums by month stay what the replies add up to, whatever becomes of them."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import create_engine, select

from model import Dimension
from service.candidates import Facet, Period
from service.sent_replies import StoredReply
from service.storage.database import Database
from service.storage.erasure import Eraser
from service.storage.migrations import upgrade
from service.storage.months import month_of, whole_months
from service.storage.replies import ReplyRepository
from service.storage.tables import ReplyMonthRow, ReplyRow
from tests.builders import make_stored

NOW = datetime(2026, 12, 1, tzinfo=UTC)
NORDIC = timezone(timedelta(hours=1))
Sums = dict[tuple[Any, ...], list[Any]]


def make_replies() -> list[StoredReply]:
    """Of three agents, in two months; the last is of October in UTC alone."""
    replies = []
    for i in range(12):
        sent_at = datetime(2026, 10 + i % 2, 3, tzinfo=UTC)
        channel = ("email", "chat")[i % 4 // 2]
        reply = make_stored(f"m-{i}", agent=f"a-{i % 3}", sent_at=sent_at, channel=channel)
        some = {d: replace(s, value=1.1 + i / 10) for d, s in reply.scores.items()}
        replies.append(replace(reply, scores=some))
    return [*replies, make_stored("late", sent_at=datetime(2026, 11, 1, 0, 30, tzinfo=NORDIC))]


def kept(database: Database) -> Sums:
    with database.reading() as db:
        return {
            (row.month, *(getattr(row, f) for f in Facet)): [
                row.replies,
                *(pytest.approx(getattr(row, d)) for d in Dimension),
            ]
            for row in db.scalars(select(ReplyMonthRow))
        }


def added_up(database: Database) -> Sums:
    sums: Sums = {}
    with database.reading() as db:
        for row in db.scalars(select(ReplyRow)):
            key = (month_of(row.sent_at), *(getattr(row, f) for f in Facet))
            given = [1, *(getattr(row, d) for d in Dimension)]
            sums[key] = [a + b for a, b in zip(sums.get(key, [0] * 4), given, strict=True)]
    return sums


def test_replies_are_counted_once(database: Database) -> None:
    replies = make_replies()
    for part in (replies[:7], replies[5:], replies):
        ReplyRepository(database).add(part)

    assert kept(database) == added_up(database)
    by_month = Counter[object]()
    for (month, *_), (number, *_) in added_up(database).items():
        by_month[month] += int(number)
    assert by_month == {datetime(2026, 10, 1, tzinfo=UTC): 7, datetime(2026, 11, 1, tzinfo=UTC): 6}


def test_an_erased_agent_is_in_no_month_and_the_sums_stay(database: Database) -> None:
    ReplyRepository(database).add(make_replies())
    for agent in ("a-1", "a-2"):
        Eraser(database, lambda: NOW).erase("agent", agent, actor="key k1")

    assert kept(database) == added_up(database)
    assert {agent for _, _, agent, *_ in kept(database)} == {"a-0", ""}


def test_retention_changes_no_month(database: Database) -> None:
    ReplyRepository(database).add(make_replies())
    before = added_up(database)
    Eraser(database, lambda: NOW + timedelta(days=3650)).purge(actor="purge")

    assert kept(database) == before


def test_a_migration_counts_what_was_stored_before(url: str, database: Database) -> None:
    ReplyRepository(database).add(make_replies())
    expected = added_up(database)
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE reply_months")
        connection.exec_driver_sql("DROP INDEX ix_reply_texts_training")
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0002'")
        upgrade(connection)
    engine.dispose()

    assert kept(database) == expected


def test_only_whole_months_are_whole() -> None:
    period = Period(
        start=datetime(2025, 11, 1, 0, 0, 1, tzinfo=UTC), end=datetime(2026, 2, 1, tzinfo=UTC)
    )

    assert [m.start.month for m in whole_months(period)] == [12, 1]
    assert whole_months(Period(start=period.start, end=period.start + timedelta(days=40))) == []
