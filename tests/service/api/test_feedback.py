import json
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from model import Dimension
from service import create_app
from service.storage.feedback import Feedback
from service.storage.keys import KeyRepository
from tests.builders import make_settings
from tests.fakes import FakeScorer

SCORE_ID = "0b6f0a3e-5a3f-4f3c-9c7a-6f4be8f5d7aa"
BODY = {
    "score_id": SCORE_ID,
    "model_version": "fake-1",
    "about": "score",
    "dimension": "empathy",
    "verdict": "contested",
    "suggested_rating": 4,
    "writer": "w-17",
}
ADVICE = {"about": "advice", "rule": "say-when", "dimension": None, "suggested_rating": None}


def post(client: FlaskClient, body: object = BODY, key: str | None = None, **headers: str) -> Any:
    named = headers | ({"Idempotency-Key": key} if key else {})
    return client.post("/v1/feedback", json=body, headers=named)


def stored(app: Flask) -> list[Feedback]:
    found: list[Feedback] = app.extensions["feedback"].on_score(SCORE_ID)
    return found


def test_feedback_is_stored_under_the_id_that_is_answered(client: FlaskClient, app: Flask) -> None:
    response = post(client)

    assert response.status_code == 201
    assert len(response.json["id"]) == 36
    assert stored(app) == [
        Feedback(
            score_id=SCORE_ID,
            model_version="fake-1",
            about="score",
            dimension=Dimension.EMPATHY,
            verdict="contested",
            suggested_rating=4,
            writer="w-17",
        )
    ]


def test_feedback_on_an_advice_names_its_rule(client: FlaskClient, app: Flask) -> None:
    assert post(client, BODY | ADVICE).status_code == 201
    assert (stored(app)[0].rule, stored(app)[0].dimension) == ("say-when", None)


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"dimension": None}, "/dimension"),
        ({"dimension": "warmth"}, "/dimension"),
        ({"about": "advice"}, "/rule"),
        ({"about": "hemligt"}, "/about"),
        ({"verdict": "hemligt"}, "/verdict"),
        ({"suggested_rating": 6}, "/suggested_rating"),
        ({"suggested_rating": 3.5}, "/suggested_rating"),
        ({"writer": "Anna hemligt"}, "/writer"),
        ({"score_id": "hemligt"}, "/score_id"),
        ({"comment": "hemligt"}, "/comment"),
        ({"rule": "hemligt"}, "/rule"),
    ],
)
def test_a_bad_field_is_pointed_at_and_not_repeated(
    client: FlaskClient, change: dict[str, object], where: str
) -> None:
    response = post(client, BODY | change)

    assert (response.status_code, response.json["type"]) == (
        422,
        "urn:tonfall:problem:invalid-request",
    )
    assert where in [e["pointer"] for e in response.json["errors"]]
    assert "hemligt" not in response.text


def test_the_scope_is_asked_for(client: FlaskClient, tmp_path: Path) -> None:
    keys = KeyRepository(tmp_path / "keys.json")
    _, scoring = keys.create("scores", scopes=("score",), now=datetime.now(UTC))
    _, both = keys.create("plugin", scopes=("score", "feedback"), now=datetime.now(UTC))

    assert post(client, Authorization=f"Bearer {scoring}").status_code == 403
    assert post(client, Authorization=f"Bearer {both}").status_code == 201


def test_the_same_key_and_body_get_the_same_answer_and_are_stored_once(
    client: FlaskClient, app: Flask
) -> None:
    first, again = post(client, key="k-1"), post(client, key="k-1")

    assert (first.status_code, first.json) == (again.status_code, again.json)
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    assert len(stored(app)) == 1


def test_the_same_key_with_another_body_is_refused(client: FlaskClient, app: Flask) -> None:
    post(client, key="k-1")
    other = post(client, BODY | {"verdict": "accepted"}, key="k-1")

    assert (other.status_code, other.json["type"]) == (422, "urn:tonfall:problem:key-reused")
    assert len(stored(app)) == 1


def test_a_key_of_a_request_that_failed_may_be_used_again(client: FlaskClient) -> None:
    assert post(client, {}, key="k-1").status_code == 422
    assert post(client, key="k-1").status_code == 201


def test_a_request_at_hand_is_not_carried_out_beside_itself(
    client: FlaskClient, app: Flask
) -> None:
    body = json.dumps(BODY).encode()
    asked = b"POST /v1/feedback?\n" + body
    app.extensions["answers"].claim(caller="local", key="k-1", request=asked)
    second: Any = client.post(
        "/v1/feedback",
        data=body,
        content_type="application/json",
        headers={"Idempotency-Key": "k-1"},
    )

    assert (second.status_code, second.json["type"]) == (409, "urn:tonfall:problem:in-progress")
    assert second.headers["Retry-After"] == "1"


@pytest.mark.parametrize("key", ["é", "two words", "x" * 256])
def test_a_key_that_is_none_is_refused(client: FlaskClient, key: str) -> None:
    assert post(client, key=key).status_code == 400


def test_without_a_database_feedback_is_refused_and_scoring_goes_on(tmp_path: Path) -> None:
    (tmp_path / "tonfall.db").mkdir()
    log = StringIO()
    client = create_app(make_settings(tmp_path), scorer=FakeScorer(), log_stream=log).test_client()

    for response in (post(client), post(client, key="k-1")):
        assert response.json["type"] == "urn:tonfall:problem:storage-unavailable"
        assert (response.status_code, response.headers["Retry-After"]) == (503, "30")
    assert client.post("/v1/score", json={"reply": "Hej"}).status_code == 200
    assert "SQLITE_CANTOPEN" in log.getvalue()
