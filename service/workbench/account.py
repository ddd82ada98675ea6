"""One's own account: language and password."""

from http import HTTPStatus

from flask import Blueprint, Response, request
from werkzeug.wrappers import Response as AnyResponse

from service.i18n import LANGUAGE_NAMES
from service.passwords import fault_of
from service.workbench.site import accounts, go, now, page, user

blueprint = Blueprint("account", __name__, url_prefix="/account")


@blueprint.get("")
def show() -> Response:
    """The forms."""
    return page("account.html", fault=None)


@blueprint.post("/language")
def set_language() -> AnyResponse:
    """Another language for the interface."""
    chosen = request.form.get("language", "")
    if chosen in LANGUAGE_NAMES:
        accounts().users.set_language(user().id, chosen)
    return go("account.show", "saved")


@blueprint.post("/password")
def set_password() -> AnyResponse:
    """Another password; it ends every session, this one too."""
    new = request.form.get("new", "")
    fault = fault_of(new, user().login)
    if not fault and not accounts().change_password(
        user(), request.form.get("current", "")[:200], new, now=now()
    ):
        fault = "wrong"
    if fault:
        return page("account.html", HTTPStatus.UNPROCESSABLE_ENTITY, fault=fault)
    return go("login.show", "password")
