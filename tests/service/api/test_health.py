from flask import Flask
from flask.testing import FlaskClient

from tests.fakes import FakeScorer


def test_live_and_ready_after_the_warm_up_score(client: FlaskClient, scorer: FakeScorer) -> None:
    assert len(scorer.asked) == 1
    assert client.get("/health/live").json == {"status": "live"}
    assert client.get("/health/ready").json == {"status": "ready", "model_version": "fake-1"}


def test_not_ready_before_it(app: Flask) -> None:
    app.extensions["warmed_up"].clear()
    response = app.test_client().get("/health/ready")

    assert response.status_code == 503
    assert response.headers["Retry-After"] == "1"
    assert response.json is not None
    assert response.json["type"] == "urn:tonfall:problem:not-ready"


def test_metrics_count_requests_by_route_and_status(client: FlaskClient) -> None:
    client.post("/v1/score", json={"reply": "Hej"})
    client.post("/v1/score", json={})
    client.get("/somewhere/secret")
    text = client.get("/metrics").text

    assert 'tonfall_request_seconds_count{method="POST",route="/v1/score",status="200"} 1.0' in text
    assert 'tonfall_request_seconds_count{method="POST",route="/v1/score",status="422"} 1.0' in text
    assert "secret" not in text
    assert 'tonfall_model{version="fake-1"} 1.0' in text
