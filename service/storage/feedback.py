"""What writers made of scores and advice."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import select

from model import Dimension
from service.storage.database import Database
from service.storage.tables import FeedbackRow

About = Literal["score", "advice"]
Verdict = Literal["accepted", "dismissed", "contested"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """A writer's verdict on one dimension of a score, or on an advice by its rule; never text."""

    score_id: str
    model_version: str
    about: About
    verdict: Verdict
    dimension: Dimension | None = None
    rule: str | None = None
    suggested_rating: int | None = None
    writer: str | None = None

    def __post_init__(self) -> None:
        named = {"score": self.dimension, "advice": self.rule}[self.about]
        if named is None:
            raise ValueError("feedback on a score needs its dimension, on an advice its rule")


class FeedbackRepository:
    """Feedback in the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, feedback: Feedback, *, caller: str, now: datetime) -> str:
        """Keep one and return its id; `caller` is the API key that brought it."""
        row = FeedbackRow(
            id=str(uuid.uuid4()),
            created_at=now,
            caller=caller,
            **{name: getattr(feedback, name) for name in Feedback.__slots__},
        )
        with self._database.writing() as db:
            db.add(row)
            return row.id

    def on_score(self, score_id: str) -> list[Feedback]:
        """All that was said of one score and its advice, oldest first."""
        query = (
            select(FeedbackRow)
            .where(FeedbackRow.score_id == score_id)
            .order_by(FeedbackRow.created_at, FeedbackRow.id)
        )
        with self._database.reading() as db:
            return [_feedback(row) for row in db.scalars(query)]


def _feedback(row: FeedbackRow) -> Feedback:
    values = {name: getattr(row, name) for name in Feedback.__slots__}
    dimension = values["dimension"]
    return Feedback(**values | {"dimension": Dimension(dimension) if dimension else None})
