"""Reviewed replies as leads read them: text, ratings, scores; none that the reader has to rate."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, and_, select, tuple_

from model import Dimension
from service.candidates import Period
from service.plan import Arm
from service.storage.database import Database
from service.storage.plans import among, drawn_of, drawn_within
from service.storage.queue import is_blind
from service.storage.reviews import KeptReview, kept_reviews
from service.storage.tables import ReplyRow, ReplyTextRow
from service.storage.users import User
from service.storage.workbench_tables import DrawRow, PlanRow, ReviewRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One review with the reply it is about; the text is None once it is erased."""

    review: KeptReview
    plan: str
    plan_name: str
    arm: Arm
    inclusion_probability: float
    team: str
    agent: str
    channel: str
    language: str
    sent_at: datetime
    model_version: str
    scores: Mapping[Dimension, float]
    text: str | None
    customer_message: str | None

    @property
    def furthest(self) -> Dimension:
        """Where the blind rating lies furthest from the score."""
        given = self.review.blind.dimensions
        return max(Dimension, key=lambda d: abs(given[d] - self.scores[d]))


Place = tuple[datetime, str]
"""When a review was given, and its id."""
_Cases = Select[str, DrawRow, str, ReplyRow, ReplyTextRow]


class CaseRepository:
    """Cases in the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def reviewed(self, viewer: User, period: Period, team: str | None = None) -> list[Case]:
        """The reviews of replies sent in a period, of one team or all that the viewer sees."""
        return self._where(readable(viewer, period, team))

    def chosen(self, viewer: User, ids: Sequence[str]) -> list[Case]:
        """These reviews, in this order, but for those that the viewer may not read."""
        found = {c.review.id: c for c in self._where(_may_read(viewer), ReviewRow.id.in_(ids))}
        return [found[i] for i in ids if i in found]

    def of_plan(self, viewer: User, plan_id: str) -> list[Case]:
        """The reviews of what a plan drew for calibration."""
        return self._where(
            _may_read(viewer), DrawRow.plan == plan_id, DrawRow.arm == Arm.CALIBRATION
        )

    def find(self, viewer: User, review_id: str) -> Case | None:
        """One review, if the viewer may see it."""
        return next(iter(self._where(_may_read(viewer), ReviewRow.id == review_id)), None)

    def given(
        self,
        period: Period,
        *,
        team: str | None = None,
        plan: str | None = None,
        limit: int,
        after: Place | None = None,
    ) -> list[Case]:
        """The reviews given in a period, oldest first, for who is no reviewer and sees all; after a
        place, what follows.
        """
        query = _cases().where(
            ReviewRow.created_at >= period.start, ReviewRow.created_at < period.end
        )
        if team is not None:
            query = query.where(ReplyRow.team == team)
        if plan is not None:
            query = query.where(DrawRow.plan == plan)
        if after is not None:
            query = query.where(tuple_(ReviewRow.created_at, ReviewRow.id) > after)
        return self._read(query.order_by(ReviewRow.created_at, ReviewRow.id).limit(limit))

    def _where(self, *conditions: SQLColumnExpression[bool]) -> list[Case]:
        query = _cases().where(*conditions)
        return self._read(query.order_by(ReplyRow.sent_at, ReviewRow.created_at))

    def _read(self, query: _Cases) -> list[Case]:
        with self._database.reading() as db:
            rows = db.execute(query).all()
            reviews = {r.id: r for r in kept_reviews(db, [row[0] for row in rows])}
            return [
                Case(
                    review=reviews[review],
                    plan=draw.plan,
                    plan_name=plan,
                    arm=Arm(draw.arm),
                    inclusion_probability=draw.inclusion_probability,
                    team=reply.team,
                    agent=reply.agent,
                    channel=reply.channel,
                    language=reply.language,
                    sent_at=reply.sent_at,
                    model_version=reply.model_version,
                    scores={d: getattr(reply, d) for d in Dimension},
                    text=text.text if text else None,
                    customer_message=text.customer_message if text else None,
                )
                for review, draw, plan, reply, text in rows
            ]


def _cases() -> _Cases:
    return (
        select(ReviewRow.id, DrawRow, PlanRow.name, ReplyRow, ReplyTextRow)
        .join(DrawRow, ReviewRow.draw == DrawRow.id)
        .join(PlanRow, DrawRow.plan == PlanRow.id)
        .join(ReplyRow, ReviewRow.reply == ReplyRow.id)
        .outerjoin(ReplyTextRow, ReplyTextRow.reply == ReplyRow.id)
    )


def readable(viewer: User, period: Period, team: str | None) -> ColumnElement[bool]:
    """The condition that a drawn reply was sent in a period, by one team or any that the viewer
    sees, and that the viewer may read its reviews.
    """
    teams = viewer.sees
    if team is not None:
        teams = frozenset([team]) if teams is None else teams & {team}
    return and_(drawn_within(period), drawn_of(period, teams), ~is_blind(viewer))


def _may_read(viewer: User) -> ColumnElement[bool]:
    return and_(among(ReplyRow.team, viewer.sees), ~is_blind(viewer))
