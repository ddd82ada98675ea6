"""What the drift alarm stands on, by model version, and the alarms it raised."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from sqlalchemy import Select, func, select
from sqlalchemy.exc import IntegrityError

from model import Dimension
from service.candidates import Floats
from service.plan import Arm
from service.storage.database import Database
from service.storage.deliveries import emit
from service.storage.plans import PlanRepository
from service.storage.tables import ReplyRow
from service.storage.totals import reached, spans
from service.storage.workbench_tables import DrawRow, DriftAlarmRow, ReviewRow
from service.webhooks.notices import Event


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Residuals:
    """Rating - score of the replies that one version scored, in the order of their first review,
    with the weights that undo the draw.
    """

    by_dimension: dict[Dimension, Floats]
    weights: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """A version that left the reviewers, and the interval of its mean residual."""

    model_version: str
    dimension: Dimension
    raised_at: datetime
    reviews: int
    low: float
    high: float


class DriftRepository:
    """Residuals and alarms in the database; no text is read."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def versions(self, *, since: datetime | None) -> list[str]:
        """Versions whose replies were reviewed since then, or ever."""
        query = select(DrawRow.model_version).distinct().join(ReviewRow)
        if since is not None:
            query = query.where(ReviewRow.created_at > since)
        with self._database.reading() as db:
            return sorted(db.scalars(query))

    def residuals(self, version: str) -> Residuals:
        """All residuals of a version; what was drawn for training is left out."""
        reached = self._reached(version)
        drawn = select(func.count()).select_from(_drawn(version).subquery())
        reviewed = (
            _drawn(version)
            .join(ReviewRow, ReviewRow.draw == DrawRow.id)
            .add_columns(ReviewRow)
            .order_by(ReviewRow.created_at)
        )
        with self._database.reading() as db:
            mean = (db.scalar(drawn) or 0) / (db.scalar(reached) or 1)
            first: dict[str, Any] = {}  # a later rating must not change the past
            for row in db.execute(reviewed):
                first.setdefault(row[0].reply, row)
        rows = list(first.values())
        return Residuals(
            by_dimension={
                d: np.array([getattr(review, d) - getattr(reply, d) for _, reply, review in rows])
                for d in Dimension
            },
            weights=np.array([mean / draw.inclusion_probability for draw, _, _ in rows]),
        )

    def keep(self, alarm: Alarm) -> bool:
        """Keep an alarm and tell it, once; False where it was raised before."""
        row = DriftAlarmRow(**{name: getattr(alarm, name) for name in Alarm.__slots__})
        ids = {"model_version": alarm.model_version, "dimension": alarm.dimension.value}
        try:
            with self._database.writing() as db:
                if db.get(DriftAlarmRow, (alarm.model_version, alarm.dimension)):
                    return False
                db.add(row)
                emit(db, Event.DRIFT_ALARM, [ids], at=alarm.raised_at)
        except IntegrityError:  # another worker raised it meanwhile
            return False
        return True

    def _reached(self, version: str) -> Select[int]:
        """How many replies of a version the plans could draw."""
        plans = PlanRepository(self._database).all(None)
        ours = ReplyRow.model_version == version
        estimating = [p for p in plans if p.plan.share(Arm.ACTIVE) < 1]  # as SampleRepository does
        return select(func.count()).where(ours, reached(spans(estimating)))


def _drawn(version: str) -> Select[DrawRow, ReplyRow]:
    return (
        select(DrawRow, ReplyRow)
        .join(ReplyRow, DrawRow.reply == ReplyRow.id)
        .where(ReplyRow.model_version == version, DrawRow.arm != Arm.ACTIVE)
    )
