"""The users: make, change, disable, reset."""

import re
from http import HTTPStatus

from flask import Blueprint, Response, abort, request
from werkzeug.wrappers import Response as AnyResponse

from service.i18n import LANGUAGE_NAMES
from service.storage.users import LoginTakenError, Role, User
from service.workbench.guard import require
from service.workbench.site import FormError, accounts, go, language, now, page, user

blueprint = Blueprint("users", __name__, url_prefix="/users")
_LOGIN = re.compile(r"[^\s<>\"']{1,200}")
_TEAM = re.compile(r"[^\s,][^,]{0,63}")


@blueprint.before_request
def authorize() -> None:
    """Admins alone."""
    require(user(), "users")


@blueprint.get("")
def show() -> Response:
    """All users, and the form for another."""
    return _page()


@blueprint.post("")
def create() -> AnyResponse:
    """Make a user and show the first password once."""
    try:
        login = request.form.get("login", "").strip()
        if not _LOGIN.fullmatch(login):
            raise FormError("users.fault.login")
        name, role, teams = _rights()
        chosen = request.form.get("language", "")
        made, password = accounts().create(
            login=login,
            name=name or login,
            role=role,
            language=chosen if chosen in LANGUAGE_NAMES else language(),
            teams=teams,
            actor=user().id,
            now=now(),
        )
    except LoginTakenError:
        return _page("users.fault.taken")
    except FormError as error:
        return _page(str(error))
    return _page(shown=made, password=password)


@blueprint.post("/<user_id>")
def change(user_id: str) -> AnyResponse:
    """Another name, role, other teams."""
    found = _find(user_id)
    try:
        name, role, teams = _rights()
        _keep_an_admin(found, role)
    except FormError as error:
        return _page(str(error))
    accounts().change(
        found, name=name or found.name, role=role, teams=teams, actor=user().id, now=now()
    )
    return go("users.show", "saved", anchor=f"u-{found.id}")


@blueprint.post("/<user_id>/reset")
def reset(user_id: str) -> Response:
    """A new password, shown once."""
    found = _find(user_id)
    return _page(shown=found, password=accounts().reset(found, actor=user().id, now=now()))


@blueprint.post("/<user_id>/disable")
def disable(user_id: str) -> AnyResponse:
    """Keep a user out."""
    found = _find(user_id)
    if found.id == user().id:
        return _page("users.fault.self")
    accounts().disable(found, actor=user().id, now=now())
    return go("users.show", "saved", anchor=f"u-{found.id}")


@blueprint.post("/<user_id>/enable")
def enable(user_id: str) -> AnyResponse:
    """Let a user in again."""
    found = _find(user_id)
    accounts().enable(found, actor=user().id, now=now())
    return go("users.show", "saved", anchor=f"u-{found.id}")


def _page(
    fault: str | None = None, *, shown: User | None = None, password: str | None = None
) -> Response:
    return page(
        "users.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if fault else HTTPStatus.OK,
        users=accounts().users.all(),
        roles=list(Role),
        now=now(),
        fault=fault,
        shown=shown,
        password=password,
    )


def _find(user_id: str) -> User:
    return accounts().users.find(user_id) or abort(HTTPStatus.NOT_FOUND)


def _rights() -> tuple[str, Role, list[str]]:
    role = request.form.get("role", "")
    if role not in list(Role):
        raise FormError("users.fault.role")
    teams = [t.strip() for t in request.form.get("teams", "").split(",") if t.strip()]
    if not all(_TEAM.fullmatch(team) for team in teams):
        raise FormError("users.fault.team")
    return request.form.get("name", "").strip()[:200], Role(role), teams


def _keep_an_admin(found: User, role: Role) -> None:
    if found.id == user().id and not role.includes(Role.ADMIN):
        raise FormError("users.fault.self")
