"""A million replies in some thousand rows: summed up by the database, as figures need them."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC
from itertools import groupby

import numpy as np
from sqlalchemy import ColumnElement, and_, false, func, or_, select
from sqlalchemy.orm import Session

from model import Dimension
from model.rubric import HIGHEST, LOWEST
from service.candidates import Candidates, Column, Facet, Period
from service.storage.base import utc_text
from service.storage.database import Database
from service.storage.months import whole_months
from service.storage.plans import Scope, StoredPlan, Teams, among, in_scope
from service.storage.tables import ReplyMonthRow, ReplyRow

Spans = Mapping[Scope, Sequence[Period]]
"""What plans cover, by scope."""
Row = Sequence[object]
"""Reply, how many it stands for, time in UTC, facets, scores."""


def reached(spans: Spans) -> ColumnElement[bool]:
    """The condition that a reply could be drawn."""
    return or_(
        false(),
        *(
            and_(ReplyRow.sent_at >= span.start, ReplyRow.sent_at < span.end, in_scope(scope))
            for scope, periods in spans.items()
            for span in periods
        ),
    )


def spans(plans: Sequence[StoredPlan]) -> Spans:
    """What the plans cover; periods without a gap between them are one."""
    by_scope = sorted(plans, key=lambda p: (repr(p.scope), p.plan.period.start))
    found = dict[Scope, list[Period]]()
    for scope, group in groupby(by_scope, key=lambda p: p.scope):
        periods = found[scope] = list[Period]()
        for plan in group:
            period = plan.plan.period
            if periods and period.start <= periods[-1].end:
                end = max(periods[-1].end, period.end)
                periods[-1] = Period(start=periods[-1].start, end=end)
            else:
                periods.append(period)
    return found


def totals(
    database: Database,
    parts: Sequence[Period],
    covered: Spans,
    teams: Teams,
    drawn: Sequence[Row],
    facets: Sequence[Facet],
) -> Candidates:
    """The covered replies of these teams in each part of a period, by facets, and the drawn ones
    one by one; a row tells no risk, and not whether it is for training.

    What was summed up by month is read where a span covers all of a month or nothing.
    """
    whole = {part: [m for m in whole_months(part) if not _is_cut(m, covered)] for part in parts}
    months = [month for found in whole.values() for month in found]
    rows = list[Row]()
    with database.reading() as db:
        rows += _summed_before(db, months, covered, teams, facets)
        for part, found in whole.items():
            for rest in _without(part, found):
                rows += _summed(db, rest, covered, teams, facets)
    rows += drawn
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
        sent_at=np.array(sent_at, dtype="datetime64[us]"),
        is_disputed=nothing.astype(np.bool_),
        is_for_training=nothing.astype(np.bool_),
        count=np.array(count, dtype=np.float64),
    )


def _summed_before(
    db: Session, months: Sequence[Period], covered: Spans, teams: Teams, facets: Sequence[Facet]
) -> list[Row]:
    """Replies by month and facets, with their number and mean scores."""
    own = [
        and_(ReplyMonthRow.month.in_(starts), in_scope(scope, ReplyMonthRow))
        for scope, spans in covered.items()
        if (starts := [m.start for m in months if any(_meet(m, span) for span in spans)])
    ]
    groups = [getattr(ReplyMonthRow, f) for f in facets]
    month, number = ReplyMonthRow.month, func.sum(ReplyMonthRow.replies)
    query = (
        select(
            number,
            utc_text(month),
            *groups,
            *(func.sum(getattr(ReplyMonthRow, d)) / number for d in Dimension),
        )
        .where(among(ReplyMonthRow.team, teams), or_(false(), *own))
        .group_by(month, *groups)
    )
    return [("", *row) for row in db.execute(query)]


def _summed(
    db: Session, period: Period, covered: Spans, teams: Teams, facets: Sequence[Facet]
) -> list[Row]:
    """Replies by facets, with their number and mean scores, as if sent when the period began."""
    groups = [getattr(ReplyRow, f) for f in facets]
    means = [func.avg(getattr(ReplyRow, d)) for d in Dimension]
    query = (
        select(func.count(), *groups, *means)
        .where(among(ReplyRow.team, teams), reached(_clipped(covered, period)))
        .group_by(*groups)
    )
    start = period.start.astimezone(UTC).replace(tzinfo=None)
    return [("", number, start, *rest) for number, *rest in db.execute(query)]


def _clipped(covered: Spans, period: Period) -> Spans:
    """What they cover of a period."""
    return {
        scope: [
            Period(start=max(span.start, period.start), end=min(span.end, period.end))
            for span in periods
            if _meet(span, period)
        ]
        for scope, periods in covered.items()
    }


def _meet(one: Period, other: Period) -> bool:
    return one.start < other.end and other.start < one.end


def _is_cut(month: Period, covered: Spans) -> bool:
    """Whether a span begins or ends within the month."""
    return any(
        month.start < edge < month.end
        for spans in covered.values()
        for span in spans
        for edge in (span.start, span.end)
    )


def _without(part: Period, months: Sequence[Period]) -> Iterator[Period]:
    """What the months, in their order, leave of a part."""
    start = part.start
    for month in months:
        if start < month.start:
            yield Period(start=start, end=month.start)
        start = month.end
    if start < part.end:
        yield Period(start=start, end=part.end)
