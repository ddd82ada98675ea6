from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from model import Dimension
from model.agreement import ordinal_alpha
from service.agreement import alpha, disagreements, kappas, severities
from service.reviews import Review, Sample
from tests.service.worlds import make_candidates

CLARITY = Dimension.CLARITY
START = datetime(2026, 3, 1, tzinfo=UTC)


def make_reviews(ratings: dict[str, list[int]]) -> list[Review]:
    """Ratings by reviewer of replies r000000, r000001, …; 0 where there is none."""
    return [
        Review(reply=f"r{i:06}", reviewer=who, ratings={CLARITY: rating}, at=START)
        for who, given in ratings.items()
        for i, rating in enumerate(given)
        if rating
    ]


def panel(replies: int, severity: dict[str, float], seed: int) -> dict[str, list[int]]:
    random = np.random.default_rng(seed)
    truth = random.normal(3.2, 0.9, replies)
    return {
        who: np.clip(np.round(truth - s + random.normal(0, 0.5, replies)), 1, 5)
        .astype(int)
        .tolist()
        for who, s in severity.items()
    }


def test_alpha_and_kappa_are_those_of_independent_implementations() -> None:
    given = panel(60, {"ada": 0, "bo": 0.2, "cy": 0}, seed=1)
    reviews = make_reviews(given)
    pairs = kappas(reviews, CLARITY, seed=1)

    assert alpha(reviews, CLARITY, seed=1).value == pytest.approx(
        ordinal_alpha(list(zip(*given.values(), strict=True)))
    )
    assert list(pairs) == [("ada", "bo"), ("ada", "cy"), ("bo", "cy")]
    assert pairs["ada", "bo"].value == pytest.approx(
        cohen_kappa_score(given["ada"], given["bo"], weights="quadratic")
    )
    assert pairs["ada", "bo"].replies == 60


def test_bootstrap_intervals_hold_the_agreement_of_all_replies() -> None:
    """40 panels of 100 replies: at least 31 of the 90 % intervals hold alpha; with 90 % it would be
    fewer once in 100 times.
    """
    truth = ordinal_alpha(
        list(zip(*panel(20_000, {"ada": 0, "bo": 0}, seed=0).values(), strict=True))
    )
    held = 0
    for seed in range(40):
        found = alpha(make_reviews(panel(100, {"ada": 0, "bo": 0}, seed + 1)), CLARITY, seed=seed)
        held += found.interval.low <= truth <= found.interval.high

    assert held >= 31


def test_agreement_of_nobody_and_of_all_alike_is_not_a_number() -> None:
    alike = make_reviews({"ada": [3, 3, 3], "bo": [3, 3, 3]})

    assert np.isnan(alpha([], CLARITY, seed=1).value)
    assert np.isnan(alpha(make_reviews({"ada": [3, 4]}), CLARITY, seed=1).value)
    assert np.isnan(alpha(alike, CLARITY, seed=1).value)
    assert np.isnan(kappas(alike, CLARITY, seed=1)["ada", "bo"].value)
    assert kappas([], CLARITY, seed=1) == {}
    assert severities([], CLARITY) == []


def test_severity_is_found_where_not_all_rated_the_same() -> None:
    given = panel(300, {"ada": 0.6, "bo": 0.0, "cy": -0.6}, seed=2)
    for i in range(300):
        given[("ada", "bo", "cy")[i % 3]][i] = 0
    found = {s.reviewer: s for s in severities(make_reviews(given), CLARITY)}

    assert found["ada"].value == pytest.approx(0.55, abs=0.15)
    assert found["cy"].value == pytest.approx(-0.55, abs=0.15)
    assert found["ada"].interval.low > found["bo"].interval.high
    assert sum(s.value for s in found.values()) == pytest.approx(0, abs=1e-9)
    assert found["ada"].ratings == 200


def test_severity_without_anything_left_to_judge_it_by_is_open() -> None:
    found = severities(make_reviews({"ada": [2], "bo": [4]}), CLARITY)

    assert [s.value for s in found] == pytest.approx([1, -1])
    assert found[0].interval.low == -np.inf


def test_a_reviewer_who_thinks_again_counts_once() -> None:
    first = make_reviews({"ada": [1], "bo": [4]})
    again = Review(
        reply="r000000", reviewer="ada", ratings={CLARITY: 4}, at=START + timedelta(days=1)
    )

    assert [s.value for s in severities([again, *first], CLARITY)] == pytest.approx([0, 0])


def test_the_largest_disagreement_comes_first() -> None:
    pool = make_candidates(agent=[0, 0, 0], score=[2.0, 3.0, 4.5])
    reviews = make_reviews({"ada": [2, 5, 1]})
    found = disagreements(Sample(candidates=pool, draws=[], reviews=reviews), CLARITY, limit=2)

    assert [d.reply for d in found] == ["r000002", "r000001"]
    assert (found[0].rating, found[0].score) == (1, 4.5)
