from datetime import UTC, datetime

import pytest

from model import Dimension
from service.storage.database import Database
from service.storage.feedback import Feedback, FeedbackRepository

NOW = datetime(2026, 11, 22, tzinfo=UTC)
SCORE = Feedback(
    score_id="s1",
    model_version="m-1",
    about="score",
    verdict="contested",
    dimension=Dimension.EMPATHY,
    suggested_rating=4,
    writer="w-17",
)
ADVICE = Feedback(
    score_id="s1", model_version="m-1", about="advice", verdict="dismissed", rule="say-when"
)


def test_feedback_comes_back_by_score_oldest_first(database: Database) -> None:
    repository = FeedbackRepository(database)
    ids = {
        repository.add(SCORE, caller="k1", now=NOW),
        repository.add(ADVICE, caller="k1", now=NOW.replace(hour=1)),
    }

    assert len(ids) == 2
    assert repository.on_score("s1") == [SCORE, ADVICE]
    assert repository.on_score("s2") == []


def test_feedback_names_what_it_is_about() -> None:
    with pytest.raises(ValueError, match="on an advice its rule"):
        Feedback(score_id="s1", model_version="m-1", about="advice", verdict="accepted")
