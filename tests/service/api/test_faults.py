"""Bodies that no client should send: each gets a clear answer, and the next request works."""

import json
from typing import Any

import pytest
from flask.testing import FlaskClient

SENT = "/v1/score"
LONG = b'{"reply": "' + b"a" * 10 * 1024 * 1024 + b'"}'
DEEP = b'{"reply": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"
FAULTS: dict[str, tuple[bytes, int, str]] = {
    "10 MB": (LONG, 422, "invalid-request"),
    "more than is read": (b"x" * (16 * 1024 * 1024 + 1), 413, "too-large"),
    "not UTF-8": (b'{"reply": "\xff\xfe"}', 400, "invalid-json"),
    "a lone surrogate": (b'{"reply": "\\ud83d"}', 400, "invalid-json"),
    "a NUL": (b'{"reply": "Hej\\u0000"}', 422, "invalid-reply"),
    "a raw NUL": (b'{"reply": "Hej\x00"}', 400, "invalid-json"),
    "nothing to see": ('{"reply": "\u200b\u200e\ufeff"}'.encode(), 422, "invalid-reply"),
    "deeply nested": (DEEP, 400, "invalid-json"),
    "a number too large": (b'{"reply": 1' + b"0" * 5_000 + b"}", 400, "invalid-json"),
    "cut off": (b'{"reply": "Hej', 400, "invalid-json"),
    "two bodies": (b'{"reply": "Hej"}{"reply": "Hej"}', 400, "invalid-json"),
}
FINE: dict[str, bytes] = {
    "20,000 characters": b'{"reply": "' + b"a" * 20_000 + b'"}',
    "right to left": '{"reply": "مرحبا، أين طردي؟ \u202eHej\u202c שלום"}'.encode(),
    "zero-width characters": '{"reply": "H\u200be\u200dj\u2060, An\u00adna"}'.encode(),
    "an emoji as a surrogate pair": b'{"reply": "Hej \\ud83d\\udc4b"}',
    "a name twice": b'{"reply": 5, "reply": "Hej"}',
    "a byte more than is needed": b' \n{"reply": "Hej"}\r\n ',
}


def post(client: FlaskClient, body: bytes, path: str = SENT) -> Any:
    return client.post(path, data=body, content_type="application/json")


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_a_problem_and_the_next_request_works(client: FlaskClient, name: str) -> None:
    body, status, kind = FAULTS[name]
    response = post(client, body)

    assert (response.status_code, response.json["type"]) == (status, f"urn:tonfall:problem:{kind}")
    assert len(response.data) < 2_000
    assert post(client, b'{"reply": "Hej"}').status_code == 200


@pytest.mark.parametrize("name", FINE)
def test_odd_text_is_scored(client: FlaskClient, name: str) -> None:
    assert post(client, FINE[name]).status_code == 200


def test_a_batch_of_256_with_three_bad_items_scores_the_others(client: FlaskClient) -> None:
    items: list[object] = [{"reply": "Hej"}] * 256
    items[0], items[100], items[255] = {"reply": ""}, None, {"reply": "Hej", "channel": "fax"}
    response = post(client, json.dumps({"items": items}).encode(), "/v1/score/batch")
    results = response.json["results"]

    assert response.status_code == 200
    assert [i for i, result in enumerate(results) if "error" in result] == [0, 100, 255]
    assert len(results) == 256


def test_a_body_that_ends_too_early_is_a_problem(client: FlaskClient) -> None:
    response: Any = client.post(
        SENT,
        data=b'{"reply"',
        content_type="application/json",
        environ_overrides={"CONTENT_LENGTH": "99"},
    )

    assert (response.status_code, response.json["type"]) == (400, "urn:tonfall:problem:bad-request")
    assert post(client, b'{"reply": "Hej"}').status_code == 200
