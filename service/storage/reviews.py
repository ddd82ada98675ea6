"""Reviews: ratings given blind, what was seen afterwards, and what was made of it."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from model import Behavior, Dimension, Need
from model.rubric import RATINGS, RUBRIC_VERSION
from service.plan import Arm
from service.reviews import SkipReason
from service.sent_replies import StoredScore
from service.storage.database import Database
from service.storage.queue import Task
from service.storage.replies import ReplyRepository
from service.storage.users import User
from service.storage.workbench_tables import DrawRow, ReviewBehaviorRow, ReviewRow, UserRow

_AT_ONCE = 500


class BlindError(Exception):
    """Who has not rated a reply must not see what others or the scorer make of it."""


class ClosedError(Exception):
    """Somebody else rated or skipped the reply meanwhile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratings:
    """What one reviewer gives one reply."""

    need: Need
    dimensions: Mapping[Dimension, int]

    def __post_init__(self) -> None:
        if set(self.dimensions) != set(Dimension) or not set(self.dimensions.values()) <= set(
            RATINGS
        ):
            raise ValueError(f"each dimension needs a rating 1-5, got {dict(self.dimensions)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """A behavior that a reviewer found, in code points [start, stop) of the reply."""

    start: int
    stop: int
    behavior: Behavior


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptReview:
    """A review as it is kept: the blind ratings, and the revised ones if there are any."""

    id: str
    draw: str
    reply: str
    reviewer: str
    reviewer_name: str
    blind: Ratings
    revised: Ratings | None
    tags: tuple[Tag, ...]
    comment: str | None
    is_for_coaching: bool
    created_at: datetime

    @property
    def ratings(self) -> Ratings:
        """What holds now."""
        return self.revised or self.blind


@dataclass(frozen=True, slots=True, kw_only=True)
class Revealed:
    """What a reviewer sees after rating."""

    scores: Mapping[Dimension, StoredScore]
    need: Need
    model_version: str
    others: tuple[KeptReview, ...]


class ReviewRepository:
    """Reviews in the database. Scores and others' ratings come out of `reveal` alone."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def rate(
        self,
        task: Task,
        viewer: User,
        ratings: Ratings,
        *,
        tags: Sequence[Tag] = (),
        comment: str | None = None,
        is_for_coaching: bool = False,
        now: datetime,
    ) -> str:
        """Keep a blind review; ClosedError where the reply is no longer to be reviewed."""
        row = ReviewRow(
            id=str(uuid.uuid4()),
            draw=task.id,
            reply=task.reply,
            reviewer=viewer.id,
            rubric_version=RUBRIC_VERSION,
            need=ratings.need,
            comment=comment or None,
            is_for_coaching=is_for_coaching,
            created_at=now,
            **{d.value: rating for d, rating in ratings.dimensions.items()},
        )
        with self._database.writing() as db:
            draw = db.get_one(DrawRow, task.id)
            self._require_open(db, draw, viewer)
            if draw.state == "open":
                draw.state, draw.closed_by, draw.closed_at = "reviewed", viewer.id, now
            db.add(row)
            db.flush()
            db.add_all(
                ReviewBehaviorRow(review=row.id, start=t.start, stop=t.stop, tag=t.behavior)
                for t in tags
            )
            return row.id

    def skip(self, task: Task, viewer: User, reason: SkipReason, *, now: datetime) -> None:
        """Close a draw without a rating; it keeps its place in the sample."""
        with self._database.writing() as db:
            draw = db.get_one(DrawRow, task.id)
            self._require_open(db, draw, viewer)
            if draw.state == "reviewed":  # for calibration: the others' ratings stay
                raise ClosedError
            draw.state, draw.skip_reason = "skipped", reason
            draw.closed_by, draw.closed_at = viewer.id, now

    def mine(self, draw_id: str, viewer: User) -> KeptReview | None:
        """What this user made of it."""
        found = self._where(ReviewRow.draw == draw_id, ReviewRow.reviewer == viewer.id)
        return found[0] if found else None

    def find(self, review_id: str) -> KeptReview | None:
        """One review; who may see it is for the caller to ask."""
        found = self._where(ReviewRow.id == review_id)
        return found[0] if found else None

    def reveal(self, draw_id: str, viewer: User, *, now: datetime) -> Revealed:
        """The scores and the others' ratings; BlindError before this user has rated."""
        with self._database.writing() as db:
            mine = db.scalar(
                select(ReviewRow).where(ReviewRow.draw == draw_id, ReviewRow.reviewer == viewer.id)
            )
            if mine is None:
                raise BlindError
            mine.seen_score_at = mine.seen_score_at or now
            reply = ReplyRepository(self._database).get(mine.reply)
            assert reply is not None  # noqa: S101 - the review names it
            others = _kept(db, ReviewRow.draw == draw_id, ReviewRow.reviewer != viewer.id)
            return Revealed(
                scores=reply.scores,
                need=reply.empathy_need,
                model_version=reply.model_version,
                others=tuple(others),
            )

    def revise(self, review_id: str, ratings: Ratings, *, now: datetime) -> None:
        """Ratings after the score was seen, beside the blind ones; the same again: none."""
        with self._database.writing() as db:
            row = db.get_one(ReviewRow, review_id)
            blind = _ratings(row, "")
            given = None if ratings == blind else ratings
            row.revised_need = given.need if given else None
            for dimension in Dimension:
                setattr(row, f"revised_{dimension}", given and given.dimensions[dimension])
            row.revised_at = now if given else None

    def mark(self, review_id: str, *, is_for_coaching: bool) -> None:
        """Keep the reply for coaching, or no longer."""
        with self._database.writing() as db:
            db.execute(
                update(ReviewRow)
                .where(ReviewRow.id == review_id)
                .values(is_for_coaching=is_for_coaching)
            )

    def _where(self, *conditions: ColumnElement[bool]) -> list[KeptReview]:
        with self._database.reading() as db:
            return _kept(db, *conditions)

    def _require_open(self, db: Session, draw: DrawRow, viewer: User) -> None:
        is_open = draw.state == "open" or (draw.arm == Arm.CALIBRATION and draw.state == "reviewed")
        mine = select(ReviewRow.id).where(
            ReviewRow.draw == draw.id, ReviewRow.reviewer == viewer.id
        )
        if not is_open or db.scalar(mine):
            raise ClosedError


