"""A small demonstration: what was hidden in it is found, and nothing else is."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache

import numpy as np
import pytest

from model import Assessment, Dimension, Reply
from service.candidates import Facet, Period
from service.estimates import Estimate, change, estimates
from service.plan import Arm
from service.storage.audit import AuditRepository
from service.storage.database import Database
from service.storage.disputes import DisputeRepository
from service.storage.plans import PlanRepository
from service.storage.samples import Covered, SampleRepository
from service.storage.users import UserRepository
from tests.builders import make_assessment
from tests.demo.corpus import Rated, read
from tests.demo.fill import PLANS, fill, reviews
from tests.demo.plot import Plot
from tests.demo.scoring import Remembering
from tests.demo.staff import VISITORS, new_passwords

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
PLOT = Plot(
    end=datetime(2026, 11, 21, tzinfo=UTC),
    teams={"Dublin": {"en": 3}, "Oslo": {"nb": 3}},
    replies=600,
    falling="Oslo",
    flattered="a-02",
)
EMPATHY = Dimension.EMPATHY


class PanelScorer:
    """Scores a reply as its panel did, but for an error that follows from its text."""

    version = "panel-1"

    def __init__(self, rated: Sequence[Rated]) -> None:
        self._ratings = {r.reply: r.ratings[EMPATHY] for r in rated}
        self.scored = 0

    def score(self, replies: Sequence[Reply]) -> list[Assessment]:
        self.scored += len(replies)
        return [make_assessment(r.language or "en", value=self._value(r)) for r in replies]

    def _value(self, reply: Reply) -> float:
        error = np.random.default_rng(len(reply.text)).normal(0, 1.2)
        return float(np.clip(self._ratings[reply] + error, 1, 5))


@cache
def corpus() -> list[Rated]:
    return read(("en", "nb"), every=3)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path_factory.mktemp('demo') / 'demo.db'}")
    fill(database, PanelScorer(corpus()), corpus(), PLOT, now=NOW, advance=lambda *_: None)
    yield database
    database.close()


def covered(filled: Database, period: Period) -> Covered:
    return SampleRepository(filled).covered(period, None)


def figures(filled: Database, period: Period, by: Facet) -> dict[str, Estimate]:
    found = estimates(covered(filled, period).sample, EMPATHY, period, by=(by,))
    return {e.group[0]: e for e in found if isinstance(e, Estimate)}


def test_the_planted_drop_is_found_and_no_other(filled: Database) -> None:
    third = timedelta(days=60)
    before = figures(filled, Period(start=PLOT.fall - third, end=PLOT.fall), Facet.TEAM)
    after = figures(filled, Period(start=PLOT.fall, end=PLOT.end), Facet.TEAM)
    oslo, dublin = (change(before[team], after[team]).interval for team in ("Oslo", "Dublin"))

    assert oslo.high < -0.4
    assert dublin.high > 0


def test_the_overrated_agent_is_where_scorer_and_reviewers_lie_furthest_apart(
    filled: Database,
) -> None:
    found = figures(filled, Period(start=PLOT.start, end=PLOT.end), Facet.AGENT)
    furthest = max(found.values(), key=lambda e: e.score - e.value)

    assert len(found) == 6
    assert furthest.group == (PLOT.flattered,)
    assert furthest.score > furthest.interval.high


def test_everything_went_through_the_workbench(filled: Database) -> None:
    plans = PlanRepository(filled).all(None)
    drawn = sum(p.drawn for p in plans)
    done = AuditRepository(filled).actions()
    admin = UserRepository(filled).by_login("admin")
    assert admin

    assert len(plans) == PLANS
    assert drawn == reviews(PLOT)
    assert plans[0].open > 0
    assert all(p.open == 0 for p in plans[1:])
    assert {"invited", "decided"} <= {d.state for d in DisputeRepository(filled).all(admin)}
    assert {"plan.draw", "review.rate", "review.skip", "review.revise", "user.create"} <= set(done)


def test_the_last_two_plans_calibrate_and_the_visitor_is_left_to(filled: Database) -> None:
    sample = covered(filled, Period(start=PLOT.start, end=PLOT.end)).sample
    shared = {d.reply for d in sample.draws if d.arm is Arm.CALIBRATION}
    raters = {r.reviewer for r in sample.reviews if r.reply in shared}

    assert len(raters) == 6
    assert len(shared) > 4


def test_going_on_gives_visitors_new_passwords(filled: Database) -> None:
    passwords = new_passwords(filled, now=NOW)

    assert set(passwords) == set(VISITORS)
    assert len(set(passwords.values())) == len(VISITORS)


def test_no_reply_is_scored_twice() -> None:
    scorer = PanelScorer(corpus())
    remembering, few = Remembering(scorer), [r.reply for r in corpus()[:5]]
    remembering.learn(few, lambda _: None)

    assert remembering.score(few[::-1])[::-1] == remembering.score(few)
    assert scorer.scored == len(few)
