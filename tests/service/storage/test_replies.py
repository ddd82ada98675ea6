from datetime import UTC, datetime, timedelta

import pytest

from model import Dimension
from service.sent_replies import reply_id
from service.storage.database import Database
from service.storage.replies import ReplyRepository
from service.storage.reply_columns import reply_columns
from tests.builders import make_stored

MORNING = datetime(2026, 11, 20, 8, tzinfo=UTC)
DAY = (MORNING, MORNING + timedelta(days=1))


@pytest.fixture
def repository(database: Database) -> ReplyRepository:
    return ReplyRepository(database)


def test_a_reply_comes_back_as_it_was_stored(repository: ReplyRepository) -> None:
    stored = make_stored("m-1", channel=None, customer=None, customer_message=None)

    assert repository.add([stored]) == {stored.id}
    assert repository.get(stored.id) == stored
    assert repository.get(reply_id("m-2")) is None


def test_the_same_reply_is_stored_once(repository: ReplyRepository) -> None:
    first, other = make_stored("m-1"), make_stored("m-2")
    changed = make_stored("m-1", text="Något annat.")

    assert repository.add([first, changed]) == {first.id}
    assert repository.add([changed, other]) == {other.id}
    assert repository.get(first.id) == first
    assert repository.known([first.id, reply_id("m-3")]) == {first.id}


def test_nothing_is_stored_of_nothing(repository: ReplyRepository) -> None:
    assert repository.add([]) == set()


def test_replies_of_a_period_come_oldest_first_page_by_page(repository: ReplyRepository) -> None:
    moments = [MORNING + timedelta(minutes=i // 2) for i in range(1_100)]
    stored = [make_stored(f"m-{i}", sent_at=at) for i, at in enumerate(moments)]
    late = make_stored("late", sent_at=DAY[1])
    repository.add([late, *reversed(stored)])

    found = list(repository.sent(*DAY))

    assert sorted(r.id for r in found) == sorted(r.id for r in stored)
    assert [r.sent_at for r in found] == moments


def test_replies_of_another_team_are_left_out(repository: ReplyRepository) -> None:
    ours, theirs = make_stored("m-1", team="returns"), make_stored("m-2", team="billing")
    repository.add([ours, theirs])

    assert list(repository.sent(*DAY, team="returns")) == [ours]


def test_columns_hold_what_a_plan_draws_from(
    database: Database, repository: ReplyRepository
) -> None:
    stored = [make_stored("m-1", team="returns"), make_stored("m-2", team="billing", agent="a-2")]
    repository.add([*stored, make_stored("late", sent_at=DAY[1])])

    columns = reply_columns(database, *DAY)
    of_one = reply_columns(database, *DAY, team="billing", language="sv", channel="")

    assert sorted(columns.reply) == sorted(r.id for r in stored)
    assert (of_one.agent[0], len(of_one)) == ("a-2", 1)
    assert of_one.empathy[0] == stored[1].scores[Dimension.EMPATHY].value
    assert of_one.sent_at[0].item().replace(tzinfo=UTC) == stored[1].sent_at
    assert not of_one.is_disputed.any()
    assert not of_one.is_erased.any()


def test_columns_of_an_empty_period_are_empty(database: Database) -> None:
    assert len(reply_columns(database, *DAY)) == 0
