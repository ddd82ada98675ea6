"""What a report tells of single reviews: counted in the database, and only the shown ones read."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import attrgetter
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from model import Behavior, Dimension
from model.rubric import POOR
from service.candidates import Period
from service.storage.base import utc_text
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
    cases = CaseRepository(database)
    with database.reading() as db:
        found = db.execute(_reviews().where(readable(viewer, period, team))).all()
    poor, others = Counter[str](), Counter[str]()
    for row in found:
        (poor if row.is_poor else others).update(set((row.tags or "").split(",")))
    both = [(b, poor[b], others[b]) for b in Behavior]

    def shown(by: Callable[[Any], object], among: Iterable[Any]) -> list[Case]:
        first = sorted(among, key=lambda row: row.created_at)
        first.sort(key=by, reverse=True)  # type: ignore[arg-type]  # times, or numbers
        chosen = [row.id for row in first[: _RATERS * limit]]
        return _one_each(cases.chosen(viewer, chosen))[:limit]

    return Casebook(
        reviews=len(found),
        poor_reviews=sum(row.is_poor for row in found),
        behaviors=sorted((row for row in both if row[1] or row[2]), key=lambda row: -row[1]),
        poor=shown(_SENT_AT, (row for row in found if row.is_poor)),
        coaching=shown(_SENT_AT, (row for row in found if row.is_for_coaching)),
        good=shown(_SENT_AT, (row for row in found if row.is_good)),
        apart=shown(_GAP, found),
    )


_SENT_AT, _GAP = attrgetter("sent_at"), attrgetter("gap")


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


def _holds(dimension: Dimension) -> ColumnElement[int]:
    """The rating that holds now: the revised one, if there is one."""
    revised: InstrumentedAttribute[int] = getattr(ReviewRow, f"revised_{dimension}")
    return func.coalesce(revised, getattr(ReviewRow, dimension))


def _gap(dimension: Dimension) -> ColumnElement[float]:
    """How far the blind rating lies from the score."""
    return func.abs(getattr(ReviewRow, dimension) - getattr(ReplyRow, dimension))


def _greatest(one: ColumnElement[float], other: ColumnElement[float]) -> ColumnElement[float]:
    return case((one > other, one), else_=other)


def _reviews() -> Select[Any]:
    """What all reviews are counted and chosen by, read once."""
    is_poor = or_(*(_holds(d) <= POOR for d in Dimension))
    is_good = and_(
        *(_holds(d) >= _GOOD for d in Dimension), or_(*(_holds(d) > _GOOD for d in Dimension))
    )
    tags = select(func.aggregate_strings(ReviewBehaviorRow.tag, ","))
    return (
        select(
            ReviewRow.id,
            ReviewRow.is_for_coaching,
            utc_text(ReviewRow.created_at).label("created_at"),
            utc_text(ReplyRow.sent_at).label("sent_at"),
            is_poor.label("is_poor"),
            is_good.label("is_good"),
            reduce(_greatest, map(_gap, Dimension)).label("gap"),
            tags.where(ReviewBehaviorRow.review == ReviewRow.id).scalar_subquery().label("tags"),
        )
        .select_from(DrawRow)
        .join(ReviewRow, ReviewRow.draw == DrawRow.id)
        .join(ReplyRow, DrawRow.reply == ReplyRow.id)
    )
