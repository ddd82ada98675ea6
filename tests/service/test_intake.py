"""Which stored replies webhooks are told of."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from model import Assessment, Status
from service.intake import Intake
from service.sent_replies import reply_id
from service.storage.database import Database
from service.storage.deliveries import DeliveryRepository
from service.storage.endpoints import EndpointRepository
from service.storage.replies import ReplyRepository
from service.webhooks.notices import Event
from tests.builders import make_assessment, make_score, make_sent
from tests.fakes import FakeScorer

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


class RiskScorer(FakeScorer):
    """Gives each reply the risk that it states."""

    def score(self, replies: object) -> list[Assessment]:
        return [self._assess(r.text) for r in replies]  # type: ignore[attr-defined]

    def _assess(self, text: str) -> Assessment:
        risk, _, status = text.partition(" ")
        found = make_assessment(risk=float(risk))
        scores = {d: make_score(d, status=Status(status or "ok")) for d in found.scores}
        return Assessment(
            language=found.language,
            empathy_need=found.empathy_need,
            scores=scores,
            risk=found.risk,
            sentences=(),
        )


@pytest.fixture
def database(tmp_path: Path) -> Database:
    database = Database(f"sqlite:///{tmp_path / 'tonfall.db'}")
    EndpointRepository(database).add("https://hook.example/", list(Event), actor="test", now=NOW)
    return database


def store(database: Database, *texts: str, sent_at: datetime = NOW) -> None:
    intake = Intake(
        ReplyRepository(database),
        retention_days=30,
        webhook_risk=0.4,
        redact=lambda text: text,
        now=lambda: NOW,
    )
    masked = [intake.mask(make_sent(text, text=text, sent_at=sent_at)) for text in texts]
    intake.store(intake.prepare(masked, RiskScorer()))


def told(database: Database) -> list[dict[str, object]]:
    deliveries, found = DeliveryRepository(database), []
    while claim := deliveries.claim(now=NOW):
        found.append(json.loads(claim.payload))
    return found


def test_a_reply_at_risk_is_told_by_our_id_once(database: Database) -> None:
    store(database, "0.39", "0.40")
    store(database, "0.40")

    assert told(database) == [
        {
            "type": "score.low",
            "timestamp": "2026-11-22T12:00:00Z",
            "data": {"reply": reply_id("0.40")},
        }
    ]


def test_where_the_language_is_none_of_ours_risk_says_nothing(database: Database) -> None:
    store(database, "0.9 unsupported_language", "0.8 uncertain")

    (only,) = told(database)
    assert only["data"] == {"reply": reply_id("0.8 uncertain")}


def test_history_that_is_imported_is_no_news(database: Database) -> None:
    store(database, "0.7", sent_at=NOW - timedelta(days=7, seconds=1))
    store(database, "0.8", sent_at=NOW - timedelta(days=7))

    (only,) = told(database)
    assert only["data"] == {"reply": reply_id("0.8")}
