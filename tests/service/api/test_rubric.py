from typing import Any

from flask.testing import FlaskClient

from model import Behavior


def test_the_rubric_says_what_every_rating_need_and_behavior_means(client: FlaskClient) -> None:
    body: Any = client.get("/v1/rubric").json

    assert body["version"] == "1"
    assert [d["name"] for d in body["dimensions"]] == ["empathy", "politeness", "clarity"]
    for dimension in body["dimensions"]:
        assert [r["rating"] for r in dimension["ratings"]] == [1, 2, 3, 4, 5]
    assert [n["name"] for n in body["empathy_needs"]] == ["none", "some", "strong"]
    assert [b["tag"] for b in body["behaviors"]] == [*Behavior]


def test_whoever_has_the_rubric_is_not_sent_it_again(client: FlaskClient) -> None:
    first = client.get("/v1/rubric")
    again = client.get("/v1/rubric", headers={"If-None-Match": first.headers["ETag"]})

    assert (again.status_code, again.data) == (304, b"")
    assert first.headers["Cache-Control"] == "private, no-cache"
