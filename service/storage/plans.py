"""Plans and what they drew."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import cycle

from sqlalchemy import ColumnElement, and_, false, func, or_, select, true

from service.candidates import Facet, Period
from service.plan import Allocation, Arm, Plan
from service.sampling import Draw
from service.storage.database import Database
from service.storage.deliveries import emit
from service.storage.tables import ReplyMonthRow, ReplyRow
from service.storage.workbench_tables import DrawRow, PlanRow
from service.webhooks.notices import Event

Teams = Collection[str] | None
"""Teams that may be seen; None: all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """The replies that a plan draws from; None: whatever it is."""

    team: str | None = None
    channel: str | None = None
    language: str | None = None

    def meets(self, other: "Scope") -> bool:
        """True where a reply could be in both."""
        pairs = ((getattr(self, k), getattr(other, k)) for k in Scope.__slots__)
        return all(a is None or b is None or a == b for a, b in pairs)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPlan:
    """A plan that was carried out, and how far its reviews are."""

    id: str
    name: str
    plan: Plan
    scope: Scope
    created_at: datetime
    created_by: str
    open: int
    reviewed: int
    skipped: int

    @property
    def drawn(self) -> int:
        """How many replies there are to review, reviewed or skipped."""
        return self.open + self.reviewed + self.skipped


class PlanRepository:
    """Plans in the database, each with its draws."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self,
        name: str,
        plan: Plan,
        scope: Scope,
        draws: Sequence[Draw],
        *,
        reviewers: Sequence[str],
        created_by: str,
        now: datetime,
    ) -> str:
        """Keep a plan and its draws, dealt out to `reviewers` in turn, or to whoever comes first.

        What is drawn for calibration is for everybody.
        """
        row = PlanRow(
            id=str(uuid.uuid4()),
            name=name,
            starts_at=plan.period.start,
            ends_at=plan.period.end,
            team=scope.team,
            channel=scope.channel,
            language=scope.language,
            strata=[str(f) for f in plan.strata],
            arms={str(a): share for a, share in plan.arms.items()},
            allocation=plan.allocation,
            budget=plan.budget,
            seed=plan.seed,
            created_at=now,
            created_by=created_by,
        )
        dealt = cycle(reviewers or [None])
        rows = [
            _draw_row(row.id, d, None if d.arm is Arm.CALIBRATION else next(dealt)) for d in draws
        ]
        with self._database.writing() as db:
            db.add(row)
            db.flush()
            db.add_all(rows)
            emit(db, Event.SAMPLE_READY, [{"plan": row.id}], at=now)
            return row.id

    def all(self, teams: Teams) -> list[StoredPlan]:
        """The plans that reach these teams, newest first; each counts what it drew from them."""
        with self._database.reading() as db:
            rows = db.scalars(
                select(PlanRow)
                .where(or_(among(PlanRow.team, teams), PlanRow.team.is_(None)))
                .order_by(PlanRow.starts_at.desc(), PlanRow.created_at.desc())
            ).all()
            counted = db.execute(
                select(DrawRow.plan, DrawRow.state, func.count())
                .join(ReplyRow, DrawRow.reply == ReplyRow.id)
                .where(DrawRow.plan.in_([r.id for r in rows]), among(ReplyRow.team, teams))
                .group_by(DrawRow.plan, DrawRow.state)
            )
            counts = {(plan, state): number for plan, state, number in counted}
        plans = [_plan(r, {s: counts.get((r.id, s), 0) for s in _STATES}) for r in rows]
        return [p for p in plans if teams is None or p.scope.team or p.drawn]

    def find(self, plan_id: str, teams: Teams) -> StoredPlan | None:
        """One of them."""
        return next((p for p in self.all(teams) if p.id == plan_id), None)

    def overlapping(self, period: Period, scope: Scope) -> list[StoredPlan]:
        """Plans that could draw a reply a second time: no figure could then be given for it."""
        return [
            p
            for p in self.all(None)
            if p.scope.meets(scope)
            and p.plan.period.start < period.end
            and period.start < p.plan.period.end
        ]


_STATES = ("open", "reviewed", "skipped")


def among(column: object, teams: Teams) -> ColumnElement[bool]:
    """The condition that a team may be seen."""
    if teams is None:
        return true()
    return column.in_(sorted(teams)) if teams else false()  # type: ignore[attr-defined]


def drawn_of(period: Period, teams: Teams) -> ColumnElement[bool]:
    """The condition that a drawn reply was sent in a period by a team that may be seen.

    It shuts out the indexes by time and by team: few of those replies were drawn, and from the
    draws the way to them is shorter (3 s against 50 where SQLite has statistics and knows no more).
    """
    sent_at, team = (func.coalesce(c, c) for c in (ReplyRow.sent_at, ReplyRow.team))
    return and_(sent_at >= period.start, sent_at < period.end, among(team, teams))


def drawn_within(period: Period) -> ColumnElement[bool]:
    """The condition that a draw's plan is about a part of the period: a way to few of many rows."""
    plans = select(PlanRow.id)
    return DrawRow.plan.in_(
        plans.where(PlanRow.starts_at < period.end, PlanRow.ends_at > period.start)
    )


def in_scope(scope: Scope, table: type[ReplyRow | ReplyMonthRow] = ReplyRow) -> ColumnElement[bool]:
    """The condition that a reply is within a scope."""
    named = {k: getattr(scope, k) for k in Scope.__slots__}
    return and_(true(), *(getattr(table, k) == v for k, v in named.items() if v is not None))


def _draw_row(plan_id: str, draw: Draw, reviewer: str | None) -> DrawRow:
    return DrawRow(
        id=str(uuid.uuid4()),
        plan=plan_id,
        reply=draw.reply,
        arm=draw.arm,
        stratum=list(draw.stratum),
        inclusion_probability=draw.inclusion_probability,
        position=draw.position,
        model_version=draw.model_version,
        reviewer=reviewer,
        state="open",
    )


def _plan(row: PlanRow, counts: dict[str, int]) -> StoredPlan:
    plan = Plan(
        period=Period(start=row.starts_at, end=row.ends_at),
        budget=row.budget,
        seed=row.seed,
        strata=tuple(Facet(f) for f in row.strata),
        arms={Arm(a): share for a, share in row.arms.items()},
        allocation=Allocation(row.allocation),
    )
    return StoredPlan(
        id=row.id,
        name=row.name,
        plan=plan,
        scope=Scope(team=row.team, channel=row.channel, language=row.language),
        created_at=row.created_at,
        created_by=row.created_by,
        **counts,
    )
