"""The page behind a link: an agent reads a review of their reply, and may object. No login."""

from http import HTTPStatus

from flask import Blueprint, Response, abort, request
from werkzeug.wrappers import Response as AnyResponse

from model import Dimension
from service.storage.disputes import Dispute, DisputeRepository
from service.workbench.site import database, go, note, now, page

blueprint = Blueprint("objection", __name__, url_prefix="/objection")
_MOST = 4000


@blueprint.get("/<token>")
def show(token: str) -> Response:
    """The reply, the ratings and the reasons; neither the score nor who reviewed."""
    return _page(_dispute(token))


@blueprint.post("/<token>")
def send(token: str) -> AnyResponse:
    """Keep the objection for the lead."""
    dispute, objection = _dispute(token), request.form.get("objection", "").strip()[:_MOST]
    if not objection:
        return _page(dispute, fault="objection.fault")
    with database().writing():
        if DisputeRepository(database()).object(dispute.id, objection, now=now()):
            note("dispute.object", dispute.id, actor="agent")
    return go("objection.show", "objected", token=token)


def _dispute(token: str) -> Dispute:
    found = DisputeRepository(database()).by_token(token, now=now())
    return found or abort(HTTPStatus.NOT_FOUND)


def _page(dispute: Dispute, fault: str | None = None) -> Response:
    return page(
        "objection.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if fault else HTTPStatus.OK,
        dispute=dispute,
        fault=fault,
        dimensions=list(Dimension),
    )
