"""/workbench/…: the pages, and what happens before and around each."""

import secrets
from http import HTTPStatus

from flask import Blueprint, Response, abort, g, redirect, request
from flask import url_for as url
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from service.storage.errors import StorageError
from service.workbench import (
    account,
    audit,
    calibration,
    disputes,
    exports,
    login,
    objection,
    plans,
    queue,
    reports,
    review,
    users,
)
from service.workbench.guard import require_own_form
from service.workbench.site import SESSION, VISIT, accounts, go, keep_cookie, now, page

blueprint = Blueprint("workbench", __name__, url_prefix="/workbench")
_PAGES = (
    queue,
    review,
    calibration,
    plans,
    reports,
    exports,
    disputes,
    objection,
    users,
    audit,
    login,
    account,
)
_OPEN = ("workbench.login.", "workbench.objection.")
"""Pages that need no login."""

for module in _PAGES:
    blueprint.register_blueprint(module.blueprint)


@blueprint.before_request
def recognize() -> AnyResponse | None:
    """Find out who asks; let nobody in without a login, and change nothing for other sites."""
    session = request.cookies.get(SESSION, "")
    user_id = accounts().sessions.user_of(session, now=now()) if session else None
    g.user = accounts().users.find(user_id) if user_id else None
    g.cookie = session if g.user else request.cookies.get(VISIT) or secrets.token_urlsafe(32)
    is_open = (request.endpoint or "").startswith(_OPEN)
    if g.user is None and not is_open:
        back = request.full_path.rstrip("?") if request.method == "GET" else None
        return redirect(url("workbench.login.show", back=back), HTTPStatus.SEE_OTHER)
    if request.method not in ("GET", "HEAD", "OPTIONS"):
        require_own_form(request, session if g.user else request.cookies.get(VISIT, ""))
    return None


@blueprint.after_request
def remember_visit(response: Response) -> Response:
    """Give who is not logged in the cookie that the form's token follows from."""
    if g.get("user") is None and g.get("cookie") and request.cookies.get(VISIT) != g.cookie:
        keep_cookie(response, VISIT, g.cookie)
    return response


@blueprint.get("/")
def start() -> AnyResponse:
    """The queue is where the work is."""
    return go("queue.show")


@blueprint.route("/<path:_>")
def nothing(_: str) -> Response:
    """What is not there is said on a page, not in JSON."""
    abort(HTTPStatus.NOT_FOUND)


@blueprint.errorhandler(HTTPException)
def refused(error: HTTPException) -> AnyResponse:
    """A refusal as a page."""
    status = error.code or HTTPStatus.INTERNAL_SERVER_ERROR
    kinds = {HTTPStatus.FORBIDDEN: "forbidden", HTTPStatus.NOT_FOUND: "missing"}
    kind = "form" if error.description == "form" else kinds.get(HTTPStatus(status), "refused")
    g.setdefault("cookie", "")
    return page("problem.html", status, kind=kind)


@blueprint.errorhandler(StorageError)
def unusable(_: StorageError) -> AnyResponse:
    """The database is away: say so, without asking it for anything."""
    g.user = None
    g.setdefault("cookie", "")
    return page("problem.html", HTTPStatus.SERVICE_UNAVAILABLE, kind="storage")
