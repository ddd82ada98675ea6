"""Disputes as leads see them: share a link, read the objection, decide."""

from http import HTTPStatus

from flask import Blueprint, Response, abort, request
from flask import url_for as url
from werkzeug.wrappers import Response as AnyResponse

from model import Dimension, Need
from model.rubric import RATINGS
from service.storage.cases import CaseRepository
from service.storage.disputes import DisputeRepository, Outcome
from service.storage.reviews import Ratings, ReviewRepository
from service.workbench.guard import require
from service.workbench.site import database, go, note, now, page, user

blueprint = Blueprint("disputes", __name__, url_prefix="/disputes")


@blueprint.before_request
def authorize() -> None:
    """Leads and admins."""
    require(user(), "dispute")


@blueprint.get("")
def show() -> Response:
    """All disputes, those to be decided first."""
    return _page()


@blueprint.post("/of/<review_id>")
def invite(review_id: str) -> Response:
    """Make the link for the agent, and show it once."""
    case = CaseRepository(database()).find(user(), review_id) or abort(HTTPStatus.NOT_FOUND)
    with database().writing():
        token = DisputeRepository(database()).invite(case.review.id, now=now())
        note("dispute.invite", case.review.id)
    return _page(link=url("workbench.objection.show", token=token, _external=True))


@blueprint.post("/<dispute_id>")
def decide(dispute_id: str) -> AnyResponse:
    """Keep the review as it is, or change its ratings."""
    disputes = DisputeRepository(database())
    dispute = disputes.find(dispute_id, user()) or abort(HTTPStatus.NOT_FOUND)
    outcome, ratings = request.form.get("outcome", ""), _ratings()
    if outcome not in list(Outcome) or (outcome == Outcome.CHANGED and ratings is None):
        return _page("disputes.fault")
    with database().writing():
        if disputes.decide(dispute.id, Outcome(outcome), decided_by=user().id, now=now()):
            if outcome == Outcome.CHANGED and ratings:
                ReviewRepository(database()).revise(dispute.review.id, ratings, now=now())
            note("dispute.decide", dispute.id, after={"outcome": outcome})
    return go("disputes.show", "decided")


def _page(fault: str | None = None, link: str | None = None) -> Response:
    return page(
        "disputes.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if fault else HTTPStatus.OK,
        disputes=DisputeRepository(database()).all(user()),
        fault=fault,
        link=link,
        dimensions=list(Dimension),
        needs=list(Need),
        ratings=RATINGS,
        now=now(),
    )


def _ratings() -> Ratings | None:
    try:
        return Ratings(
            need=Need(request.form["need"]),
            dimensions={d: int(request.form[d]) for d in Dimension},
        )
    except (KeyError, ValueError):
        return None
