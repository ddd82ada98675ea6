import numpy as np
import pytest

from service.plan import Arm
from service.planner import forecast, half_width, reviews_for
from tests.service.worlds import make_candidates, make_plan


def test_the_planner_knows_what_a_budget_buys() -> None:
    pool = make_candidates(agent=np.repeat(np.arange(20), 300))
    found = forecast(pool, make_plan(160, arms={Arm.RANDOM: 1.0}), spread=0.8)

    assert len(found) == 20
    assert found[3].group == ("a03",)
    assert found[3].reviews == pytest.approx(8)
    # t(140 degrees) = 1.656
    assert found[3].half_width == pytest.approx(1.656 * 0.8 * np.sqrt(1 / 8 - 1 / 300), abs=1e-3)


def test_the_reviews_that_are_needed_are_the_fewest_that_suffice() -> None:
    needed = reviews_for(0.3, 300, 20, 0.8)

    assert half_width(needed, 300, 20 * (needed - 1), 0.8) <= 0.3
    assert half_width(needed - 1, 300, 20 * (needed - 2), 0.8) > 0.3


def test_unequal_chances_need_more_reviews() -> None:
    risk = np.tile([0.0, 0.0, 0.0, 0.9], 300)
    pool = make_candidates(agent=np.repeat([0, 1], 600), risk=risk)
    even = forecast(pool, make_plan(40, arms={Arm.RANDOM: 1.0}))
    skewed = forecast(pool, make_plan(40, arms={Arm.RISK: 1.0}))

    assert skewed[0].needed > even[0].needed
    assert skewed[0].half_width > even[0].half_width


def test_reading_everything_is_enough_and_reading_one_reply_is_not() -> None:
    assert half_width(30, 30, 0, 1.0) == 0
    assert half_width(1, 30, 0, 1.0) == float("inf")
    assert reviews_for(0.3, 5, 1, 2.0) == 5
    assert forecast(make_candidates(agent=[]), make_plan(5)) == []
