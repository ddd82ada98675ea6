"""A million replies in some thousand rows: summed up by the database, as figures need them."""

from collections.abc import Mapping, Sequence
from itertools import groupby

import numpy as np
from sqlalchemy import ColumnElement, and_, false, func, or_, select
from sqlalchemy.orm import Session

from model import Dimension
from model.rubric import HIGHEST, LOWEST
from service.candidates import Candidates, Column, Facet, Period
from service.storage.database import Database
from service.storage.plans import Scope, StoredPlan, in_scope
from service.storage.tables import ReplyRow
from service.storage.workbench_tables import DrawRow

Part = tuple[Period, ColumnElement[bool]]
"""A part of a period, and the condition on the replies that count for it."""
Row = Sequence[object]
"""Reply, how many it stands for, time, facets, scores."""


def reached(plans: Sequence[StoredPlan], period: Period) -> ColumnElement[bool]:
    """The condition that a reply of the period could be drawn by one of the plans."""
    conditions = []
    for scope, spans in _spans(plans).items():
        for span in spans:
            start, end = max(span.start, period.start), min(span.end, period.end)
            if start < end:
                is_sent = and_(ReplyRow.sent_at >= start, ReplyRow.sent_at < end)
                conditions.append(and_(is_sent, in_scope(scope)))
    return or_(false(), *conditions)


def totals(
    database: Database,
    parts: Sequence[Part],
    drawn: ColumnElement[bool],
    facets: Sequence[Facet],
) -> Candidates:
    """The replies of each part by these facets, and the drawn replies one by one; a row tells no
    risk, and not whether it is for training.
    """
    rows = list[Row]()
    with database.reading() as db:
        for period, condition in parts:
            rows += _summed(db, period, condition, facets)
        rows += _single(db, drawn, facets)
    given = list(zip(*rows, strict=True)) or [()] * (3 + len(facets) + len(Dimension))
    reply, count, sent_at, *others = given
    scores = np.array(others[len(facets) :], dtype=np.float64)
    nothing = np.zeros(len(rows))
    return Candidates(
        reply=np.array(reply, dtype=object),
        facets={f: Column.of(map(str, others[i])) for i, f in enumerate(facets)},
        scores=dict(zip(Dimension, np.clip(scores, LOWEST, HIGHEST), strict=True)),
        risk=nothing,
        model_version=Column.of([""] * len(rows)),
        sent_at=np.array([t.replace(tzinfo=None) for t in sent_at], dtype="datetime64[us]"),
        is_disputed=nothing.astype(np.bool_),
        is_for_training=nothing.astype(np.bool_),
        count=np.array(count, dtype=np.float64),
    )


def _summed(
    db: Session, period: Period, condition: ColumnElement[bool], facets: Sequence[Facet]
) -> list[Row]:
    """Replies by facets, with their number and mean scores, as if sent when the period began."""
    groups = [getattr(ReplyRow, f) for f in facets]
    means = [func.avg(getattr(ReplyRow, d)) for d in Dimension]
    query = select(func.count(), *groups, *means).where(condition).group_by(*groups)
    return [("", number, period.start, *rest) for number, *rest in db.execute(query)]


def _single(db: Session, drawn: ColumnElement[bool], facets: Sequence[Facet]) -> list[Row]:
    query = (
        select(
            ReplyRow.id,
            ReplyRow.sent_at,
            *(getattr(ReplyRow, f) for f in facets),
            *(getattr(ReplyRow, d) for d in Dimension),
        )
        .join(DrawRow, DrawRow.reply == ReplyRow.id)
        .where(drawn)
        .distinct()
    )
    return [(reply, 0, *rest) for reply, *rest in db.execute(query)]


def _spans(plans: Sequence[StoredPlan]) -> Mapping[Scope, Sequence[Period]]:
    """What the plans cover, by scope; periods without a gap between them are one."""
    by_scope = sorted(plans, key=lambda p: (repr(p.scope), p.plan.period.start))
    found = dict[Scope, list[Period]]()
    for scope, group in groupby(by_scope, key=lambda p: p.scope):
        spans = found[scope] = list[Period]()
        for plan in group:
            period = plan.plan.period
            if spans and period.start <= spans[-1].end:
                end = max(spans[-1].end, period.end)
                spans[-1] = Period(start=spans[-1].start, end=end)
            else:
                spans.append(period)
    return found
