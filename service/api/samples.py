"""/v1/samples: what is drawn for review, what a budget buys, and how far the reviews are."""

import secrets
from collections.abc import Sequence

from flask import Blueprint, current_app, g, request
from flask.typing import ResponseReturnValue

from service.accounts import Accounts
from service.api.bodies import json_body
from service.api.queries import period
from service.api.sample_bodies import (
    ForecastRequest,
    PlanRequest,
    SampleRequest,
    forecast_body,
    sample_body,
)
from service.auth import require_scope
from service.drawing import Drawing, RefusedError, Wish, reviewers
from service.errors import Fault, ProblemError
from service.idempotency import idempotent_after
from service.plan import Plan
from service.sampling import Draw
from service.storage.database import Database
from service.storage.plans import PlanRepository, Scope

blueprint = Blueprint("samples", __name__, url_prefix="/v1/samples")
_REFUSALS = {
    "reviewer": ("/reviewers", "a reviewer does not see that team; 'tonfall user list' shows who"),
    "empty": ("/start", "no replies were stored for that period, team, channel and language"),
    "training": ("/arms/active", "none of the replies is kept for training"),
}


@blueprint.before_request
def authorize() -> None:
    """Let nobody in without the scope."""
    require_scope(request, current_app.extensions["keys"], "samples")


def _drawn() -> tuple[Wish, Sequence[Draw]]:
    """What is to be kept: drawn before the transaction, so that others may write meanwhile."""
    body = json_body(SampleRequest)
    wish = _wish(body, body.name, _reviewers(body))
    try:
        return wish, _drawing().draw(wish)
    except RefusedError as error:
        raise _refused(error) from None


@blueprint.post("")
@idempotent_after(_drawn)
def add_sample(prepared: tuple[Wish, Sequence[Draw]]) -> ResponseReturnValue:
    """Carry out a plan: its replies are in the queue from then on."""
    actor, now = f"key {g.caller}", current_app.extensions["now"]()
    try:
        return sample_body(_drawing().keep(*prepared, actor=actor, now=now)), 201
    except RefusedError as error:
        raise _refused(error) from None


@blueprint.post("/forecast")
def forecast_sample() -> dict[str, object]:
    """What a plan would buy; nothing is kept."""
    body = json_body(ForecastRequest)
    by = body.strata if body.by is None else body.by
    try:
        found = _drawing().forecast(_wish(body), by=by, aim=body.aim)
    except RefusedError as error:
        raise _refused(error) from None
    return forecast_body(*found, by, body.aim)


@blueprint.get("")
def samples() -> dict[str, object]:
    """Every plan that was carried out."""
    return {"samples": [sample_body(p) for p in PlanRepository(_database()).all(None)]}


@blueprint.get("/<id>")
def get_sample(id: str) -> dict[str, object]:  # noqa: A002
    """One of them."""
    found = PlanRepository(_database()).find(id, None)
    if found is None:
        raise ProblemError("not-found", "no sample has this id; GET /v1/samples lists them")
    return sample_body(found)


def _wish(body: PlanRequest, name: str = "", chosen: tuple[str, ...] = ()) -> Wish:
    try:
        plan = Plan(
            period=period(body.start, body.end),
            budget=body.budget,
            seed=secrets.randbelow(1 << 31) if body.seed is None else body.seed,
            strata=tuple(body.strata),
            arms={arm: share for arm, share in body.arms.items() if share},
            allocation=body.allocation,
        )
    except ValueError as error:
        raise _invalid("/arms", str(error)) from None
    scope = Scope(team=body.team, channel=body.channel, language=body.language)
    return Wish(name=name, plan=plan, scope=scope, reviewers=chosen)


def _reviewers(body: SampleRequest) -> tuple[str, ...]:
    accounts: Accounts = current_app.extensions["accounts"]
    people = {u.login: u for u in accounts.users.all() if not u.is_disabled}
    chosen = [login.casefold() for login in body.reviewers]
    for place, login in enumerate(chosen):
        if login not in people:
            raise _invalid(f"/reviewers/{place}", "is nobody who can log in")
    try:
        return reviewers((people[login] for login in chosen), body.team)
    except RefusedError as error:
        raise _refused(error) from None


def _refused(error: RefusedError) -> ProblemError:
    if error.why == "overlap":
        return ProblemError(
            "already-drawn",
            "another sample drew from these replies; a reply is drawn once: choose another period",
        )
    return _invalid(*_REFUSALS[error.why])


def _invalid(where: str, detail: str) -> ProblemError:
    return ProblemError("invalid-request", f"{where}: {detail}", [Fault(where, detail)])


def _drawing() -> Drawing:
    return Drawing(_database())


def _database() -> Database:
    database: Database = current_app.extensions["database"]
    return database
