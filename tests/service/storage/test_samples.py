import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from model import Dimension, Interval, Need, Status
from service.candidates import Facet, Period
from service.estimates import Estimate, estimates
from service.plan import Arm, Plan
from service.reviews import Sample
from service.sampling import draw
from service.sent_replies import StoredReply, StoredScore
from service.storage.database import Database
from service.storage.plans import PlanRepository, Scope
from service.storage.queue import QueueRepository
from service.storage.replies import ReplyRepository
from service.storage.reviews import Ratings, ReviewRepository
from service.storage.samples import SampleRepository
from service.storage.users import Role, User, UserRepository
from tests.builders import make_stored

NOW = datetime(2026, 12, 1, tzinfo=UTC)
OCTOBER = Period(start=datetime(2026, 10, 1, tzinfo=UTC), end=datetime(2026, 11, 1, tzinfo=UTC))
NOVEMBER = Period(start=OCTOBER.end, end=NOW)
BOTH = Period(start=OCTOBER.start, end=NOVEMBER.end)


def make_replies(number: int, period: Period) -> list[StoredReply]:
    """Of four agents in two teams, spread over the period, each with a score of its own."""
    step = (period.end - period.start) / number
    replies = []
    for i in range(number):
        reply = make_stored(
            f"m-{period.start:%m}-{i}",
            agent=f"a-{i % 4}",
            team=("returns", "billing")[i % 2],
            sent_at=period.start + i * step,
        )
        value = 2 + i * 7 % 20 / 10
        score = StoredScore(value=value, interval=Interval(1, 5), status=Status.OK)
        replies.append(replace(reply, scores=dict.fromkeys(Dimension, score)))
    return replies


def make_reviewer(database: Database) -> User:
    return UserRepository(database).add(
        login="kim",
        name="Kim",
        role=Role.ADMIN,
        language="en",
        teams=(),
        password_hash="none",
        now=NOW,
    )


def review(database: Database, period: Period, reviewer: User) -> None:
    """Carry out a plan over the period and rate all it draws."""
    plan = Plan(period=period, budget=32, seed=3, arms={Arm.RANDOM: 1.0})
    candidates = SampleRepository(database).candidates(period, Scope())
    PlanRepository(database).add(
        "a plan", plan, Scope(), draw(candidates, plan), reviewers=(), created_by="kim", now=NOW
    )
    chance = random.Random(1)
    for task in QueueRepository(database).waiting(reviewer, {}, limit=100):
        ratings = Ratings(need=Need.SOME, dimensions={d: chance.randint(2, 4) for d in Dimension})
        ReviewRepository(database).rate(task, reviewer, ratings, now=NOW)


@pytest.fixture
def reviewed(database: Database) -> Database:
    replies = ReplyRepository(database)
    replies.add([*make_replies(80, OCTOBER), *make_replies(60, NOVEMBER)])
    reviewer = make_reviewer(database)
    for period in (OCTOBER, NOVEMBER):
        review(database, period, reviewer)
    return database


@pytest.mark.parametrize("by", [(), (Facet.AGENT,), (Facet.TEAM,)])
@pytest.mark.parametrize("period", [BOTH, OCTOBER, NOVEMBER])
def test_sums_give_the_figures_that_single_replies_give(
    reviewed: Database, period: Period, by: Sequence[Facet]
) -> None:
    repository = SampleRepository(reviewed)
    covered = repository.covered(BOTH, None, parts=(OCTOBER, NOVEMBER), by=(Facet.TEAM,))
    single = Sample(
        candidates=repository.candidates(BOTH, Scope()),
        draws=covered.sample.draws,
        reviews=covered.sample.reviews,
    )

    from_sums = estimates(covered.sample, Dimension.CLARITY, period, by=by)
    from_replies = estimates(single, Dimension.CLARITY, period, by=by)

    assert covered.replies == 140
    assert len(covered.sample.candidates) < 140
    for ours, theirs in zip(from_sums, from_replies, strict=True):
        assert isinstance(ours, Estimate)
        assert isinstance(theirs, Estimate)
        assert (ours.group, ours.replies, ours.reviews) == (
            theirs.group,
            theirs.replies,
            theirs.reviews,
        )
        assert ours.value == pytest.approx(theirs.value)
        assert ours.interval == pytest.approx(theirs.interval)


def test_months_that_a_period_cuts_are_counted_reply_by_reply(reviewed: Database) -> None:
    cut = Period(start=OCTOBER.start + timedelta(days=9), end=NOVEMBER.end - timedelta(days=9))
    repository = SampleRepository(reviewed)

    for period in (cut, BOTH):
        covered = repository.covered(period, None, parts=(cut,))
        assert covered.sample.candidates.count.sum() == len(repository.candidates(cut, Scope()))


def test_a_plan_for_a_part_of_a_month_speaks_for_that_part(database: Database) -> None:
    ReplyRepository(database).add(make_replies(80, OCTOBER))
    half = Period(start=OCTOBER.start, end=OCTOBER.start + timedelta(days=15, hours=12))
    review(database, half, make_reviewer(database))

    covered = SampleRepository(database).covered(BOTH, None)

    assert covered.sample.candidates.count.sum() == 40
    assert covered.replies == 80


def test_only_what_a_plan_reaches_counts(reviewed: Database) -> None:
    later = [make_stored("later", agent="a-1", sent_at=NOW + timedelta(days=1))]
    ReplyRepository(reviewed).add(later)
    longer = Period(start=BOTH.start, end=NOW + timedelta(days=2))

    covered = SampleRepository(reviewed).covered(longer, frozenset(["returns"]))

    assert covered.sample.candidates.count.sum() == 70
    assert covered.replies == 70 + 1


def test_a_draw_reads_the_time_that_was_stored(reviewed: Database) -> None:
    at = NOW + timedelta(microseconds=7)
    ReplyRepository(reviewed).add([make_stored("late", sent_at=at)])
    later = Period(start=NOW, end=NOW + timedelta(days=1))

    candidates = SampleRepository(reviewed).candidates(later, Scope())

    assert candidates.sent_at[0].item() == at.replace(tzinfo=None)
