from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from service import create_app
from service.storage.keys import KeyRepository
from tests.builders import make_settings
from tests.fakes import FakeScorer

ORIGIN = "https://helpdesk.example"
PREFLIGHT = {
    "Origin": ORIGIN,
    "Access-Control-Request-Method": "POST",
    "Access-Control-Request-Headers": "authorization, content-type, idempotency-key",
}


def make_client(folder: Path, **settings: Any) -> FlaskClient:
    made = make_settings(folder, **settings)
    return create_app(made, scorer=FakeScorer(), log_stream=StringIO()).test_client()


def score(client: FlaskClient, **headers: str) -> Any:
    return client.post("/v1/score", json={"reply": "Hej"}, headers=headers)


@pytest.fixture
def limited(tmp_path: Path) -> FlaskClient:
    return make_client(tmp_path, rate_limit="2/hour")


def test_a_request_too_many_is_a_problem_that_says_when_to_come_back(limited: FlaskClient) -> None:
    first, _, third = (score(limited) for _ in range(3))

    assert first.headers["X-RateLimit-Limit"] == "2"
    assert first.headers["X-RateLimit-Remaining"] == "1"
    assert "Retry-After" not in first.headers
    assert (third.status_code, third.json["type"]) == (429, "urn:tonfall:problem:rate-limited")
    assert int(third.headers["Retry-After"]) > 0
    assert "2 per 1 hour" in third.json["detail"]


def test_all_keyed_addresses_are_counted_together_and_others_not(limited: FlaskClient) -> None:
    score(limited)
    limited.get("/v1/models")

    assert limited.get("/v1/rubric").status_code == 429
    for path in ("/health/live", "/health/ready", "/metrics", "/openapi.json"):
        assert limited.get(path).status_code == 200


def test_every_key_has_a_limit_of_its_own(limited: FlaskClient, tmp_path: Path) -> None:
    keys = KeyRepository(tmp_path / "keys.json")
    _, one = keys.create("one", scopes=("score",), now=datetime.now(UTC))
    _, two = keys.create("two", scopes=("score",), now=datetime.now(UTC))

    assert [score(limited, Authorization=f"Bearer {one}").status_code for _ in range(3)] == [
        200,
        200,
        429,
    ]
    assert score(limited, Authorization=f"Bearer {two}").status_code == 200


def test_guesses_at_keys_are_counted_by_address(limited: FlaskClient) -> None:
    answers = [score(limited, Authorization=f"Bearer guess-{i}").status_code for i in range(3)]

    assert answers == [401, 401, 429]


def test_without_a_limit_nothing_is_counted(tmp_path: Path) -> None:
    response = score(make_client(tmp_path, rate_limit=""))

    assert "X-RateLimit-Limit" not in response.headers


def test_a_preflight_of_a_named_origin_needs_no_key(tmp_path: Path) -> None:
    KeyRepository(tmp_path / "keys.json").create("k", scopes=(), now=datetime.now(UTC))
    client = make_client(tmp_path, cors_origins=(ORIGIN,))
    response = client.options("/v1/feedback", headers=PREFLIGHT)

    assert response.status_code == 200
    assert response.headers["Access-Control-Allow-Origin"] == ORIGIN
    allowed = response.headers["Access-Control-Allow-Headers"].lower()
    assert allowed == "authorization, content-type, idempotency-key"
    assert response.headers["Access-Control-Allow-Methods"] == "GET, POST"


def test_a_page_may_read_ids_limits_and_problems(tmp_path: Path) -> None:
    client = make_client(tmp_path, cors_origins=(ORIGIN,))
    response = client.post("/v1/score", json={}, headers={"Origin": ORIGIN})

    assert response.status_code == 422
    assert response.headers["Access-Control-Allow-Origin"] == ORIGIN
    shown = response.headers["Access-Control-Expose-Headers"]
    assert "X-Request-Id" in shown
    assert "Retry-After" in shown


@pytest.mark.parametrize("origins", [(), (ORIGIN,)])
def test_other_origins_get_nothing(tmp_path: Path, origins: tuple[str, ...]) -> None:
    client = make_client(tmp_path, cors_origins=origins)
    headers = PREFLIGHT | {"Origin": "https://elsewhere.example"}

    for response in (client.options("/v1/score", headers=headers), score(client, **headers)):
        assert "Access-Control-Allow-Origin" not in response.headers


def test_a_request_id_of_the_caller_is_used_everywhere(tmp_path: Path) -> None:
    log = StringIO()
    app = create_app(make_settings(tmp_path), scorer=FakeScorer(), log_stream=log)
    headers = {"X-Request-Id": "helpdesk-0017"}
    response: Any = app.test_client().post("/v1/score", json={}, headers=headers)

    assert response.headers["X-Request-Id"] == response.json["request_id"] == "helpdesk-0017"
    assert '"request_id": "helpdesk-0017"' in log.getvalue()


@pytest.mark.parametrize("given", ["short", "x" * 129, "two words", 'quote"quote'])
def test_a_request_id_that_is_none_is_replaced(tmp_path: Path, given: str) -> None:
    response = score(make_client(tmp_path), **{"X-Request-Id": given})

    assert len(response.headers["X-Request-Id"]) == 32
