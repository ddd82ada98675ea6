"""Calibration: the same replies for everybody, how far they agree, and what to talk about."""

from collections import defaultdict
from dataclasses import dataclass
from http import HTTPStatus

from flask import Blueprint, Response, abort, request

from model import Dimension
from service.agreement import alpha, kappas, severities
from service.plan import Arm
from service.storage.cases import Case, CaseRepository
from service.storage.plans import PlanRepository
from service.storage.queue import QueueRepository
from service.storage.samples import SampleRepository
from service.workbench.guard import may, require
from service.workbench.site import accounts, database, page, user

blueprint = Blueprint("calibration", __name__, url_prefix="/calibration")
_SEED = 1
_SHOWN = 10
_FEWEST = 5
"""Replies in common below which a coefficient would be an accident."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """A reply that several rated, and how far apart they are at most."""

    cases: list[Case]
    spread: int


@blueprint.get("")
def show() -> Response:
    """One round: that of the plan asked for, else the newest."""
    require(user(), "review")
    rounds = [
        p for p in PlanRepository(database()).all(user().sees) if p.plan.share(Arm.CALIBRATION)
    ]
    chosen = request.args.get("plan", rounds[0].id if rounds else "")
    if chosen and chosen not in {p.id for p in rounds}:
        abort(HTTPStatus.NOT_FOUND)
    mine = {"plan": chosen, "arm": Arm.CALIBRATION.value}
    left = QueueRepository(database()).count(user(), mine) if chosen else 0
    reviews = SampleRepository(database()).of_plan(chosen, user().sees) if chosen else []
    told = () if left else tuple(Dimension)
    compared = told if may(user(), "plan") else ()
    return page(
        "calibration.html",
        rounds=rounds,
        chosen=chosen,
        left=left,
        mine=mine,
        talks=_talks(CaseRepository(database()).of_plan(user(), chosen)),
        agreement=[(d, alpha(reviews, d, seed=_SEED)) for d in told],
        pairs=[(d, kappas(reviews, d, seed=_SEED)) for d in compared],
        severities=[(d, severities(reviews, d)) for d in compared],
        names={u.id: u.name for u in accounts().users.all()},
        dimensions=list(Dimension),
        fewest=_FEWEST,
    )


def _talks(cases: list[Case]) -> list[Talk]:
    """The replies with several ratings, furthest apart first."""
    by_reply: dict[str, list[Case]] = defaultdict(list)
    for case in cases:
        by_reply[case.review.reply].append(case)
    talks = [Talk(cases=c, spread=_spread(c)) for c in by_reply.values() if len(c) > 1]
    return sorted(talks, key=lambda t: -t.spread)[:_SHOWN]


def _spread(cases: list[Case]) -> int:
    given = [[c.review.blind.dimensions[d] for c in cases] for d in Dimension]
    return max(max(ratings) - min(ratings) for ratings in given)
