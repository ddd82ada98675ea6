from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from service.plan import Arm
from service.storage.audit import AuditRepository
from service.storage.keys import KeyRepository
from service.storage.queue import QueueRepository
from service.storage.users import Role
from tests.service.workbench.desk import Desk

BODY: dict[str, Any] = {
    "name": "October",
    "start": "2026-10-01",
    "end": "2026-11-01",
    "team": "east",
    "budget": 8,
}
UNKNOWN = "0b6f0a3e-5a3f-4f3c-9c7a-6f4be8f5d7aa"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """An admin and a reviewer of one of two teams, each with twenty replies."""
    desk = Desk(tmp_path)
    desk.hire("root", Role.ADMIN)
    desk.hire("rune", Role.REVIEWER, "east")
    for team in ("east", "west"):
        desk.store(20, team)
    return desk


def post(desk: Desk, path: str = "", headers: Any = None, **changes: Any) -> Any:
    body = {k: v for k, v in (BODY | changes).items() if v != "left out"}
    return desk.app.test_client().post(f"/v1/samples{path}", json=body, headers=headers or {})


def get(desk: Desk, path: str = "") -> Any:
    return desk.app.test_client().get(f"/v1/samples{path}")


def forecast(desk: Desk, **changes: Any) -> Any:
    return post(desk, "/forecast", name="left out", **changes)


def test_a_sample_is_drawn_and_its_progress_told(desk: Desk) -> None:
    drawn = post(desk, reviewers=["Rune"], seed=7)
    desk.review("rune", 3, 3, 3, number=3)

    sample = get(desk, f"/{drawn.json['id']}").json

    assert drawn.status_code == 201
    assert sample["progress"] == {"drawn": 8, "open": 5, "reviewed": 3, "skipped": 0}
    assert drawn.json == sample | {"progress": {"drawn": 8, "open": 8, "reviewed": 0, "skipped": 0}}
    assert (sample["start"], sample["end"]) == ("2026-10-01T00:00:00Z", "2026-11-01T00:00:00Z")
    assert (sample["team"], sample["strata"], sample["seed"]) == ("east", ["agent"], 7)
    assert get(desk).json == {"samples": [sample]}
    root = desk.accounts.users.by_login("root")
    assert root
    assert (
        QueueRepository(desk.database).count(root, {}) < 8
    )  # the others are dealt to the reviewer
    (deed,) = AuditRepository(desk.database).read(action="plan.draw")
    assert (deed.actor, deed.subject) == ("key local", sample["id"])
    assert sample["created_by"] == "key local"
    assert "key local" in desk.log_in("root").text("/plans")


def test_a_draw_that_is_sent_again_with_its_key_is_made_once(desk: Desk) -> None:
    first, again = (post(desk, headers={"Idempotency-Key": "k-1"}) for _ in range(2))

    assert again.json == first.json
    assert again.headers["Idempotency-Replayed"] == "true"
    assert len(get(desk).json["samples"]) == 1


def test_a_reply_is_drawn_once_by_page_or_key(desk: Desk) -> None:
    desk.plan(5)

    refused, other = post(desk), post(desk, team="west")

    assert (refused.status_code, other.status_code) == (409, 201)
    assert refused.json["type"] == "urn:tonfall:problem:already-drawn"


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"budget": 0}, "/budget"),
        ({"budget": 5001}, "/budget"),
        ({"start": "2026-02-30"}, "/start"),
        ({"start": 7}, "/start"),
        ({"end": "2026-10-01"}, "/end"),
        ({"start": "2025-01-01", "end": "2025-02-01"}, "/start"),
        ({"arms": {"random": 0.5}}, "/arms"),
        ({"arms": {"dispute": 1}}, "/arms"),
        ({"arms": {"random": 0.5, "active": 0.5}}, "/arms/active"),
        ({"arms": {"worst": 1}}, "/arms/worst"),
        ({"strata": ["agent", "agent"]}, "/strata"),
        ({"reviewers": ["nobody"]}, "/reviewers/0"),
        ({"reviewers": ["rune"], "team": None}, "/reviewers"),
        ({"name": ""}, "/name"),
        ({"sample": 1}, "/sample"),
    ],
)
def test_a_plan_that_cannot_be_carried_out_is_refused(
    desk: Desk, change: dict[str, Any], where: str
) -> None:
    refused = post(desk, **change)

    assert refused.status_code == 422
    assert where in [e["pointer"] for e in refused.json["errors"]]
    assert get(desk).json == {"samples": []}


def test_a_forecast_says_what_a_budget_buys_and_draws_nothing(desk: Desk) -> None:
    small, large = forecast(desk), forecast(desk, budget=20)
    by_team = forecast(desk, by=["team"]).json

    groups = small.json["groups"]
    assert [g["group"] for g in groups] == [{"agent": "east-0"}, {"agent": "east-1"}]
    assert [(g["replies"], g["reviews"]) for g in groups] == [(10, 4), (10, 4)]
    assert groups[0]["half_width"] > large.json["groups"][0]["half_width"] == 0
    assert small.json["needed"] == sum(g["needed"] for g in groups) > 8
    assert forecast(desk, aim=1.0).json["needed"] < small.json["needed"]
    assert [(g["group"], g["replies"]) for g in by_team["groups"]] == [({"team": "east"}, 20)]
    assert get(desk).json == {"samples": []}


def test_what_no_figure_can_be_given_for_has_no_width(desk: Desk) -> None:
    desk.store(20, "north", purpose="training")

    found = forecast(desk, team="north", arms={Arm.ACTIVE: 1.0}).json

    assert {g["half_width"] for g in found["groups"]} == {None}


@pytest.mark.parametrize("unknown", [UNKNOWN, "forecast", "%00"])
def test_a_sample_that_was_never_drawn_is_not_found(desk: Desk, unknown: str) -> None:
    assert get(desk, f"/{unknown}").status_code == 404


def test_only_a_key_for_samples_draws_them(desk: Desk, tmp_path: Path) -> None:
    keys, now = KeyRepository(tmp_path / "keys.json"), datetime.now(UTC)
    other, own = (
        {"Authorization": f"Bearer {keys.create(scope, scopes=(scope,), now=now)[1]}"}
        for scope in ("reviews", "samples")
    )

    assert [post(desk, headers=key).status_code for key in (other, own)] == [403, 201]
