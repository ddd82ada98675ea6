"""What plans drew and what came of it, read in columns, as figures need it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from model import Dimension
from service.candidates import Bools, Codes, Facet, Floats
from service.plan import Arm
from service.reviews import DRAWN_TWICE, Outcomes
from service.storage.base import utc_text
from service.storage.tables import ReplyRow
from service.storage.workbench_tables import DrawRow, ReviewRow


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Drawn:
    """Draws and their replies; `row` is reply, 0, time, facets, scores, as in `totals`.

    `review` is the draw of each review, as a place among the draws, and `ratings` what it gave.
    """

    rows: Sequence[Sequence[object]]
    probability: Floats
    is_skipped: Bools
    review: Codes
    ratings: dict[Dimension, Floats]

    def outcomes(self, size: int) -> Outcomes:
        """What came of so many candidates, of which the drawn ones are the last."""
        first = size - len(self.rows)
        before = np.full(first, np.nan)
        count = np.bincount(self.review, minlength=len(self.rows))
        with np.errstate(invalid="ignore"):  # no review: no rating
            means = {
                d: np.bincount(self.review, given, len(self.rows)) / count
                for d, given in self.ratings.items()
            }
        return Outcomes(
            probability=np.append(before, self.probability),
            ratings={d: np.append(before, mean) for d, mean in means.items()},
            is_skipped=np.append(np.zeros(first, dtype=np.bool_), self.is_skipped),
        )


def read_drawn(
    db: Session,
    plans: Sequence[str],
    seen: ColumnElement[bool],
    facets: Sequence[Facet],
) -> Drawn:
    """What these plans drew of the replies that are seen, but for training."""
    ours = and_(DrawRow.plan.in_(plans), DrawRow.arm != Arm.ACTIVE)
    columns = (
        DrawRow.id,
        DrawRow.inclusion_probability,
        DrawRow.state,
        ReplyRow.id,
        utc_text(ReplyRow.sent_at),
        *(getattr(ReplyRow, f) for f in facets),
        *(getattr(ReplyRow, d) for d in Dimension),
    )
    drawn = select(*columns).join(ReplyRow, DrawRow.reply == ReplyRow.id).where(ours, seen)
    given = (ReviewRow.draw, *(getattr(ReviewRow, d) for d in Dimension))
    found = db.execute(drawn).all()
    place = {draw: i for i, (draw, *_) in enumerate(found)}
    reviews = db.execute(select(*given).join(DrawRow, ReviewRow.draw == DrawRow.id).where(ours))
    rated = [(place[draw], *ratings) for draw, *ratings in reviews if draw in place]
    review, *ratings = list(zip(*rated, strict=True)) or [()] * len(given)
    if len({reply for _, _, _, reply, *_ in found}) < len(found):
        raise ValueError(DRAWN_TWICE)
    return Drawn(
        rows=[(reply, 0, *rest) for _, _, _, reply, *rest in found],
        probability=np.array([chance for _, chance, *_ in found], dtype=np.float64),
        is_skipped=np.array([state == "skipped" for _, _, state, *_ in found], dtype=np.bool_),
        review=np.array(review, dtype=np.intp),
        ratings={
            d: np.array(column, dtype=np.float64)
            for d, column in zip(Dimension, ratings, strict=True)
        },
    )
