from collections.abc import Mapping
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator

from model.store import HISTORY, POINTER, THRESHOLDS, VERSIONS
from service import create_app
from service.api.openapi import document
from service.settings import Settings
from service.storage.keys import KeyRepository
from tests.builders import make_artifact, point_to
from training.store import write_thresholds
from training.thresholds import RISK, Threshold, ThresholdMap

LINE = Threshold(old=2.5, new=2.7, error=0.05, share_below=0.2, is_extrapolated=False)


def make_map(old: str, new: str) -> ThresholdMap:
    names = ("empathy", "politeness", "clarity", RISK)
    return ThresholdMap(
        old_version=old, new_version=new, replies=9, thresholds={n: [LINE] for n in names}
    )


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """The current version gives low scores, the other one high ones."""
    folder = tmp_path / "store"
    make_artifact(folder / VERSIONS / "low-1", "low-1", latent=-2.0)
    make_artifact(folder / VERSIONS / "high-2", "high-2", latent=2.0)
    write_thresholds(folder, [make_map("high-2", "low-1"), make_map("high-2", "gone-0")])
    return point_to(folder, "low-1")


@pytest.fixture
def client(tmp_path: Path, store: Path) -> FlaskClient:
    settings = Settings(artifact_dir=store, keys_file=tmp_path / "keys.json")
    return create_app(settings, log_stream=StringIO()).test_client()


def clarity(body: Mapping[str, Any]) -> float:
    value: float = body["scores"]["clarity"]["value"]
    return value


def test_every_version_is_listed_with_what_is_known_of_it(client: FlaskClient) -> None:
    body: Any = client.get("/v1/models").json

    assert body["current"] == "low-1"
    assert [m["version"] for m in body["models"]] == ["high-2", "low-1"]
    assert body["models"][1] == {
        "version": "low-1",
        "kind": "linear",
        "is_current": True,
        "is_loaded": True,
        "languages": ["sv", "nb", "nn", "da", "en"],
        "rubric_version": "1",
        "trained_on": {"train": 7},
        "promoted_at": "2026-01-02T03:04:05+00:00",
        "thresholds_from": ["high-2"],
    }
    assert body["models"][0]["promoted_at"] is None
    assert not body["models"][0]["is_loaded"]


def test_a_pinned_version_scores_and_is_loaded_from_then_on(client: FlaskClient) -> None:
    low: Any = client.post("/v1/score", json={"reply": "Hej!"}).json
    high: Any = client.post("/v1/score", json={"reply": "Hej!", "model": "high-2"}).json
    listed: Any = client.get("/v1/models").json

    assert (low["model_version"], high["model_version"]) == ("low-1", "high-2")
    assert clarity(low) < 2 < 4 < clarity(high)
    assert all(m["is_loaded"] for m in listed["models"])


def test_a_batch_may_pin_a_version_for_each_item(client: FlaskClient) -> None:
    pins = [None, "high-2", "low-1", "nope", "high-2", None]
    items = [{"reply": "Hej!", "model": pin} for pin in pins]
    results: Any = client.post("/v1/score/batch", json={"items": items}).json["results"]  # type: ignore[index]

    assert [r.get("model_version") for r in results] == [
        "low-1",
        "high-2",
        "low-1",
        None,
        "high-2",
        "low-1",
    ]
    assert results[3]["error"]["errors"][0]["pointer"] == "/items/3/model"


def test_an_unknown_version_is_a_problem_that_names_the_known_ones(client: FlaskClient) -> None:
    response: Any = client.post("/v1/score", json={"reply": "Hej!", "model": "nope-7"})

    assert response.json["type"] == "urn:tonfall:problem:unknown-model"
    assert "high-2, low-1" in response.json["detail"]
    assert "nope-7" not in response.text


def test_a_table_of_thresholds_satisfies_the_contract(client: FlaskClient) -> None:
    body: Any = client.get("/v1/models/low-1/thresholds?from=high-2").json
    contract: Any = document()
    schema = {
        "$ref": "#/components/schemas/ThresholdsResponse",
        "components": contract["components"],
    }

    Draft202012Validator(schema).validate(body)
    assert body["thresholds"]["clarity"][0]["new"] == 2.7


@pytest.mark.parametrize(
    ("path", "kind", "detail"),
    [
        ("/v1/models/high-2/thresholds?from=low-1", "not-found", "GET /v1/models"),
        ("/v1/models/nope/thresholds?from=low-1", "not-found", "GET /v1/models"),
        ("/v1/models/low-1/thresholds", "bad-request", "?from=high-2"),
        ("/v1/models/low-1/thresholds?from=../high-2", "bad-request", "?from=high-2"),
    ],
)
def test_a_table_that_is_not_there_is_a_problem(
    client: FlaskClient, path: str, kind: str, detail: str
) -> None:
    response: Any = client.get(path)

    assert response.json["type"] == f"urn:tonfall:problem:{kind}"
    assert detail in response.json["detail"]


def test_the_versions_need_a_key_once_one_exists(client: FlaskClient, tmp_path: Path) -> None:
    keys = KeyRepository(tmp_path / "keys.json")
    keys.create("metrics only", scopes=(), now=datetime.now(UTC))

    assert client.get("/v1/models").status_code == 401
    assert client.get("/v1/models/low-1/thresholds?from=high-2").status_code == 401


def test_readiness_tells_of_a_promotion_that_was_not_taken(
    client: FlaskClient, store: Path
) -> None:
    (store / POINTER).write_text("{", "utf-8")
    registry = client.application.extensions["registry"]
    registry.refresh()
    body: Any = client.get("/health/ready").json

    assert body == {
        "status": "ready",
        "model_version": "low-1",
        "problem": "the store's current version cannot be read",
    }


@pytest.mark.parametrize("damaged", [HISTORY, f"{THRESHOLDS}/high-2--low-1.json"])
def test_a_damaged_store_is_a_problem_and_scoring_goes_on(
    client: FlaskClient, store: Path, damaged: str
) -> None:
    (store / damaged).write_text("{", "utf-8")
    responses: list[Any] = [
        client.get("/v1/models"),
        client.get("/v1/models/low-1/thresholds?from=high-2"),
    ]

    assert sorted(r.status_code for r in responses) == [200, 500]
    assert client.post("/v1/score", json={"reply": "Hej!"}).status_code == 200


def test_metrics_name_the_version_that_was_promoted(client: FlaskClient, store: Path) -> None:
    point_to(store, "high-2")
    extensions = client.application.extensions
    extensions["registry"].refresh()
    extensions["metrics"].show_model(extensions["registry"].current.version)
    text = client.get("/metrics").text

    assert 'tonfall_model{version="high-2"} 1.0' in text
    assert "low-1" not in text
