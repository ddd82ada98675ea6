"""Carry out plans: what the page of the workbench and the API check and do alike."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from service.candidates import Candidates, Facet
from service.plan import Arm, Plan
from service.planner import AIM, Forecast, forecast
from service.sampling import Draw, draw
from service.storage.audit import AuditRepository, Deed
from service.storage.database import Database
from service.storage.plans import PlanRepository, Scope, StoredPlan
from service.storage.samples import SampleRepository
from service.storage.users import User

MOST_REVIEWS = 5000
"""The largest budget of a plan."""
Refusal = Literal["reviewer", "empty", "training", "overlap"]


class RefusedError(Exception):
    """A plan that cannot be carried out.

    `reviewer`: one of them does not see the team; `empty`: there is no reply; `training`: the
    active arm asks for replies, and none is kept for training; `overlap`: another plan drew there.
    """

    def __init__(self, why: Refusal) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A plan to be carried out, and the ids of who reviews: in turn, or whoever comes first."""

    name: str
    plan: Plan
    scope: Scope
    reviewers: tuple[str, ...] = ()


class Drawing:
    """Forecasts and draws from the replies in the database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._plans, self._samples = PlanRepository(database), SampleRepository(database)

    def forecast(
        self, wish: Wish, *, by: Sequence[Facet] | None = None, aim: float = AIM
    ) -> tuple[int, list[Forecast]]:
        """How many replies there are, and what the plan buys for each group, by default each
        stratum.
        """
        candidates = self._candidates(wish)
        groups = wish.plan.strata if by is None else by
        return len(candidates), forecast(candidates, wish.plan, by=groups, aim=aim)

    def draw(self, wish: Wish) -> list[Draw]:
        """What the plan draws now; nothing is kept."""
        return draw(self._candidates(wish), wish.plan)

    def keep(self, wish: Wish, drawn: Sequence[Draw], *, actor: str, now: datetime) -> StoredPlan:
        """Keep a draw, so that its reviews can begin."""
        with self._database.writing():
            if self._plans.overlapping(wish.plan.period, wish.scope):
                raise RefusedError("overlap")
            plan_id = self._plans.add(
                wish.name,
                wish.plan,
                wish.scope,
                drawn,
                reviewers=wish.reviewers,
                created_by=actor,
                now=now,
            )
            after = {"budget": wish.plan.budget, "drawn": len(drawn)}
            deed = Deed(at=now, actor=actor, action="plan.draw", subject=plan_id, after=after)
            AuditRepository(self._database).append(deed)
        return StoredPlan(
            id=plan_id,
            name=wish.name,
            plan=wish.plan,
            scope=wish.scope,
            created_at=now,
            created_by=actor,
            open=len(drawn),
            reviewed=0,
            skipped=0,
        )

    def _candidates(self, wish: Wish) -> Candidates:
        found = self._samples.candidates(wish.plan.period, wish.scope)
        if not len(found):
            raise RefusedError("empty")
        if wish.plan.share(Arm.ACTIVE) and not found.is_for_training.any():
            raise RefusedError("training")
        return found


def reviewers(chosen: Iterable[User], team: str | None) -> tuple[str, ...]:
    """The ids of the chosen, who must all see what they are to review."""
    people = list(chosen)
    if any(u.sees is not None and team not in u.sees for u in people):
        raise RefusedError("reviewer")
    return tuple(u.id for u in people)
