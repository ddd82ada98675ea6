from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from model import Behavior, Dimension, Need
from service.storage.keys import KeyRepository
from service.storage.reviews import Ratings, ReviewRepository, Tag
from service.storage.users import Role
from tests.service.workbench.desk import TEXTS, Desk

DAYS = "start=2026-11-01&end=2026-12-01"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A plan of ten replies in each of two teams, and an admin to review them."""
    desk = Desk(tmp_path)
    desk.hire("root", Role.ADMIN)
    for team in ("east", "west"):
        desk.store(20, team)
        desk.plan(10, team=team)
    return desk


def get(desk: Desk, query: str = DAYS) -> Any:
    return desk.app.test_client().get(f"/v1/reviews?{query}")


def test_a_review_is_listed_in_numbers_and_codes(desk: Desk) -> None:
    (review,) = desk.review(
        "root", 3, 4, 2, number=1, tags=[Tag(start=0, stop=5, behavior=Behavior.GREETING)]
    )
    revised = Ratings(need=Need.NONE, dimensions=dict.fromkeys(Dimension, 5))
    ReviewRepository(desk.database).revise(review, revised, now=desk.clock.now)

    answer = get(desk)

    (found,) = answer.json["reviews"]
    assert found["id"] == review
    assert found["ratings"] == {"need": "some", "empathy": 3, "politeness": 4, "clarity": 2}
    assert found["revised"] == {"need": "none", "empathy": 5, "politeness": 5, "clarity": 5}
    assert found["behaviors"] == [{"tag": "greeting", "start": 0, "end": 5}]
    assert (found["arm"], found["inclusion_probability"]) == ("random", 0.5)
    assert set(found["scores"]) == {"empathy", "politeness", "clarity"}
    root = desk.accounts.users.by_login("root")
    assert root
    assert found["reviewer"] == root.id
    assert not [text for text in (*TEXTS, "Root") if text in answer.text]


def test_pages_follow_each_other_without_gap_or_repetition(desk: Desk) -> None:
    given = set(desk.review("root", 3, 4, 2, number=7))
    desk.clock.now += timedelta(hours=1)
    later = desk.review("root", 2, 2, 2)
    seen: list[str] = []
    cursor = ""
    while True:
        page = get(desk, f"{DAYS}&limit=6{cursor}").json
        seen += [review["id"] for review in page["reviews"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"

    assert len(seen) == 20
    assert (set(seen[:7]), set(seen[7:])) == (given, set(later))


def test_reviews_are_listed_by_when_they_were_given_by_team_and_by_sample(desk: Desk) -> None:
    desk.review("root", 3, 4, 2)
    samples = desk.app.test_client().get("/v1/samples").json
    assert samples
    east = next(s["id"] for s in samples["samples"] if s["team"] == "east")

    assert get(desk, "start=2026-10-01&end=2026-11-01").json == {"reviews": [], "next": None}
    by_team = get(desk, f"{DAYS}&team=east").json
    assert {r["team"] for r in by_team["reviews"]} == {"east"}
    assert get(desk, f"{DAYS}&sample={east}").json == by_team
    assert len(by_team["reviews"]) == 10


@pytest.mark.parametrize(
    ("query", "where"),
    [
        ("end=2026-12-01", "/start"),
        (f"{DAYS}&limit=0", "/limit"),
        (f"{DAYS}&limit=501", "/limit"),
        (f"{DAYS}&limit=1.5", "/limit"),
        (f"{DAYS}&cursor=abcd", "/cursor"),
        (f"{DAYS}&cursor=a", "/cursor"),
        (f"{DAYS}&sample=1", "/sample"),
    ],
)
def test_a_parameter_that_cannot_be_used_is_pointed_at(desk: Desk, query: str, where: str) -> None:
    answer = get(desk, query)

    assert answer.status_code == 422
    assert [e["pointer"] for e in answer.json["errors"]] == [where]


def test_nobody_reviews_by_key(desk: Desk) -> None:
    assert desk.app.test_client().post("/v1/reviews", json={}).status_code == 405


def test_only_a_key_for_reviews_reads_them(desk: Desk, tmp_path: Path) -> None:
    keys, now = KeyRepository(tmp_path / "keys.json"), datetime.now(UTC)
    client = desk.app.test_client()
    codes = {}
    for scope in ("export", "reviews"):
        key = {"Authorization": f"Bearer {keys.create(scope, scopes=(scope,), now=now)[1]}"}
        codes[scope] = [
            client.get(f"/v1/{path}", headers=key).status_code
            for path in (f"reviews?{DAYS}", f"estimates?{DAYS}", "export/ratings")
        ]

    assert codes == {"export": [403, 403, 200], "reviews": [200, 200, 403]}
