"""Who may do what in the workbench; the only place that decides it."""

import hashlib
import secrets
from collections.abc import Mapping
from http import HTTPStatus
from types import MappingProxyType
from typing import Literal

from flask import Request, abort

from service.storage.users import Role, User

Right = Literal["review", "plan", "report", "dispute", "export", "audit", "users"]
RIGHTS: Mapping[Right, Role] = MappingProxyType(
    {
        "review": Role.REVIEWER,
        "plan": Role.LEAD,
        "report": Role.LEAD,
        "dispute": Role.LEAD,
        "export": Role.LEAD,
        "audit": Role.ADMIN,
        "users": Role.ADMIN,
    }
)
"""What each thing to do asks for."""


def may(user: User, right: Right, team: str | None = None) -> bool:
    """True where the role suffices and, if there is one, the team is among the user's."""
    is_theirs = team is None or user.sees is None or team in user.sees
    return is_theirs and user.role.includes(RIGHTS[right])


def require(user: User, right: Right, team: str | None = None) -> None:
    """Stop a request that the user may not make. What is another team's does not exist."""
    if not may(user, right):
        abort(HTTPStatus.FORBIDDEN)
    if not may(user, right, team):
        abort(HTTPStatus.NOT_FOUND)


def form_token(cookie: str) -> str:
    """What a form of ours carries: follows from a cookie that no other site can read."""
    return hashlib.sha256(f"form:{cookie}".encode()).hexdigest()


def require_own_form(request: Request, cookie: str) -> None:
    """Stop a request that changes something and does not come from a form of ours."""
    sent = request.form.get("form_token", "")
    if not cookie or not secrets.compare_digest(sent.encode(), form_token(cookie).encode()):
        abort(HTTPStatus.BAD_REQUEST, "form")
