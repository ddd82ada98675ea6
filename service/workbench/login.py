"""Logging in and out."""

from http import HTTPStatus
from urllib.parse import urlsplit

from flask import Blueprint, Response, redirect, request
from flask import url_for as url
from werkzeug.wrappers import Response as AnyResponse

from service.workbench.site import SESSION, accounts, go, keep_cookie, now, page

blueprint = Blueprint("login", __name__)


@blueprint.get("/login")
def show() -> Response:
    """The form."""
    return page("login.html", back=request.args.get("back", ""), is_wrong=False)


@blueprint.post("/login")
def log_in() -> AnyResponse:
    """Begin a new session, whatever session there was."""
    login, password = request.form.get("login", "")[:200], request.form.get("password", "")[:200]
    token = accounts().sign_in(login.strip(), password, now=now())
    if token is None:
        back = request.form.get("back", "")
        return page("login.html", HTTPStatus.UNAUTHORIZED, back=back, is_wrong=True, login=login)
    _end_session()
    response = redirect(_within(request.form.get("back", "")), HTTPStatus.SEE_OTHER)
    keep_cookie(response, SESSION, token)
    return response


@blueprint.post("/logout")
def log_out() -> AnyResponse:
    """End the session."""
    _end_session()
    response = go("login.show", "logged_out")
    response.delete_cookie(SESSION, path="/workbench")
    return response


def _end_session() -> None:
    if token := request.cookies.get(SESSION):
        accounts().sessions.close(token)


def _within(back: str) -> str:
    """Where to go on: a page of the workbench, and never another site."""
    parts = urlsplit(back)
    is_ours = not parts.scheme and not parts.netloc and back.startswith("/workbench/")
    return back if is_ours and "\\" not in back else url("workbench.start")
