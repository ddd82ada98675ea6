import numpy as np
import pytest

from model import Dimension
from service.drift import FALSE_ALARMS, TOLERANCE, drift, watch
from service.plan import Arm
from service.reviews import Sample
from service.sampling import draw
from tests.service.worlds import MONTH, make_plan, make_world


def residuals(random: np.random.Generator, mean: float, n: int) -> np.ndarray:
    """Of ordinal ratings, so with a mean that is exact and a shape that is not normal."""
    return mean + random.choice([-1.5, -0.5, 0.5, 1.5], n, p=[0.1, 0.4, 0.4, 0.1])


def test_a_model_that_does_not_drift_is_hardly_ever_called_drifting() -> None:
    """200 histories of 300 reviews, looked at after each, with the mean at the very edge of what is
    tolerated: more than 19 alarms would come once in 400 times, were the true rate 5 %.
    """
    random = np.random.default_rng(1)
    alarms = 0
    for _ in range(200):
        weight = random.choice([0.5, 2.0], 300, p=[2 / 3, 1 / 3])
        alarms += watch(residuals(random, TOLERANCE, 300), weight).alarm_after is not None

    assert alarms <= 19
    assert FALSE_ALARMS == 0.05


@pytest.mark.parametrize("mean", [-0.75, 0.75])
def test_a_model_that_drifts_is_found(mean: float) -> None:
    random = np.random.default_rng(2)
    found = [watch(residuals(random, mean, 300), np.ones(300)).alarm_after for _ in range(20)]

    assert all(found)
    assert np.median([f for f in found if f]) < 150


def test_weights_undo_a_draw_that_was_not_uniform() -> None:
    """Half of the replies are rated 1 above their score, half 1 below; the latter are drawn four
    times as often. Unweighted, that looks like drift.
    """
    random = np.random.default_rng(3)
    above = random.random(400) < 0.2
    residual, weight = np.where(above, 1.0, -1.0), np.where(above, 2.5, 0.625)

    assert watch(residual, np.ones(400)).alarm_after is not None
    weighted = watch(residual, weight)
    assert weighted.alarm_after is None
    assert weighted.low[-1] <= 0 <= weighted.high[-1]


def test_the_interval_only_ever_narrows_and_starts_knowing_nothing() -> None:
    found = watch(residuals(np.random.default_rng(4), 0.0, 100), np.ones(100))

    assert (np.diff(found.low) >= 0).all()
    assert (np.diff(found.high) <= 0).all()
    assert (found.low[0], found.high[0]) == (-4, 4)
    assert watch(np.array([]), np.array([])).alarm_after is None


def test_drift_of_a_sample_ignores_what_was_drawn_for_training() -> None:
    world = make_world(np.random.default_rng(5), 0.7, agents=5, replies=100)
    arms = {Arm.RANDOM: 0.5, Arm.RISK: 0.3, Arm.ACTIVE: 0.2}
    draws = draw(world.candidates, make_plan(100, arms=arms))
    sample = Sample(candidates=world.candidates, draws=draws, reviews=world.review(draws))

    found = drift(sample, Dimension.CLARITY, MONTH)

    assert len(found.low) == 80
    assert found.alarm_after is None
