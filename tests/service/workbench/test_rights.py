"""Who sees and does what: by any address."""

import re
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from service.plan import Arm
from tests.service.workbench.desk import Desk

LEADS = ("/plans", "/plans/new", "/reports", "/disputes", "/export/reviews.csv")
ADMINS = ("/users", "/audit")


@pytest.mark.parametrize(
    ("login", "paths"), [("rune", LEADS + ADMINS), ("lena", ADMINS)], ids=["reviewer", "lead"]
)
def test_pages_of_other_roles_are_refused(desk: Desk, login: str, paths: tuple[str, ...]) -> None:
    visitor = desk.log_in(login)

    assert {path: visitor.get(path).status_code for path in paths} == dict.fromkeys(paths, 403)


def test_no_address_shows_a_score_before_the_rating(desk: Desk) -> None:
    plan = desk.plan(40, arms={Arm.CALIBRATION: 1.0})
    rita, rune = desk.log_in("rita"), desk.log_in("rune")
    draw = rita.next_draw()
    rita.rate(draw, 1, 5, 1, comment="Ritas words.")

    for path in (
        f"/review/{draw}",
        f"/review/{draw}?said=rated",
        f"/calibration?plan={plan}",
        "/queue",
        "/review/next",
    ):
        page = rune.text(path)
        assert "Ritas words." not in page, path
        assert 'class="compared"' not in page, path
        assert not re.search(r"\b[1-5]\.\d\b", page), path
    for action in ("revise", "coaching"):
        fields: dict[str, Any] = {"need": "some", "empathy": 3, "politeness": 3, "clarity": 3}
        assert rune.post(f"/review/{draw}/{action}", **fields).status_code == 404

    rune.rate(draw, 3, 3, 3)
    assert "Ritas words." in rune.text(f"/review/{draw}")


def test_a_lead_who_has_still_to_rate_finds_no_ratings_in_reports_and_exports(desk: Desk) -> None:
    desk.plan(40, arms={Arm.CALIBRATION: 1.0})
    rita, lena = desk.log_in("rita"), desk.log_in("lena")
    draw = rita.next_draw()
    rita.rate(draw, 1, 1, 1, comment="Ritas words.")
    period = "start=2026-10-01&end=2026-10-31"

    assert "Ritas words." not in lena.text(f"/reports?{period}")
    assert lena.text(f"/export/reviews.csv?{period}").strip("\ufeff\r\n") == ""
    lena.rate(draw, 2, 2, 2)
    assert "Ritas words." in lena.text(f"/reports?{period}")
    assert lena.text(f"/export/reviews.csv?{period}").count(",1,") > 0


def test_another_teams_replies_do_not_exist(desk: Desk) -> None:
    desk.plan(10, team="west")
    west, rune, lena = desk.log_in("wilma"), desk.log_in("rune"), desk.log_in("lena")
    draw = west.next_draw()
    west.rate(draw, 2, 2, 2)
    waiting = west.next_draw()
    with desk.database.reading() as db:
        review = db.execute(text("SELECT id FROM reviews")).scalar_one()

    for visitor in (rune, lena):
        for path in (f"/review/{draw}", f"/review/{waiting}"):
            assert visitor.get(path).status_code == 404
        assert visitor.rate(waiting, 1, 1, 1).status_code == 404
        assert "0 left" in visitor.text("/queue")
    assert lena.post(f"/disputes/of/{review}").status_code == 404
    assert lena.get("/reports?team=west").status_code == 404
    assert "west-0" not in lena.text("/reports?start=2026-10-01&end=2026-10-31")


def test_a_lead_cannot_draw_from_another_team_nor_from_all(desk: Desk) -> None:
    lena = desk.log_in("lena")
    fields = {"start": "2026-10-01", "end": "2026-10-31", "budget": "5", "arm_random": "100"}

    assert lena.post("/plans/new", draw="1", team="west", **fields).status_code == 404
    assert lena.post("/plans/new", draw="1", team="", **fields).status_code == 422
    assert lena.post("/plans/new", draw="1", team="east", **fields).status_code == 303
    assert lena.post("/plans/new", draw="1", team="east", **fields).status_code == 422


def test_what_is_dealt_to_a_reviewer_is_nobody_elses(desk: Desk) -> None:
    rune = desk.accounts.users.by_login("rune")
    assert rune is not None
    desk.plan(10, reviewers=[rune.id])
    draw = desk.log_in("rune").next_draw()

    assert desk.log_in("rita").get(f"/review/{draw}").status_code == 404


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_no_request_changes_the_audit(desk: Desk, method: str) -> None:
    visitor = desk.log_in("root")

    assert getattr(visitor.client, method)("/workbench/audit").status_code in (400, 405)


@pytest.mark.parametrize("statement", ["UPDATE audit SET actor = 'x'", "DELETE FROM audit"])
def test_the_database_refuses_to_change_the_audit(desk: Desk, statement: str) -> None:
    with pytest.raises(IntegrityError, match="append only"), desk.database.writing() as db:
        db.execute(text(statement))
