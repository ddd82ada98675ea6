import numpy as np
import pytest

from model import Assessment, Dimension, Interval, Score, Status
from tests.builders import make_assessment
from training.thresholds import ThresholdMap, equated, threshold_map

RANDOM = np.random.default_rng(11)
BOUNDS = (1.0, 5.0)
GRID = np.linspace(1, 5, 41)


def make_assessments(values: np.ndarray) -> list[Assessment]:
    """Assessments whose scores are `values` (1-5) on every dimension, and whose risk falls."""
    base = make_assessment()
    found = []
    for value in values:
        distribution = ((5 - value) / 4, 0.0, 0.0, 0.0, (value - 1) / 4)
        scores = {
            d: Score(
                dimension=d, distribution=distribution, interval=Interval(1, 5), status=Status.OK
            )
            for d in Dimension
        }
        found.append(
            Assessment(
                language=base.language,
                empathy_need=base.empathy_need,
                scores=scores,
                risk=(5 - value) / 4,
            )
        )
    return found


def make_map(old: np.ndarray, new: np.ndarray) -> ThresholdMap:
    names = [str(i // 2) for i in range(len(old))]
    return threshold_map(
        ("a-1", "b-2"), make_assessments(old), make_assessments(new), names, seed=1
    )


def test_a_new_threshold_has_the_same_share_of_replies_below_it() -> None:
    old = np.clip(RANDOM.normal(3, 0.8, 800), 1, 5)
    new = np.clip(0.6 * old + 1.6 + RANDOM.normal(0, 0.3, 800), 1, 5)
    mapped = equated(GRID, old, new, BOUNDS)

    shares = [(abs((old < t).mean() - (new < m).mean())) for t, m in zip(GRID, mapped, strict=True)]
    assert max(shares) < 0.02


def test_a_shift_is_found() -> None:
    old = RANDOM.uniform(1.5, 4, 1000)
    mapped = equated(np.array([2.0, 3.0, 3.5]), old, old + 0.5, BOUNDS)

    assert mapped == pytest.approx([2.5, 3.5, 4.0], abs=0.05)


@pytest.mark.parametrize("replies", [1, 2, 7, 50, 1000])
def test_the_map_ascends_and_stays_on_the_scale(replies: int) -> None:
    old, new = RANDOM.uniform(2, 3, replies), RANDOM.uniform(3, 4.5, replies)
    mapped = equated(GRID, old, new, BOUNDS)

    assert np.all(np.diff(mapped) >= 0)
    assert (mapped[0], mapped[-1]) == (1, 5)


def test_scores_that_never_vary_break_nothing() -> None:
    mapped = equated(GRID, np.full(60, 3.0), RANDOM.uniform(1, 5, 60), BOUNDS)

    assert np.all(np.isfinite(mapped))
    assert np.all(np.diff(mapped) >= 0)


def test_the_table_covers_every_dimension_and_the_risk_and_says_what_was_seen() -> None:
    old = np.round(RANDOM.uniform(2, 4, 200), 3)
    table = make_map(old, old).as_json()

    assert (table["old_version"], table["new_version"], table["replies"]) == ("a-1", "b-2", 200)
    thresholds = table["thresholds"]
    assert isinstance(thresholds, dict)
    assert list(thresholds) == ["empathy", "politeness", "clarity", "risk"]
    by_old = {line["old"]: line for line in thresholds["clarity"]}
    assert by_old[3.0]["new"] == pytest.approx(3, abs=0.01)
    assert by_old[3.0]["share_below"] == pytest.approx((old < 3).mean(), abs=1e-4)
    assert [by_old[t]["is_extrapolated"] for t in (1.5, 3.0, 4.5)] == [True, False, True]
    assert thresholds["risk"][-1]["old"] == 1


def test_fewer_replies_leave_a_greater_standard_error() -> None:
    old = RANDOM.normal(3, 0.5, 600).clip(1, 5)
    new = (old + RANDOM.normal(0, 0.5, 600)).clip(1, 5)

    few, many = (make_map(old[:n], new[:n]).thresholds["empathy"][20].error for n in (40, 600))
    assert 0 < many < few


def test_the_same_replies_give_the_same_table() -> None:
    old, new = RANDOM.uniform(1, 5, 80), RANDOM.uniform(1, 5, 80)

    assert make_map(old, new) == make_map(old, new)
