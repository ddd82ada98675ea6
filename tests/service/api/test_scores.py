import json
from collections.abc import Sequence
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from model import Assessment, Channel, Reply
from service import create_app
from service.errors import PROBLEM_TYPES
from service.storage.keys import SCOPES, KeyRepository
from tests.builders import make_assessment, make_sentence, make_settings
from tests.fakes import BrokenScorer, FakeScorer

SECRET_WORD = "hemlighuset"


def post(client: FlaskClient, body: object, path: str = "/v1/score", **kwargs: Any) -> Any:
    return client.post(path, json=body, **kwargs)


def test_a_reply_is_scored(client: FlaskClient, scorer: FakeScorer) -> None:
    body = {
        "reply": "Hej Anna, …",
        "customer_message": "Var är mitt paket?",
        "channel": "email",
        "language": None,
        "model": None,
        "advice": True,
        "advice_language": "sv",
    }
    response = post(client, body)

    assert response.status_code == 200
    assert list(response.json) == [
        "id",
        "model_version",
        "rubric_version",
        "language",
        "empathy_need",
        "scores",
        "risk",
        "out_of_distribution",
        "behaviors",
        "evidence",
        "advice",
    ]
    assert response.json["scores"]["empathy"] == {
        "value": 3.6,
        "interval": [2.5, 4.5],
        "distribution": [0.05, 0.1, 0.25, 0.4, 0.2],
        "status": "ok",
    }
    assert response.json["language"] == {"code": "sv", "probability": 0.99, "detected": True}
    assert response.json["model_version"] == "fake-1"
    assert response.json["behaviors"] == response.json["advice"] == []
    assert scorer.asked[-1] == Reply(
        text="Hej Anna, …", customer_message="Var är mitt paket?", channel=Channel.EMAIL
    )


def test_behaviors_are_placed_in_the_text_as_sent(tmp_path: Path) -> None:
    class TwoSentences(FakeScorer):
        def score(self, replies: Sequence[Reply]) -> list[Assessment]:
            sentences = (
                make_sentence(0, 6, greeting=0.98, thanks=0.2),
                make_sentence(7, 13, solution=0.5),
            )
            return [make_assessment(sentences=sentences) for _ in replies]

    app = create_app(make_settings(tmp_path), scorer=TwoSentences(), log_stream=StringIO())

    found = post(app.test_client(), {"reply": "Hej 👋! Klart!"}).json["behaviors"]

    places = [[b[k] for k in ("tag", "start", "end", "start_utf16", "end_utf16")] for b in found]
    assert places == [["greeting", 0, 6, 0, 7], ["solution", 7, 13, 8, 14]]


def test_the_reply_alone_is_enough(client: FlaskClient) -> None:
    assert post(client, {"reply": "Hej!"}).status_code == 200


def test_the_version_served_may_be_pinned(client: FlaskClient) -> None:
    assert post(client, {"reply": "Hej!", "model": "fake-1"}).status_code == 200


@pytest.mark.parametrize(
    ("body", "kind", "where"),
    [
        ({"reply": ""}, "invalid-request", "/reply"),
        ({"reply": " \n"}, "invalid-reply", "/reply"),
        ({"reply": "\u200b\u200b"}, "invalid-reply", "/reply"),
        ({"reply": "a" * 20_001}, "invalid-request", "/reply"),
        ({"reply": "Hej\u0000"}, "invalid-reply", "/reply"),
        ({"reply": 5}, "invalid-request", "/reply"),
        ({"reply": None}, "invalid-request", "/reply"),
        ({}, "invalid-request", "/reply"),
        ([], "invalid-request", ""),
        ({"reply": "Hej", "customer_message": " "}, "invalid-reply", "/customer_message"),
        ({"reply": "Hej", "channel": "fax"}, "invalid-request", "/channel"),
        ({"reply": "Hej", "language": "de"}, "invalid-request", "/language"),
        ({"reply": "Hej", "language": "no"}, "invalid-request", "/language"),
        ({"reply": "Hej", "advice": "yes"}, "invalid-request", "/advice"),
        ({"reply": "Hej", "a/b~c": 1}, "invalid-request", "/a~1b~0c"),
        ({"reply": "Hej", "model": "linear-0"}, "unknown-model", "/model"),
    ],
)
def test_a_bad_field_is_pointed_at(
    client: FlaskClient, body: object, kind: str, where: str
) -> None:
    response = post(client, body)
    status, title = PROBLEM_TYPES[kind]

    assert response.status_code == status == response.json["status"]
    assert response.content_type == "application/problem+json"
    assert response.json["type"] == f"urn:tonfall:problem:{kind}"
    assert response.json["title"] == title
    assert where in [e["pointer"] for e in response.json["errors"]]
    assert post(client, {"reply": "Hej"}).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b'{"reply": "Hej}',
        b"\xff\xfe",
        b'{"reply": "\xe5"}',
        b'{"reply": "\\ud800"}',
        b"nul",
    ],
)
def test_what_is_not_json_in_utf_8_is_a_problem(client: FlaskClient, body: bytes) -> None:
    response: Any = client.post("/v1/score", data=body, content_type="application/json")

    assert response.status_code == 400
    assert response.json["type"] == "urn:tonfall:problem:invalid-json"


