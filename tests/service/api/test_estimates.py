from pathlib import Path
from typing import Any

import pytest

from service.candidates import Period
from service.plan import Arm
from service.storage.users import Role
from tests.service.workbench.desk import OCTOBER, Desk
from tests.service.workbench.happenings import SEPTEMBER

ARMS = {Arm.RANDOM: 0.5, Arm.CALIBRATION: 0.5}
DAYS = "start=2026-10-01&end=2026-11-01"
COMPARED = f"{DAYS}&compare_start=2026-09-01&compare_end=2026-10-01"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Poor replies in September, good ones in October; in the west, nobody has reviewed."""
    desk = Desk(tmp_path)
    for login in ("kim", "sam"):
        desk.hire(login, Role.REVIEWER, "east")
    for period, rating in ((SEPTEMBER, 2), (OCTOBER, 4)):
        review_month(desk, period, rating)
    desk.store(20, "west")
    desk.plan(4, team="west")
    return desk


def review_month(desk: Desk, period: Period, rating: int) -> None:
    desk.store(60, "east", period.start)
    desk.plan(40, period=period, arms=ARMS)
    for login, more in (("kim", 0), ("sam", 1)):
        desk.review(login, rating, rating, rating - more)


def get(desk: Desk, query: str) -> Any:
    return desk.app.test_client().get(f"/v1/estimates?{query}")


def figure(answer: Any, group: str | None, dimension: str = "clarity") -> Any:
    (found,) = [
        e for e in answer["estimates"] if (e["group"], e["dimension"]) == (group, dimension)
    ]
    return found


def test_figures_come_in_order_of_name_with_what_is_missing(desk: Desk) -> None:
    answer = get(desk, DAYS).json

    names = [e["group"] for e in answer["estimates"]]
    assert names == sorted(names)
    assert set(names) == {"east-0", "east-1", "west-0", "west-1"}
    known, unknown = figure(answer, "east-0", "empathy"), figure(answer, "west-0", "empathy")
    assert known["status"] == "ok"
    assert known["value"] == pytest.approx(4)
    assert known["interval"][0] <= known["value"] <= known["interval"][1]
    assert (known["replies"], known["reviews"], known["change"]) == (30, 20, None)
    assert unknown["status"] == "not_enough_reviews"
    assert (unknown["value"], unknown["interval"], unknown["bounds"]) == (None, None, None)
    assert unknown["more_reviews"] > 0
    assert (answer["replies"], answer["covered"]) == (80, 80)


def test_two_periods_are_compared(desk: Desk) -> None:
    answer = get(desk, f"{COMPARED}&by=team").json

    east, west = figure(answer, "east", "empathy"), figure(answer, "west", "empathy")
    assert east["before"]["value"] == pytest.approx(2)
    assert east["change"]["value"] == pytest.approx(2)
    assert east["change"]["interval"][0] > 0
    assert (west["before"], west["change"]) == (None, None)


def test_one_figure_speaks_for_all_of_a_team(desk: Desk) -> None:
    answer = get(desk, f"{DAYS}&team=east&by=all").json

    assert len(answer["estimates"]) == 3
    assert figure(answer, None)["reviews"] == 40
    assert (answer["replies"], answer["covered"]) == (60, 60)


def test_agreement_rests_on_what_several_rated(desk: Desk) -> None:
    told = {a["dimension"]: a for a in get(desk, DAYS).json["agreement"]}

    assert told["empathy"] == {
        "dimension": "empathy",
        "alpha": None,  # all ratings are the same
        "interval": None,
        "replies": 20,
    }
    assert told["clarity"]["alpha"] < 0


def test_a_period_without_replies_has_no_figures(desk: Desk) -> None:
    answer = get(desk, "start=2020-01-01&end=2020-02-01").json

    assert (answer["estimates"], answer["replies"], answer["covered"]) == ([], 0, 0)


@pytest.mark.parametrize(
    ("query", "where"),
    [
        ("start=2026-10-01", "/end"),
        ("start=2020-01-01&end=2026-01-01", "/end"),
        (f"{DAYS}&by=score", "/by"),
        (f"{DAYS}&compare_start=2026-09-01", "/compare_end"),
        (f"{DAYS}&compare_end=2026-09-01", "/compare_start"),
        (f"{DAYS}&compare_start=2026-09-01&compare_end=2026-10-02", "/compare_end"),
    ],
)
def test_a_parameter_that_cannot_be_used_is_pointed_at(desk: Desk, query: str, where: str) -> None:
    answer = get(desk, query)

    assert answer.status_code == 422
    assert [e["pointer"] for e in answer.json["errors"]] == [where]
