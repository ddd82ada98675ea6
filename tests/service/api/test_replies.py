from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from service import create_app
from service.sent_replies import reply_id
from service.storage.audit import AuditRepository
from service.storage.keys import KeyRepository
from tests.builders import make_settings
from tests.fakes import FakeScorer

BODY = {
    "external_id": "m-1",
    "conversation": "c-1",
    "agent": "a-17",
    "team": "returns",
    "customer": "k-1",
    "sent_at": "2026-11-20T10:30:00+01:00",
    "channel": "email",
    "reply": "Hej! Ring 070-123 45 67 eller skriv till anna@example.com.",
    "customer_message": "Hemligt: kari@example.com undrar.",
    "purpose": "quality",
}
STORED, THERE = {"result": "stored"}, {"result": "already_there"}


def store(client: FlaskClient, body: object = BODY, **headers: str) -> Any:
    return client.post("/v1/replies", json=body, headers=headers)


def erase(client: FlaskClient, **headers: str) -> Any:
    body = {"by": "customer", "value": "k-1"}
    return client.post("/v1/replies/erase", json=body, headers=headers)


def get(client: FlaskClient, external_id: str = "m-1", **headers: str) -> Any:
    return client.get(f"/v1/replies/{reply_id(external_id)}", headers=headers)


def test_a_reply_is_redacted_scored_and_stored(client: FlaskClient, scorer: FakeScorer) -> None:
    response = store(client)
    found = get(client).json

    assert response.json == {"results": [{"id": reply_id("m-1")} | STORED]}
    assert found["content"]["reply"] == scorer.asked[-1].text
    for text in (found["content"]["reply"], found["content"]["customer_message"]):
        assert "example.com" not in text
    assert (found["sent_at"], found["agent"]) == ("2026-11-20T09:30:00Z", "a-17")
    assert found["scores"]["empathy"]["status"] == "ok"
    assert (found["model_version"], found["language"]) == ("fake-1", "sv")


def test_the_same_reply_is_scored_and_stored_once(client: FlaskClient, scorer: FakeScorer) -> None:
    store(client)
    asked = len(scorer.asked)

    again = store(client, BODY | {"reply": "Något annat."})

    assert again.json["results"][0]["result"] == "already_there"
    assert len(scorer.asked) == asked


def test_a_bad_item_costs_itself_alone(client: FlaskClient) -> None:
    items: list[object] = [
        BODY,
        BODY | {"agent": "Hemligt namn"},
        7,
        BODY | {"external_id": "m-2", "reply": "Hemligt\u0007"},
        BODY,
        BODY | {"external_id": "m-3", "customer_message": "Hemligt\u0007"},
    ]
    response = store(client, {"items": items})
    results = response.json["results"]

    assert [r.get("result") for r in results] == ["stored", None, None, None, "already_there", None]
    pointers = [r["error"]["errors"][0]["pointer"] for r in results if "error" in r]
    assert pointers == ["/items/1/agent", "/items/2", "/items/3/reply", "/items/5/customer_message"]
    assert "Hemligt" not in response.text


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"purpose": None}, "/purpose"),
        ({"purpose": "hemligt"}, "/purpose"),
        ({"retention_days": 0}, "/retention_days"),
        ({"sent_at": "2026-11-20T10:30:00"}, "/sent_at"),
        ({"sent_at": "2026-13-20T10:30:00Z"}, "/sent_at"),
        ({"sent_at": "9999-12-31T23:59:59-23:59"}, "/sent_at"),
        ({"sent_at": 7}, "/sent_at"),
        ({"agent": "anna@hemligt.se"}, "/agent"),
        ({"customer": "Anna hemligt"}, "/customer"),
        ({"external_id": ""}, "/external_id"),
        ({"team": "hemligt\u0000"}, "/team"),
        ({"hemligt": 1}, "/hemligt"),
    ],
)
def test_a_bad_field_is_pointed_at_and_its_value_not_repeated(
    client: FlaskClient, change: dict[str, object], where: str
) -> None:
    response = store(client, BODY | change)

    assert response.status_code == 422
    assert where in [e["pointer"] for e in response.json["errors"]]
    assert "hemligt" not in response.text.replace("/hemligt", "")


