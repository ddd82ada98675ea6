"""What a report tells of single reviews: counted in the database, and only the shown ones read."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from model import Behavior, Dimension
from model.rubric import POOR
from service.candidates import Period
from service.storage.cases import Case, CaseRepository, readable
from service.storage.database import Database
from service.storage.tables import ReplyRow
from service.storage.users import User
from service.storage.workbench_tables import DrawRow, ReviewBehaviorRow, ReviewRow

_GOOD = 4
"""The rating that all dimensions of a good example have at least, and one exceeds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Casebook:
    """The reviews of a period: how many, what reviewers found in them, and examples.

    `behaviors`: in how many poor reviews a behavior was tagged, and in how many others.
    """

    reviews: int
    behaviors: Sequence[tuple[Behavior, int, int]]
    poor: Sequence[Case]
    coaching: Sequence[Case]
    good: Sequence[Case]


def casebook(
    database: Database, viewer: User, period: Period, team: str | None, *, limit: int
) -> Casebook:
    """The casebook of one team, or of all that the viewer sees, with `limit` examples of each."""
    seen = readable(viewer, period, team)
    cases = CaseRepository(database)
    with database.reading() as db:
        found = _reviews(ReviewRow.id, _IS_POOR.label("is_poor")).where(seen).cte()
        reviews = db.scalar(select(func.count()).select_from(found))
        tagged = db.execute(
            select(ReviewBehaviorRow.tag, found.c.is_poor, func.count(found.c.id.distinct()))
            .join(found, ReviewBehaviorRow.review == found.c.id)
            .group_by(ReviewBehaviorRow.tag, found.c.is_poor)
        )
        counts = {(tag, bool(is_poor)): number for tag, is_poor, number in tagged}
    both = [(b, counts.get((b, True), 0), counts.get((b, False), 0)) for b in Behavior]
    return Casebook(
        reviews=reviews or 0,
        behaviors=[(b, poor, others) for b, poor, others in both if poor or others],
        poor=cases.first(seen, _IS_POOR, limit=limit),
        coaching=cases.first(seen, ReviewRow.is_for_coaching, limit=limit),
        good=cases.first(seen, _IS_GOOD, limit=limit),
    )


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
