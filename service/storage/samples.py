"""What estimates stand on: scored replies, draws, reviews and skips, without any text."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, and_, func, select

from model import Dimension
from service.candidates import Bools, Candidates, Codes, Column, Facet, Names, Period
from service.plan import Arm
from service.reviews import Later, ReadSample, Review, Sample, Skip, SkipReason
from service.sampling import Draw
from service.storage.base import utc_text
from service.storage.database import Database
from service.storage.drawn import read_drawn
from service.storage.plans import (
    PlanRepository,
    Scope,
    StoredPlan,
    Teams,
    among,
    drawn_of,
    in_scope,
)
from service.storage.tables import IS_FOR_TRAINING, ReplyRow, ReplyTextRow
from service.storage.totals import spans, totals
from service.storage.workbench_tables import DisputeRow, DrawRow, ReviewRow

_AT_ONCE = 500
"""Rows in memory as Python objects: so few that the garbage collector is never called for them."""


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
        columns = (
            ReplyRow.id,
            utc_text(ReplyRow.sent_at),
            *_NAMED,
            ReplyRow.risk,
            *(getattr(ReplyRow, d) for d in Dimension),
        )
        condition = and_(_within(period), in_scope(scope), ReplyRow.erased_at.is_(None))
        query = select(*columns).where(condition).execution_options(yield_per=_AT_ONCE)
        names = [_Numbers() for _ in _NAMED]
        with self._database.reading() as db:
            found = db.connection().execute(query)  # rows, without the session between
            blocks = [_block(rows, names) for rows in found.partitions()]
            disputed, for_training = set(db.scalars(_DISPUTED)), set(db.scalars(_FOR_TRAINING))
        return _joined(blocks or [_block((), names)], names, disputed, for_training)

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
        ours = drawn_of(period, teams)
        drawn = and_(ours, DrawRow.plan.in_([p.id for p in plans]), DrawRow.arm != Arm.ACTIVE)
        facets = [f for f in Facet if f in {Facet.AGENT, *by}]
        with self._database.reading() as db:
            found = read_drawn(db, [p.id for p in plans], ours, facets)
            replies = db.scalar(select(func.count()).select_from(ReplyRow).where(seen)) or 0
        candidates = totals(
            self._database, parts or (period,), spans(plans), teams, found.rows, facets
        )
        sample = ReadSample(
            candidates=candidates,
            draws=Later(lambda: self._draws(drawn)),
            reviews=Later(lambda: self._reviews(drawn)),
            skips=Later(lambda: self._skips(drawn)),
            read=found.outcomes(len(candidates)),
        )
        return Covered(sample=sample, replies=replies, plans=tuple(plans))

    def of_plan(self, plan_id: str, teams: Teams) -> list[Review]:
        """Every blind review of what a plan drew for calibration."""
        drawn = and_(
            DrawRow.plan == plan_id,
            DrawRow.arm == Arm.CALIBRATION,
            among(ReplyRow.team, teams),
        )
        return self._reviews(drawn)

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


_NAMED = (*(getattr(ReplyRow, f) for f in Facet), ReplyRow.model_version)
_COLUMNS = 2 + len(_NAMED) + 1 + len(Dimension)
_DISPUTED = (
    select(ReviewRow.reply)
    .join(DisputeRow, DisputeRow.review == ReviewRow.id)
    .where(DisputeRow.state == "open")
)
_FOR_TRAINING = select(ReplyTextRow.reply).where(IS_FOR_TRAINING)


def _within(period: Period) -> ColumnElement[bool]:
    return and_(ReplyRow.sent_at >= period.start, ReplyRow.sent_at < period.end)


class _Numbers(dict[str, int]):
    """Numbers names in the order they come."""

    def __missing__(self, name: str) -> int:
        self[name] = number = len(self)
        return number

    def column(self, codes: Codes) -> Column:
        """Rows that have names by these numbers."""
        names = sorted(self)
        place = np.argsort([self[name] for name in names])
        return Column(names=tuple(names), codes=place[codes])


def _block(rows: Sequence[Sequence[Any]], names: Sequence[_Numbers]) -> list[NDArray[Any]]:
    """Some rows as columns: small, before the next rows are read."""
    replies, sent_at, *others = list(zip(*rows, strict=True)) or [()] * _COLUMNS
    named, numbers = others[: len(names)], others[len(names) :]
    return [
        np.array(replies, dtype=object),
        np.array(sent_at, dtype="datetime64[us]"),
        *(
            np.fromiter(map(known.__getitem__, column), np.intp, len(rows))
            for known, column in zip(names, named, strict=True)
        ),
        *(np.array(column, dtype=np.float64) for column in numbers),
    ]


def _joined(
    blocks: Sequence[Sequence[NDArray[Any]]],
    names: Sequence[_Numbers],
    disputed: Collection[str],
    for_training: Collection[str],
) -> Candidates:
    columns = (np.concatenate(parts) for parts in zip(*blocks, strict=True))
    replies, sent_at, *others = columns
    *facets, version = map(_Numbers.column, names, others)
    risk, *scores = others[len(names) :]
    return Candidates(
        reply=replies,
        facets=dict(zip(Facet, facets, strict=True)),
        scores=dict(zip(Dimension, scores, strict=True)),
        risk=risk,
        model_version=version,
        sent_at=sent_at,
        is_disputed=_among(replies, disputed),
        is_for_training=_among(replies, for_training),
        count=np.ones(len(risk)),
    )


def _among(replies: Names, some: Collection[str]) -> Bools:
    return np.fromiter(map(some.__contains__, replies), np.bool_, len(replies))