def test_retention_is_the_replys_own_or_the_services(tmp_path: Path) -> None:
    settings = make_settings(tmp_path, retention_days=30)
    client = create_app(settings, scorer=FakeScorer(), log_stream=StringIO()).test_client()
    store(client, {"items": [BODY, BODY | {"external_id": "m-2", "retention_days": 7}]})

    kept = []
    for external_id in ("m-1", "m-2"):
        found = get(client, external_id).json
        expires = datetime.fromisoformat(found["content"]["expires_at"])
        kept.append((expires - datetime.fromisoformat(found["stored_at"])).days)

    assert kept == [30, 7]


def test_an_erased_reply_leaves_its_numbers_and_does_not_come_back(
    client: FlaskClient, app: Flask
) -> None:
    store(client)

    assert erase(client).json == {"erased": 1}
    assert store(client).json["results"][0]["result"] == "already_there"
    found = get(client).json
    assert found["content"] is None
    assert found["erased_at"]
    assert found["scores"]["clarity"]["value"] > 1
    (deed,) = AuditRepository(app.extensions["database"]).read()
    assert (deed.actor, deed.action, deed.after) == ("key local", "erase", {"replies": 1})


def test_an_erasure_with_a_key_leaves_nothing_in_the_files(
    client: FlaskClient, tmp_path: Path
) -> None:
    store(client, **{"Idempotency-Key": "k-1"})
    assert any(b"Hemligt" in file.read_bytes() for file in tmp_path.iterdir())

    erase(client, **{"Idempotency-Key": "k-2"})
    again = erase(client, **{"Idempotency-Key": "k-2"})

    assert (again.json, again.headers["Idempotency-Replayed"]) == ({"erased": 1}, "true")
    for word in (b"Hemligt", b"m-1", b"c-1", b"k-1"):
        assert not any(word in file.read_bytes() for file in tmp_path.iterdir())


def test_a_request_that_is_sent_again_with_its_key_gets_the_same_answer(
    client: FlaskClient, scorer: FakeScorer
) -> None:
    first = store(client, **{"Idempotency-Key": "k-1"})
    asked = len(scorer.asked)
    again = store(client, **{"Idempotency-Key": "k-1"})

    assert again.json == first.json
    assert again.headers["Idempotency-Replayed"] == "true"
    assert len(scorer.asked) == asked


def test_each_scope_opens_its_own(client: FlaskClient, tmp_path: Path) -> None:
    keys, now = KeyRepository(tmp_path / "keys.json"), datetime.now(UTC)
    writer, reader = (
        {"Authorization": f"Bearer {keys.create(scope, scopes=(scope,), now=now)[1]}"}
        for scope in ("replies", "reviews")
    )

    assert store(client, **writer).status_code == 200
    assert (get(client, **writer).status_code, get(client, **reader).status_code) == (403, 200)
    assert (store(client, **reader).status_code, erase(client, **reader).status_code) == (403, 403)


@pytest.mark.parametrize("unknown", [reply_id("m-9"), "erase", "%00"])
def test_a_reply_that_was_never_stored_is_not_found(client: FlaskClient, unknown: str) -> None:
    assert client.get(f"/v1/replies/{unknown}").status_code == 404


def test_without_a_database_nothing_is_stored_and_that_is_said(tmp_path: Path) -> None:
    (tmp_path / "tonfall.db").mkdir()
    app = create_app(make_settings(tmp_path), scorer=FakeScorer(), log_stream=StringIO())

    response = store(app.test_client())

    assert response.status_code == 503
    assert response.json["type"] == "urn:tonfall:problem:storage-unavailable"
