from datetime import timedelta
from pathlib import Path

import pytest

from service.storage.sessions import IDLE, LONGEST
from service.storage.users import LOCKED, MOST_FAILURES, Role
from tests.service.workbench.desk import Desk


@pytest.fixture
def small(tmp_path: Path) -> Desk:
    desk = Desk(tmp_path)
    desk.hire("rune", Role.REVIEWER, "east")
    return desk


def test_nobody_gets_in_without_a_login(small: Desk) -> None:
    answer = small.visitor().client.get("/workbench/queue?team=east")

    assert answer.status_code == 303
    assert "/workbench/login?back=/workbench/queue?team%3Deast" in answer.headers["Location"]


def test_the_session_is_another_after_each_login_and_ends_with_it(small: Desk) -> None:
    visitor = small.log_in("rune")
    first = visitor.client.get_cookie("tonfall_session", path="/workbench")
    visitor.log_in("rune", small.passwords["rune"])
    second = visitor.client.get_cookie("tonfall_session", path="/workbench")
    assert first is not None
    assert second is not None

    assert first.value != second.value
    assert small.accounts.sessions.user_of(first.value, now=small.clock.now) is None
    visitor.post("/logout")
    assert small.accounts.sessions.user_of(second.value, now=small.clock.now) is None


def test_the_cookie_is_for_this_site_and_no_script(small: Desk) -> None:
    answer = small.visitor().log_in("rune", small.passwords["rune"])
    cookie = next(c for c in answer.headers.getlist("Set-Cookie") if "session" in c)

    assert {"HttpOnly", "SameSite=Lax", "Path=/workbench"} <= set(cookie.split("; "))


def test_who_fails_too_often_is_locked_out_for_a_while(small: Desk) -> None:
    visitor = small.visitor()
    for _ in range(MOST_FAILURES):
        assert visitor.log_in("rune", "wrong").status_code == 401

    assert visitor.log_in("rune", small.passwords["rune"]).status_code == 401
    small.clock.now += LOCKED
    assert visitor.log_in("rune", small.passwords["rune"]).status_code == 303


def test_an_unknown_login_and_a_wrong_password_look_alike(small: Desk) -> None:
    visitor = small.visitor()
    wrong = visitor.log_in("rune", "wrong").get_data(as_text=True)
    unknown = visitor.log_in("nobody", "wrong").get_data(as_text=True)

    assert wrong.replace('value="rune"', "") == unknown.replace('value="nobody"', "")


@pytest.mark.parametrize("later", [IDLE, LONGEST])
def test_a_session_ends_by_itself(small: Desk, later: timedelta) -> None:
    visitor = small.log_in("rune")
    small.clock.now += later

    assert visitor.client.get("/workbench/queue").status_code == 303


def test_a_disabled_user_is_out_at_once(small: Desk) -> None:
    visitor = small.log_in("rune")
    rune = small.accounts.users.by_login("rune")
    assert rune is not None
    small.accounts.disable(rune, actor="test", now=small.clock.now)

    assert visitor.client.get("/workbench/queue").status_code == 303
    assert visitor.log_in("rune", small.passwords["rune"]).status_code == 401


def test_a_form_from_elsewhere_changes_nothing(small: Desk) -> None:
    visitor = small.log_in("rune")
    answer = visitor.client.post("/workbench/account/language", data={"language": "da"})

    assert answer.status_code == 400
    assert 'lang="en"' in visitor.text("/account")


@pytest.mark.parametrize("back", ["https://elsewhere.example/", "//elsewhere.example", "/v1/score"])
def test_a_login_leads_nowhere_else(small: Desk, back: str) -> None:
    visitor = small.visitor()
    answer = visitor.post(
        "/login", "/login", login="rune", password=small.passwords["rune"], back=back
    )

    assert answer.headers["Location"] == "/workbench/"


def test_a_new_password_needs_the_current_one_and_ends_all_sessions(small: Desk) -> None:
    visitor, other = small.log_in("rune"), small.log_in("rune")
    long = "correct horse battery"
    assert visitor.post("/account/password", current="wrong", new=long).status_code == 422
    answer = visitor.post("/account/password", current=small.passwords["rune"], new=long)

    assert answer.status_code == 303
    assert other.client.get("/workbench/queue").status_code == 303
    assert small.visitor().log_in("rune", long).status_code == 303
