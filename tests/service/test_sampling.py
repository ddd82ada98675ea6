from collections import Counter
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.candidates import Candidates, Facet, Period
from service.design import RISK_FLOOR, design, fill
from service.plan import COVERING, Allocation, Arm, Plan
from service.sampling import draw, select, systematic
from tests.service.worlds import MONTH, make_candidates, make_plan, make_world

RISKS = st.lists(st.floats(0, 1), min_size=1, max_size=60)


@st.composite
def pools(draw_one: st.DrawFn) -> Candidates:
    risk = draw_one(RISKS)
    agent = draw_one(st.lists(st.integers(0, 6), min_size=len(risk), max_size=len(risk)))
    pool = make_candidates(agent=agent, risk=risk)
    disputed = draw_one(st.lists(st.booleans(), min_size=len(risk), max_size=len(risk)))
    pool.is_disputed[:] = disputed
    return pool


@st.composite
def plans(draw_one: st.DrawFn) -> Plan:
    parts = draw_one(
        st.lists(st.integers(0, 4), min_size=5, max_size=5).filter(lambda p: any(p[:3]))
    )
    return make_plan(
        draw_one(st.integers(1, 80)),
        seed=draw_one(st.integers(0, 99)),
        arms={arm: part / sum(parts) for arm, part in zip(Arm, parts, strict=True)},
        strata=draw_one(st.sampled_from([(), (Facet.AGENT,), (Facet.TEAM, Facet.AGENT)])),
        allocation=draw_one(st.sampled_from(Allocation)),
    )


@given(pools(), plans())
def test_probabilities_sum_to_the_budget_and_every_reply_has_one(
    pool: Candidates, plan: Plan
) -> None:
    prescribed = design(pool, plan)
    budget = plan.budget - round(plan.share(Arm.ACTIVE) * plan.budget)

    assert prescribed.probability.sum() == pytest.approx(min(budget, len(pool)))
    assert (prescribed.probability <= 1).all()
    assert budget == 0 or (prescribed.probability > 0).all()


@given(pools(), st.integers(1, 80))
def test_the_risk_arm_grows_with_risk_above_a_uniform_floor(pool: Candidates, budget: int) -> None:
    prescribed = design(pool, make_plan(budget, arms={Arm.RISK: 1.0}))
    size = np.bincount(prescribed.stratum)
    reviews = np.bincount(prescribed.stratum, prescribed.probability)

    for h in range(len(size)):
        own = prescribed.stratum == h
        chance = prescribed.probability[own][np.argsort(pool.risk[own])]
        assert chance.min() >= RISK_FLOOR * reviews[h] / size[h] - 1e-9
        assert (np.diff(chance) >= -1e-9).all()


@given(pools(), plans())
def test_a_draw_is_what_its_plan_says(pool: Candidates, plan: Plan) -> None:
    draws = draw(pool, plan)
    prescribed = dict(zip(pool.reply, design(pool, plan).probability, strict=True))
    active = [d for d in draws if d.arm is Arm.ACTIVE]

    assert len({d.reply for d in draws}) == len(draws) == min(plan.budget, len(pool))
    assert sorted(d.position for d in draws) == list(range(1, len(draws) + 1))
    assert all(d.inclusion_probability > 0 for d in draws)
    for d in draws:
        assert plan.share(d.arm) > 0
        assert d in active or d.inclusion_probability == pytest.approx(prescribed[d.reply])


@given(pools(), plans(), st.randoms(use_true_random=False))
def test_a_draw_follows_from_its_seed_whatever_the_order(
    pool: Candidates, plan: Plan, random: object
) -> None:
    order = np.random.default_rng(hash(random) % 1000).permutation(len(pool))

    assert draw(pool[order], plan) == draw(pool, plan)


@given(st.lists(st.floats(0.01, 50), min_size=1, max_size=30), st.floats(0, 40))
def test_filling_keeps_the_total_the_capacity_and_the_proportions(
    sizes: list[float], total: float
) -> None:
    shares = fill(np.array(sizes), 1.0, total)

    assert shares.sum() == pytest.approx(min(total, len(sizes)))
    assert (shares <= 1).all()
    factor = (shares / sizes)[shares < 1 - 1e-12]
    assert factor == pytest.approx(factor.max(initial=0))


def test_replies_are_drawn_as_often_as_prescribed() -> None:
    """4,000 draws: each of 30 shares within 4.5 standard errors of its probability, which a right
    sampler misses once in 5,000 times.
    """
    random = np.random.default_rng(1)
    pool = make_candidates(agent=np.repeat([0, 1, 2], 10), risk=random.beta(0.5, 2, 30))
    pool.is_disputed[:3] = True
    arms = {Arm.RANDOM: 0.3, Arm.RISK: 0.5, Arm.DISPUTE: 0.2}
    prescribed = design(pool, make_plan(10, arms=arms))
    repeats = 4_000

    rows = np.concatenate([select(prescribed, random) for _ in range(repeats)])
    share = np.bincount(rows, minlength=30) / repeats

    p = prescribed.probability
    assert np.ptp(p) > 0.2
    assert (np.abs(share - p) <= 4.5 * np.sqrt(p * (1 - p) / repeats)).all()