def test_another_content_type_is_a_problem(client: FlaskClient) -> None:
    response: Any = client.post("/v1/score", data="reply=Hej", content_type="text/plain")

    assert (response.status_code, response.json["type"]) == (415, "urn:tonfall:problem:not-json")


def test_a_body_that_is_too_large_is_a_problem(client: FlaskClient) -> None:
    response: Any = client.post(
        "/v1/score", data=b"x" * (16 * 1024 * 1024 + 1), content_type="application/json"
    )

    assert (response.status_code, response.json["type"]) == (413, "urn:tonfall:problem:too-large")


@pytest.mark.parametrize(
    ("method", "path", "kind"),
    [("GET", "/nope", "not-found"), ("GET", "/v1/score", "method-not-allowed")],
)
def test_a_wrong_address_or_method_is_a_problem(
    client: FlaskClient, method: str, path: str, kind: str
) -> None:
    response = client.open(path, method=method)

    assert response.json is not None
    assert response.json["type"] == f"urn:tonfall:problem:{kind}"
    assert response.content_type == "application/problem+json"
    if kind == "method-not-allowed":
        assert "POST" in response.headers["Allow"]


@pytest.mark.parametrize(
    "body",
    [
        {"reply": SECRET_WORD + "\u0007"},
        {"reply": SECRET_WORD, "channel": SECRET_WORD},
        {"reply": SECRET_WORD, "language": SECRET_WORD},
        {"reply": [SECRET_WORD]},
        {"reply": SECRET_WORD, "model": SECRET_WORD},
        {"reply": SECRET_WORD * 2_000},
    ],
)
def test_a_problem_never_repeats_what_was_sent(client: FlaskClient, body: object) -> None:
    assert SECRET_WORD not in post(client, body).text


def test_neither_log_nor_metrics_hold_a_word_of_a_reply(client: FlaskClient, log: StringIO) -> None:
    post(client, {"reply": SECRET_WORD, "customer_message": SECRET_WORD + "2"})
    post(client, {"reply": SECRET_WORD, "channel": SECRET_WORD})
    client.post("/v1/score", data=SECRET_WORD, content_type="application/json")
    metrics = client.get("/metrics").text

    assert log.getvalue().count('"route": "/v1/score"') == 3
    assert SECRET_WORD not in log.getvalue() + metrics
    assert 'tonfall_scored_replies_total{customer_message="given",' in metrics


def test_a_failure_inside_is_a_problem_and_its_message_stays_inside(tmp_path: Path) -> None:
    log = StringIO()
    app = create_app(make_settings(tmp_path), scorer=BrokenScorer(), log_stream=log)
    response = post(app.test_client(), {"reply": SECRET_WORD})

    assert response.status_code == 500
    assert response.json["type"] == "urn:tonfall:problem:internal"
    assert SECRET_WORD not in log.getvalue() + response.text
    assert "RuntimeError" in log.getvalue()


