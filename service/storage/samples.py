"""What estimates stand on: scored replies, draws, reviews and skips, without any text."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray
from sqlalchemy import ColumnElement, String, and_, exists, func, select, type_coerce

from model import Dimension
from service.candidates import Candidates, Column, Facet, Period
from service.plan import Arm
from service.reviews import Review, Sample, Skip, SkipReason
from service.sampling import Draw
from service.storage.database import Database
from service.storage.plans import PlanRepository, Scope, StoredPlan, Teams, among, in_scope
from service.storage.tables import ReplyRow, ReplyTextRow
from service.storage.totals import reached, totals
from service.storage.workbench_tables import DisputeRow, DrawRow, ReviewRow

_AT_ONCE = 20_000


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
        return self._candidates(
            and_(_within(period), in_scope(scope), ReplyRow.erased_at.is_(None))
        )

    def covered(
        self,
        period: Period,
        teams: Teams,
        *,
        parts: Sequence[Period] = (),
        by: Collection[Facet] = tuple(Facet),
    ) -> Covered:
        """The sample of a period: what the plans of these teams, and of all teams, drew.

        Figures can be given for the whole and for each of the `parts` that it is cut into, by agent
        and the facets named. The replies come summed up by the database, but for the drawn ones.
        """
        plans = [
            p
            for p in PlanRepository(self._database).all(None)
            if p.plan.period.start < period.end
            and period.start < p.plan.period.end
            and p.plan.share(Arm.ACTIVE) < 1  # for training alone: it speaks for no reply
        ]
        seen = and_(_within(period), among(ReplyRow.team, teams))
        drawn = and_(seen, DrawRow.plan.in_([p.id for p in plans]), DrawRow.arm != Arm.ACTIVE)
        facets = [f for f in Facet if f in {Facet.AGENT, *by}]
        sample = Sample(
            candidates=totals(
                self._database,
                [(part, and_(seen, reached(plans, part))) for part in parts or (period,)],
                drawn,
                facets,
            ),
            draws=self._draws(drawn),
            reviews=self._reviews(drawn),
            skips=self._skips(drawn),
        )
        with self._database.reading() as db:
            replies = db.scalar(select(func.count()).select_from(ReplyRow).where(seen)) or 0
        return Covered(sample=sample, replies=replies, plans=tuple(plans))

    def of_plan(self, plan_id: str, teams: Teams) -> list[Review]:
        """Every blind review of what a plan drew for calibration."""
        drawn = and_(
            DrawRow.plan == plan_id,
            DrawRow.arm == Arm.CALIBRATION,
            among(ReplyRow.team, teams),
        )
        return self._reviews(drawn)

    def _candidates(self, condition: ColumnElement[bool]) -> Candidates:
        disputed = (
            select(ReviewRow.reply)
            .join(DisputeRow, DisputeRow.review == ReviewRow.id)
            .where(DisputeRow.state == "open")
        )
        for_training = exists().where(
            ReplyTextRow.reply == ReplyRow.id, ReplyTextRow.purpose == "training"
        )
        columns = (
            ReplyRow.id,
            *(getattr(ReplyRow, f) for f in Facet),
            *(getattr(ReplyRow, d) for d in Dimension),
            ReplyRow.risk,
            ReplyRow.model_version,
            type_coerce(ReplyRow.sent_at, String),  # SQLite's text is not made a datetime first
            ReplyRow.id.in_(disputed),
            for_training,
        )
        query = select(*columns).where(condition).execution_options(yield_per=_AT_ONCE)
        with self._database.reading() as db:
            found = db.connection().execute(query)  # rows, without the session between
            blocks = [_block(rows) for rows in found.partitions()] or [_block(())]
        return _joined([np.concatenate(parts) for parts in zip(*blocks, strict=True)])

    def _draws(self, drawn: ColumnElement[bool]) -> list[Draw]:
        columns = (
            DrawRow.reply,
            DrawRow.arm,
            DrawRow.stratum,
            DrawRow.inclusion_probability,
            DrawRow.model_version,
            DrawRow.position,
        )
        query = select(*columns).join(ReplyRow, DrawRow.reply == ReplyRow.id).where(drawn)
        with self._database.reading() as db:
            return [
                Draw(
                    reply=reply,
                    arm=Arm(arm),
                    stratum=tuple(stratum),
                    inclusion_probability=probability,
                    model_version=version,
                    position=position,
                )
                for reply, arm, stratum, probability, version, position in db.execute(query)
            ]

    def _reviews(self, drawn: ColumnElement[bool]) -> list[Review]:
        columns = (
            ReviewRow.reply,
            ReviewRow.reviewer,
            ReviewRow.created_at,
            *(getattr(ReviewRow, d) for d in Dimension),
        )
        query = (
            select(*columns)
            .join(DrawRow, ReviewRow.draw == DrawRow.id)
            .join(ReplyRow, DrawRow.reply == ReplyRow.id)
            .where(drawn)
        )
        with self._database.reading() as db:
            return [
                Review(
                    reply=reply,
                    reviewer=reviewer,
                    ratings=dict(zip(Dimension, given, strict=True)),
                    at=at,
                )
                for reply, reviewer, at, *given in db.execute(query)
            ]

    def _skips(self, drawn: ColumnElement[bool]) -> list[Skip]:
        query = (
            select(DrawRow)
            .join(ReplyRow, DrawRow.reply == ReplyRow.id)
            .where(drawn, DrawRow.state == "skipped")
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


_KINDS: Sequence[DTypeLike] = (
    object,  # id
    *([object] * len(Facet)),
    *([np.float64] * len(Dimension)),
    np.float64,  # risk
    object,  # version
    "datetime64[us]",
    np.bool_,  # disputed
    np.bool_,  # for training
)
_SENT_AT = _KINDS.index("datetime64[us]")


def _block(rows: Sequence[Sequence[Any]]) -> list[NDArray[Any]]:
    """Some rows as columns: small, before the next rows are read."""
    columns = list(zip(*rows, strict=True)) or [()] * len(_KINDS)
    names: dict[str, str] = {}  # few names, many rows: each is kept once
    kept: list[Sequence[Any]] = [
        [names.setdefault(v, v) for v in column] if kind is object and number else column
        for number, (column, kind) in enumerate(zip(columns, _KINDS, strict=True))
    ]
    kept[_SENT_AT] = [_utc(t) for t in kept[_SENT_AT]]
    return [np.array(column, dtype=kind) for column, kind in zip(kept, _KINDS, strict=True)]


def _utc(at: str | datetime) -> str | datetime:
    return at.astimezone(UTC).replace(tzinfo=None) if isinstance(at, datetime) else at


def _joined(columns: Sequence[NDArray[Any]]) -> Candidates:
    first = 1 + len(Facet)
    facets, scores = columns[1:first], columns[first : first + len(Dimension)]
    risk, version, sent_at, disputed, for_training = columns[first + len(Dimension) :]
    return Candidates(
        reply=columns[0],
        facets={f: Column.of(values) for f, values in zip(Facet, facets, strict=True)},
        scores=dict(zip(Dimension, scores, strict=True)),
        risk=risk,
        model_version=Column.of(version),
        sent_at=sent_at,
        is_disputed=disputed,
        is_for_training=for_training,
        count=np.ones(len(risk)),
    )