def test_strata_and_arms_get_their_parts_of_the_budget() -> None:
    world = make_world(np.random.default_rng(2), 0.7)
    draws = draw(world.candidates, make_plan(200))
    arms = Counter(d.arm for d in draws)

    assert set(Counter(d.stratum for d in draws).values()) == {10}
    assert arms[Arm.RANDOM] == pytest.approx(100, abs=10)
    assert arms[Arm.RISK] == pytest.approx(80, abs=10)
    assert arms[Arm.CALIBRATION] == pytest.approx(20, abs=5)


@pytest.mark.parametrize(
    ("allocation", "expected"),
    [(Allocation.EQUAL, [4, 48, 48]), (Allocation.PROPORTIONAL, [1, 10, 89])],
)
def test_a_stratum_smaller_than_its_share_leaves_the_rest_to_others(
    allocation: Allocation, expected: list[int]
) -> None:
    pool = make_candidates(agent=[0] * 4 + [1] * 60 + [2] * 536)
    draws = draw(pool, make_plan(100, allocation=allocation, arms={Arm.RANDOM: 1.0}))
    by_agent = Counter(d.stratum[0] for d in draws)

    assert [by_agent[a] for a in ("a00", "a01", "a02")] == pytest.approx(expected, abs=1)


def test_a_budget_larger_than_the_population_draws_everything_with_certainty() -> None:
    draws = draw(make_candidates(agent=[0, 0, 1]), make_plan(50))

    assert [d.inclusion_probability for d in draws] == pytest.approx([1, 1, 1])
    assert len(draws) == 3


def test_nothing_to_draw_from_draws_nothing() -> None:
    pool = make_candidates(agent=[0, 1])
    later = Period(start=MONTH.end, end=MONTH.end + timedelta(days=1))

    assert draw(pool, make_plan(5, period=later)) == []
    assert draw(make_candidates(agent=[]), make_plan(5)) == []


def test_without_any_risk_the_risk_arm_is_uniform() -> None:
    pool = make_candidates(agent=[0] * 20, risk=0.0)

    assert design(pool, make_plan(5, arms={Arm.RISK: 1.0})).probability == pytest.approx(0.25)


def test_disputed_replies_are_reviewed_and_what_is_left_goes_to_the_other_arms() -> None:
    pool = make_candidates(agent=[0] * 50 + [1] * 50)
    pool.is_disputed[[3, 70]] = True
    draws = draw(pool, make_plan(20, arms={Arm.RANDOM: 0.5, Arm.DISPUTE: 0.5}))
    chances = {d.reply: d.inclusion_probability for d in draws}

    assert chances["r000003"] == chances["r000070"] == pytest.approx(1)
    assert len(draws) == 20


def test_the_risk_arm_finds_at_least_1_8_times_the_poor_replies_of_random() -> None:
    """60 worlds of 20 agents, correlation 0.7: some 2,000 replies an arm, so that the ratio has a
    standard error of 0.1; it is 2.1 in the long run.
    """
    random = np.random.default_rng(3)
    worlds = [make_world(random, 0.7, replies=100) for _ in range(60)]
    found: dict[Arm, list[bool]] = {arm: [] for arm in COVERING}

    for i, world in enumerate(worlds):
        rating = dict(zip(world.candidates.reply, world.rating, strict=True))
        for d in draw(world.candidates, make_plan(80, seed=i)):
            found[d.arm].append(rating[d.reply] <= 2)

    assert np.mean(found[Arm.RISK]) >= 1.8 * np.mean(found[Arm.RANDOM])


@settings(max_examples=50)
@given(st.lists(st.sampled_from([0.0, 0.25, 0.5, 1.0]), max_size=40), st.integers(0, 99))
def test_systematic_sampling_takes_the_certain_and_leaves_the_impossible(
    chances: list[float], seed: int
) -> None:
    chance = np.array(chances)
    rows = systematic(chance, np.random.default_rng(seed))

    assert set(np.flatnonzero(chance == 1)) <= set(rows) <= set(np.flatnonzero(chance > 0))
    assert chance.sum() - 1 < len(rows) < chance.sum() + 1


def test_a_plan_that_cannot_stand_is_refused_with_the_reason() -> None:
    with pytest.raises(ValueError, match="sum to 1, got"):
        make_plan(10, arms={Arm.RANDOM: 0.5})
    with pytest.raises(ValueError, match="only some replies could be drawn"):
        make_plan(10, arms={Arm.DISPUTE: 1.0})
    with pytest.raises(ValueError, match="budget >= 1"):
        make_plan(0)
    assert make_plan(10, arms={Arm.ACTIVE: 1.0}).share(Arm.ACTIVE) == 1


def test_a_reply_given_twice_is_refused() -> None:
    pool = make_candidates(agent=[0, 1])

    with pytest.raises(ValueError, match="twice"):
        draw(pool[np.array([0, 1, 1])], make_plan(2))


def test_candidates_that_are_no_scores_are_refused() -> None:
    with pytest.raises(ValueError, match=r"clarity|empathy|politeness"):
        make_candidates(agent=[0], score=6.0)
    with pytest.raises(ValueError, match="risk"):
        make_candidates(agent=[0, 1], risk=np.nan)