def test_a_batch_is_answered_in_order_and_a_bad_item_fails_alone(client: FlaskClient) -> None:
    items = [{"reply": "Hej"}, {"reply": " "}, 7, {"reply": "Hej", "fax": 1}, {"reply": "Hallo"}]
    response = post(client, {"items": items}, "/v1/score/batch")
    results = response.json["results"]

    assert response.status_code == 200
    assert ["scores" in r for r in results] == [True, False, False, False, True]
    assert [r["error"]["errors"][0]["pointer"] for r in results[1:4]] == [
        "/items/1/reply",
        "/items/2",
        "/items/3/fax",
    ]


@pytest.mark.parametrize(
    "body", [{"items": []}, {"items": [{"reply": "Hej"}] * 257}, {"items": {}}, {}, {"replies": []}]
)
def test_a_batch_that_is_none_is_refused(client: FlaskClient, body: object) -> None:
    response = post(client, body, "/v1/score/batch")

    assert (response.status_code, response.json["type"]) == (
        422,
        "urn:tonfall:problem:invalid-request",
    )


def test_256_items_are_a_batch(client: FlaskClient) -> None:
    response = post(client, {"items": [{"reply": "Hej"}] * 256}, "/v1/score/batch")

    assert len(response.json["results"]) == 256


def test_a_key_is_asked_for_once_one_exists(app: Flask, tmp_path: Path) -> None:
    client = app.test_client()
    assert post(client, {"reply": "Hej"}).status_code == 200
    keys = KeyRepository(tmp_path / "keys.json")
    _, secret = keys.create("plugin", scopes=SCOPES, now=datetime.now(UTC))
    _, other = keys.create("metrics only", scopes=(), now=datetime.now(UTC))

    missing = post(client, {"reply": "Hej"})
    assert (missing.status_code, missing.json["type"]) == (401, "urn:tonfall:problem:missing-key")
    assert missing.headers["WWW-Authenticate"].startswith("Bearer")
    unknown = post(client, {"reply": "Hej"}, headers={"Authorization": "Bearer nope"})
    assert (unknown.status_code, unknown.json["type"]) == (401, "urn:tonfall:problem:unknown-key")
    narrow = post(client, {"reply": "Hej"}, headers={"Authorization": f"Bearer {other}"})
    assert (narrow.status_code, narrow.json["type"]) == (403, "urn:tonfall:problem:forbidden")
    allowed = post(client, {"reply": "Hej"}, headers={"Authorization": f"bearer {secret}"})
    assert allowed.status_code == 200


@pytest.mark.parametrize(
    ("address", "headers"),
    [("192.0.2.7", {}), ("127.0.0.1", {"X-Forwarded-For": "192.0.2.7"}), ("", {})],
)
def test_nobody_from_elsewhere_gets_in_without_a_key(
    client: FlaskClient, address: str, headers: dict[str, str]
) -> None:
    response = post(
        client, {"reply": "Hej"}, headers=headers, environ_base={"REMOTE_ADDR": address}
    )

    assert response.status_code == 401


def test_unreadable_keys_let_nobody_in(client: FlaskClient, tmp_path: Path) -> None:
    (tmp_path / "keys.json").write_text("{", "utf-8")
    response = post(client, {"reply": "Hej"})

    assert (response.status_code, response.json["type"]) == (503, "urn:tonfall:problem:not-ready")


def test_right_to_left_and_odd_text_is_answered(client: FlaskClient) -> None:
    for text in ("مرحبا، أين طردي؟", "‏שלום", "👩‍👩‍👧", "a\u0308" * 500, "﷽", "x" * 20_000):
        assert post(client, {"reply": text}).status_code == 200


def test_every_answer_carries_a_request_id(client: FlaskClient) -> None:
    ids = {post(client, {"reply": "Hej"}).headers["X-Request-Id"] for _ in range(3)}

    assert len(ids) == 3


def test_the_log_is_one_json_object_a_line(client: FlaskClient, log: StringIO) -> None:
    post(client, {"reply": "Hej"})
    lines = [json.loads(line) for line in log.getvalue().splitlines()]

    assert [(e["event"], e["route"], e["status"]) for e in lines] == [("request", "/v1/score", 200)]
