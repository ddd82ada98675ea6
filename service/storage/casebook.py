"""What a report tells of single reviews: counted in the database, and only the shown ones read."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, and_, case, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from model import Behavior, Dimension
from model.rubric import POOR
from service.candidates import Period
from service.storage.cases import Case, CaseRepository, readable
from service.storage.database import Database
from service.storage.tables import ReplyRow
from service.storage.users import User
from service.storage.workbench_tables import DrawRow, ReviewBehaviorRow, ReviewRow

_RATERS = 6
"""The most reviews of one reply, which is shown once."""
_GOOD = 4
"""The rating that all dimensions of a good example have at least, and one exceeds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Casebook:
    """The reviews of a period: how many, what reviewers found in them, and examples.

    `behaviors`: in how many poor reviews a behavior was tagged, and in how many others; those of
    most poor reviews first. `apart`: where blind ratings and scores differ most.
    """

    reviews: int
    poor_reviews: int
    behaviors: Sequence[tuple[Behavior, int, int]]
    poor: Sequence[Case]
    coaching: Sequence[Case]
    good: Sequence[Case]
    apart: Sequence[Case]


def casebook(
    database: Database, viewer: User, period: Period, team: str | None, *, limit: int
) -> Casebook:
    """The casebook of one team, or of all that the viewer sees, with `limit` examples of each."""
    seen = readable(viewer, period, team)
    cases = CaseRepository(database)
    with database.reading() as db:
        found = _reviews(ReviewRow.id, _IS_POOR.label("is_poor")).where(seen).cte()
        reviews, poor_reviews = db.execute(
            select(func.count(), func.count().filter(found.c.is_poor)).select_from(found)
        ).one()
        tagged = db.execute(
            select(ReviewBehaviorRow.tag, found.c.is_poor, func.count(found.c.id.distinct()))
            .join(found, ReviewBehaviorRow.review == found.c.id)
            .group_by(ReviewBehaviorRow.tag, found.c.is_poor)
        )
        counts = {(tag, bool(is_poor)): number for tag, is_poor, number in tagged}
    both = [(b, counts.get((b, True), 0), counts.get((b, False), 0)) for b in Behavior]

    def shown(*wanted: SQLColumnExpression[bool], by: SQLColumnExpression[Any]) -> list[Case]:
        return _one_each(cases.first(seen, *wanted, by=by, limit=_RATERS * limit))[:limit]

    return Casebook(
        reviews=reviews,
        poor_reviews=poor_reviews,
        behaviors=sorted((row for row in both if row[1] or row[2]), key=lambda row: -row[1]),
        poor=shown(_IS_POOR, by=ReplyRow.sent_at),
        coaching=shown(ReviewRow.is_for_coaching, by=ReplyRow.sent_at),
        good=shown(_IS_GOOD, by=ReplyRow.sent_at),
        apart=shown(by=_GAP),
    )


def _one_each(cases: Iterable[Case]) -> list[Case]:
    """One review of each reply, with a comment if there is one: what several rated for calibration
    is read once.
    """
    found: dict[str, Case] = {}
    for each in cases:
        other = found.get(each.review.reply)
        if other is None or (each.review.comment and not other.review.comment):
            found[each.review.reply] = each
    return list(found.values())


def _reviews(*columns: Any) -> Select[Any]:
    return (
        select(*columns)
        .select_from(DrawRow)
        .join(ReviewRow, ReviewRow.draw == DrawRow.id)
        .join(ReplyRow, DrawRow.reply == ReplyRow.id)
    )


def _holds(dimension: Dimension) -> ColumnElement[int]:
    """The rating that holds now: the revised one, if there is one."""
    revised: InstrumentedAttribute[int] = getattr(ReviewRow, f"revised_{dimension}")
    return func.coalesce(revised, getattr(ReviewRow, dimension))


_IS_POOR = or_(*(_holds(d) <= POOR for d in Dimension))
_IS_GOOD = and_(
    *(_holds(d) >= _GOOD for d in Dimension), or_(*(_holds(d) > _GOOD for d in Dimension))
)


def _gap(dimension: Dimension) -> ColumnElement[float]:
    """How far the blind rating lies from the score."""
    return func.abs(getattr(ReviewRow, dimension) - getattr(ReplyRow, dimension))


def _greatest(one: ColumnElement[float], other: ColumnElement[float]) -> ColumnElement[float]:
    return case((one > other, one), else_=other)


_GAP = reduce(_greatest, map(_gap, Dimension))
