"""Plans: what is drawn for review, what a budget buys, and how far it is."""

import secrets
from datetime import timedelta
from http import HTTPStatus

from flask import Blueprint, Response, request
from werkzeug.wrappers import Response as AnyResponse

from model import LANGUAGES, Channel
from service.candidates import Facet, Period
from service.drawing import MOST_REVIEWS, Drawing, RefusedError, Wish, reviewers
from service.plan import DEFAULT_ARMS, Allocation, Arm, Plan
from service.planner import Forecast
from service.storage.plans import PlanRepository, Scope
from service.workbench.guard import require
from service.workbench.periods import last_day, period_of_days
from service.workbench.site import FormError, accounts, database, go, now, page, teams, user

blueprint = Blueprint("plans", __name__, url_prefix="/plans")


@blueprint.before_request
def authorize() -> None:
    """Leads and admins."""
    require(user(), "plan")


@blueprint.get("")
def show() -> Response:
    """All plans with their progress."""
    names = {u.id: u.name for u in accounts().users.all()}
    return page(
        "plans.html",
        plans=PlanRepository(database()).all(user().sees),
        names=names,
        last_day=last_day,
    )


@blueprint.get("/new")
def new() -> Response:
    """The form, for the month before."""
    end = now().date().replace(day=1)
    start = (end - timedelta(days=1)).replace(day=1)
    given = {
        "name": f"{start:%Y-%m}",
        "start": start.isoformat(),
        "end": (end - timedelta(days=1)).isoformat(),
        "budget": "60",
        "allocation": Allocation.EQUAL,
        **{f"arm_{arm}": str(round(100 * DEFAULT_ARMS.get(arm, 0))) for arm in Arm},
    }
    return _form(given)


@blueprint.post("/new")
def create() -> AnyResponse:
    """Show what the plan would buy, or carry it out."""
    try:
        wish, drawing = _wish(), Drawing(database())
        if "draw" not in request.form:
            replies, expected = drawing.forecast(wish)
            return _form(request.form, expected=expected, replies=replies)
        kept = drawing.keep(wish, drawing.draw(wish), actor=user().id, now=now())
    except FormError as error:
        return _form(request.form, fault=str(error))
    except RefusedError as error:
        return _form(request.form, fault="plans.fault." + error.why)
    return go("plans.show", "drawn", anchor=f"p-{kept.id}")


def _form(
    given: object,
    *,
    fault: str | None = None,
    expected: list[Forecast] | None = None,
    replies: int = 0,
) -> Response:
    people = [u for u in accounts().users.all() if not u.is_disabled]
    sees = user().sees
    return page(
        "plan.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if fault else HTTPStatus.OK,
        given=given,
        chosen=request.form.getlist("reviewer"),
        fault=fault,
        expected=expected,
        replies=replies,
        arms=list(Arm),
        allocations=list(Allocation),
        channels=list(Channel),
        codes=LANGUAGES,
        teams=teams(),
        sees_all=sees is None,
        people=[u for u in people if sees is None or u.teams & sees],
    )


def _wish() -> Wish:
    form = request.form
    team = form.get("team") or None
    require(user(), "plan", team)
    if team is None and user().sees is not None:
        raise FormError("plans.fault.team")
    return Wish(
        name=form.get("name", "").strip()[:200] or form.get("start", ""),
        plan=_plan(_period()),
        scope=Scope(
            team=team, channel=form.get("channel") or None, language=form.get("language") or None
        ),
        reviewers=_reviewers(team),
    )


def _reviewers(team: str | None) -> tuple[str, ...]:
    people = {u.id: u for u in accounts().users.all() if not u.is_disabled}
    return reviewers((people[i] for i in request.form.getlist("reviewer") if i in people), team)


def _period() -> Period:
    try:
        return period_of_days(request.form.get("start", ""), request.form.get("end", ""))
    except ValueError as error:
        raise FormError("plans.fault.period") from error


def _plan(period: Period) -> Plan:
    form = request.form
    try:
        budget = int(form.get("budget", ""))
        shares = {arm: int(form.get(f"arm_{arm}") or 0) / 100 for arm in Arm}
        if not 1 <= budget <= MOST_REVIEWS:
            raise FormError("plans.fault.budget")
        return Plan(
            period=period,
            budget=budget,
            seed=secrets.randbelow(1 << 31),
            strata=(Facet.AGENT,),
            arms={arm: share for arm, share in shares.items() if share},
            allocation=Allocation(form.get("allocation", Allocation.EQUAL)),
        )
    except ValueError as error:
        raise FormError("plans.fault.arms") from error
