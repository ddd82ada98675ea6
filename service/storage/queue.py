"""What waits for whom: drawn replies with their texts, never with a score."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Row, Select, and_, exists, func, or_, select

from service.plan import Arm
from service.storage.database import Database
from service.storage.plans import among
from service.storage.tables import ReplyRow, ReplyTextRow
from service.storage.users import User
from service.storage.workbench_tables import DrawRow, PlanRow, ReviewRow

_FILTERS = {
    "plan": DrawRow.plan,
    "arm": DrawRow.arm,
    "team": ReplyRow.team,
    "channel": ReplyRow.channel,
    "language": ReplyRow.language,
}
FILTERS = tuple(_FILTERS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A drawn reply as a reviewer may know it before rating. The text is None once it is erased."""

    id: str
    plan: str
    plan_name: str
    arm: Arm
    position: int
    state: str
    reply: str
    team: str
    agent: str
    channel: str
    language: str
    sent_at: datetime
    text: str | None
    customer_message: str | None


class QueueRepository:
    """The queue of each user: what the teams they see have to review, and they have not."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def waiting(
        self, viewer: User, filters: Mapping[str, str], *, limit: int, after: Task | None = None
    ) -> list[Task]:
        """What this user is to review next, in the order of the plans; after one, what follows."""
        query = (
            _tasks()
            .where(waits_for(viewer), ReplyTextRow.text.is_not(None), *_matching(filters))
            .order_by(PlanRow.starts_at, PlanRow.id, DrawRow.position)
            .limit(limit)
        )
        if after:
            query = query.where(or_(DrawRow.plan != after.plan, DrawRow.position > after.position))
        with self._database.reading() as db:
            return [_task(row) for row in db.execute(query)]

    def count(self, viewer: User, filters: Mapping[str, str]) -> int:
        """How many wait."""
        query = (
            select(func.count())
            .select_from(DrawRow)
            .join(ReplyRow)
            .join(ReplyTextRow)
            .where(waits_for(viewer), *_matching(filters))
        )
        with self._database.reading() as db:
            return db.scalar(query) or 0

    def values(self, viewer: User) -> dict[str, list[tuple[str, str]]]:
        """By filter, what there is to choose among what waits: value and name."""
        found: dict[str, list[tuple[str, str]]] = {}
        with self._database.reading() as db:
            for name, column in _FILTERS.items():
                shown = PlanRow.name if name == "plan" else column
                query = (
                    select(column, shown)
                    .select_from(DrawRow)
                    .join(PlanRow)
                    .join(ReplyRow)
                    .join(ReplyTextRow)
                    .where(waits_for(viewer))
                    .distinct()
                    .order_by(shown)
                )
                found[name] = [(value, text) for value, text in db.execute(query)]
        return found

    def find(self, draw_id: str, viewer: User) -> Task | None:
        """A drawn reply of a team that this user sees and that is not another reviewer's, whether
        it waits or not.
        """
        query = _tasks().where(
            DrawRow.id == draw_id, among(ReplyRow.team, viewer.sees), _is_for(viewer)
        )
        with self._database.reading() as db:
            row = db.execute(query).one_or_none()
            return _task(row) if row else None

    def done(self, viewer: User, *, since: datetime) -> int:
        """How many this user reviewed since then."""
        query = (
            select(func.count())
            .select_from(ReviewRow)
            .where(ReviewRow.reviewer == viewer.id, ReviewRow.created_at >= since)
        )
        with self._database.reading() as db:
            return db.scalar(query) or 0


def waits_for(viewer: User) -> ColumnElement[bool]:
    """The condition that a draw waits for a user's rating: whoever it waits for is blind to the
    reply's scores and ratings.
    """
    return and_(among(ReplyRow.team, viewer.sees), _is_unrated(viewer))


def is_blind(viewer: User) -> ColumnElement[bool]:
    """The condition that a user must not see the scores of a reply (`ReplyRow`) yet."""
    return exists().where(DrawRow.reply == ReplyRow.id, _is_unrated(viewer)).correlate(ReplyRow)


def _is_unrated(viewer: User) -> ColumnElement[bool]:
    is_open = or_(
        DrawRow.state == "open",
        and_(DrawRow.arm == Arm.CALIBRATION, DrawRow.state == "reviewed"),
    )
    mine = exists().where(ReviewRow.draw == DrawRow.id, ReviewRow.reviewer == viewer.id)
    return and_(_is_for(viewer), is_open, ~mine.correlate(DrawRow))


def _is_for(viewer: User) -> ColumnElement[bool]:
    return or_(DrawRow.reviewer.is_(None), DrawRow.reviewer == viewer.id)


def _matching(filters: Mapping[str, str]) -> list[ColumnElement[bool]]:
    return [column == filters[name] for name, column in _FILTERS.items() if filters.get(name)]


def _tasks() -> Select[DrawRow, str, ReplyRow, str | None, str | None]:
    return (
        select(DrawRow, PlanRow.name, ReplyRow, ReplyTextRow.text, ReplyTextRow.customer_message)
        .join(PlanRow, DrawRow.plan == PlanRow.id)
        .join(ReplyRow, DrawRow.reply == ReplyRow.id)
        .outerjoin(ReplyTextRow, ReplyTextRow.reply == ReplyRow.id)
    )


def _task(row: Row[DrawRow, str, ReplyRow, str | None, str | None]) -> Task:
    draw, plan_name, reply, text, message = row
    return Task(
        id=draw.id,
        plan=draw.plan,
        plan_name=plan_name,
        arm=Arm(draw.arm),
        position=draw.position,
        state=draw.state,
        reply=reply.id,
        team=reply.team,
        agent=reply.agent,
        channel=reply.channel,
        language=reply.language,
        sent_at=reply.sent_at,
        text=text,
        customer_message=message,
    )
