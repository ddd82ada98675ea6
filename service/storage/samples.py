"""What estimates stand on: scored replies, draws, reviews and skips, without any text."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy import ColumnElement, and_, exists, false, or_, select

from model import Dimension
from service.candidates import Candidates, Column, Facet, Period
from service.plan import Arm
from service.reviews import Review, Sample, Skip, SkipReason
from service.sampling import Draw
from service.storage.database import Database
from service.storage.plans import PlanRepository, Scope, StoredPlan, Teams, among, in_scope
from service.storage.tables import ReplyRow, ReplyTextRow
from service.storage.workbench_tables import DisputeRow, DrawRow, ReviewRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Covered:
    """A sample, and the part of all replies of the period that its plans cover."""

    sample: Sample
    replies: int
    plans: tuple[StoredPlan, ...]


class SampleRepository:
    """Samples from the database. Ratings are the blind ones: what came after the score was seen
    cannot say how good the score is.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def candidates(self, period: Period, scope: Scope) -> Candidates:
        """Every reply of a period that a plan could draw: those whose text is still there."""
        for_training = (
            exists()
            .where(ReplyTextRow.reply == ReplyRow.id, ReplyTextRow.purpose == "training")
            .correlate(ReplyRow)
        )
        drawable = and_(_within(period), in_scope(scope), ReplyRow.erased_at.is_(None))
        return self._candidates(drawable, for_training)

    def covered(self, period: Period, teams: Teams) -> Covered:
        """The sample of a period: what the plans of these teams, and of all teams, drew."""
        plans = [
            p
            for p in PlanRepository(self._database).all(None)
            if p.plan.period.start < period.end
            and period.start < p.plan.period.end
            and p.plan.share(Arm.ACTIVE) < 1  # for training alone: it speaks for no reply
        ]
        seen = and_(_within(period), among(ReplyRow.team, teams))
        reached = or_(false(), *(and_(_within(p.plan.period), in_scope(p.scope)) for p in plans))
        sample = Sample(
            candidates=self._candidates(and_(seen, reached)),
            draws=self._draws(seen),
            reviews=self._reviews(and_(seen, DrawRow.arm != Arm.ACTIVE)),
            skips=self._skips(seen),
        )
        with self._database.reading() as db:
            replies = len(db.scalars(select(ReplyRow.id).where(seen)).all())
        return Covered(sample=sample, replies=replies, plans=tuple(plans))

    def of_plan(self, plan_id: str, teams: Teams) -> list[Review]:
        """Every blind review of what a plan drew for calibration."""
        drawn = and_(
            DrawRow.plan == plan_id,
            DrawRow.arm == Arm.CALIBRATION,
            among(ReplyRow.team, teams),
        )
        return self._reviews(drawn)

    def _candidates(
        self, condition: ColumnElement[bool], for_training: ColumnElement[bool] | None = None
    ) -> Candidates:
        disputed = (
            exists()
            .where(
                ReviewRow.reply == ReplyRow.id,
                DisputeRow.review == ReviewRow.id,
                DisputeRow.state == "open",
            )
            .correlate(ReplyRow)
        )
        columns = (
            ReplyRow.id,
            *(getattr(ReplyRow, f) for f in Facet),
            *(getattr(ReplyRow, d) for d in Dimension),
            ReplyRow.risk,
            ReplyRow.model_version,
            ReplyRow.sent_at,
            disputed,
            false() if for_training is None else for_training,
        )
        with self._database.reading() as db:
            rows = db.execute(select(*columns).where(condition)).all()
        return _columns(rows)

    def _draws(self, seen: ColumnElement[bool]) -> list[Draw]:
        query = select(DrawRow).join(ReplyRow, DrawRow.reply == ReplyRow.id).where(seen)
        with self._database.reading() as db:
            return [
                Draw(
                    reply=row.reply,
                    arm=Arm(row.arm),
                    stratum=tuple(row.stratum),
                    inclusion_probability=row.inclusion_probability,
                    model_version=row.model_version,
                    position=row.position,
                )
                for row in db.scalars(query)
            ]

    def _reviews(self, seen: ColumnElement[bool]) -> list[Review]:
        query = (
            select(ReviewRow)
            .join(ReplyRow, ReviewRow.reply == ReplyRow.id)
            .join(DrawRow, ReviewRow.draw == DrawRow.id)
            .where(seen)
        )
        with self._database.reading() as db:
            return [
                Review(
                    reply=row.reply,
                    reviewer=row.reviewer,
                    ratings={d: getattr(row, d) for d in Dimension},
                    at=row.created_at,
                )
                for row in db.scalars(query)
            ]

    def _skips(self, seen: ColumnElement[bool]) -> list[Skip]:
        query = (
            select(DrawRow)
            .join(ReplyRow, DrawRow.reply == ReplyRow.id)
            .where(seen, DrawRow.state == "skipped")
        )
        with self._database.reading() as db:
            return [
                Skip(
                    reply=row.reply,
                    reviewer=row.closed_by or "",
                    reason=SkipReason(row.skip_reason or "other"),
                    at=row.closed_at,  # type: ignore[arg-type]
                )
                for row in db.scalars(query)
            ]


def _within(period: Period) -> ColumnElement[bool]:
    return and_(ReplyRow.sent_at >= period.start, ReplyRow.sent_at < period.end)


def _columns(rows: Sequence[Sequence[object]]) -> Candidates:
    given = list(zip(*rows, strict=True)) or [()] * (6 + len(Facet) + len(Dimension))
    names, facets = np.array(given[0], dtype=object), dict(zip(Facet, given[1:], strict=False))
    first = 1 + len(Facet)
    scores = dict(zip(Dimension, given[first:], strict=False))
    risk, version, sent_at, disputed, for_training = given[first + len(Dimension) :]
    return Candidates(
        reply=names,
        facets={f: Column.of(map(str, values)) for f, values in facets.items()},
        scores={d: np.array(values, dtype=np.float64) for d, values in scores.items()},
        risk=np.array(risk, dtype=np.float64),
        model_version=Column.of(map(str, version)),
        sent_at=np.array([t.replace(tzinfo=None) for t in sent_at], dtype="datetime64[us]"),
        is_disputed=np.array(disputed, dtype=np.bool_),
        is_for_training=np.array(for_training, dtype=np.bool_),
    )