def kept_reviews(db: Session, ids: Sequence[str]) -> list[KeptReview]:
    """Reviews by their ids, for repositories that have asked who may see them."""
    parts = (ids[i : i + _AT_ONCE] for i in range(0, len(ids), _AT_ONCE))
    return [r for part in parts for r in _kept(db, ReviewRow.id.in_(part))]


def _kept(db: Session, *conditions: ColumnElement[bool]) -> list[KeptReview]:
    rows = db.execute(
        select(ReviewRow, UserRow.name)
        .join(UserRow, ReviewRow.reviewer == UserRow.id)
        .where(*conditions)
        .order_by(ReviewRow.created_at)
    ).all()
    tags: dict[str, list[Tag]] = {row.id: [] for row, _ in rows}
    found = select(ReviewBehaviorRow).where(ReviewBehaviorRow.review.in_(list(tags)))
    for tag in db.scalars(found.order_by(ReviewBehaviorRow.start)):
        tags[tag.review].append(Tag(start=tag.start, stop=tag.stop, behavior=Behavior(tag.tag)))
    return [
        KeptReview(
            id=row.id,
            draw=row.draw,
            reply=row.reply,
            reviewer=row.reviewer,
            reviewer_name=name,
            blind=_ratings(row, ""),
            revised=_ratings(row, "revised_") if row.revised_need else None,
            tags=tuple(tags[row.id]),
            comment=row.comment,
            is_for_coaching=row.is_for_coaching,
            created_at=row.created_at,
        )
        for row, name in rows
    ]


def _ratings(row: ReviewRow, prefix: str) -> Ratings:
    return Ratings(
        need=Need(getattr(row, f"{prefix}need")),
        dimensions={d: getattr(row, f"{prefix}{d}") for d in Dimension},
    )
