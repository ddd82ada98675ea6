"""What the workbench's pages share: who asks, how a page is rendered, what was just done."""

from datetime import datetime
from http import HTTPStatus
from typing import cast

from flask import Response, current_app, g, make_response, redirect, render_template, request
from flask import url_for as url
from markupsafe import Markup
from werkzeug.wrappers import Response as AnyResponse

from service.accounts import Accounts
from service.i18n import LANGUAGE_NAMES, choose_language, section, strings
from service.storage.audit import AuditRepository, Deed
from service.storage.database import Database
from service.storage.users import User
from service.workbench.guard import RIGHTS, form_token, may

SESSION, VISIT = "tonfall_session", "tonfall_visit"
"""The cookies: of who is logged in, and of who is not (for the form's token)."""


_OWN_FORM = Markup('<input type="hidden" name="form_token" value="{}">')


class FormError(Exception):
    """A form that cannot be used; the message is the key of a string."""


class Text:
    """The workbench's strings in one language: `t("queue.title")`, `t("queue.left", count=3)`."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._strings = strings(language)

    def __call__(self, key: str, **values: object) -> str:
        """The string with this key below `workbench`, with the values in their places."""
        text = self._strings[f"workbench.{key}"]
        return text.format(**values) if values else text


def now() -> datetime:
    """The time, as tests set it."""
    return cast("datetime", current_app.extensions["now"]())


def database() -> Database:
    """The database of this application."""
    return cast("Database", current_app.extensions["database"])


def accounts() -> Accounts:
    """The users of this application."""
    return cast("Accounts", current_app.extensions["accounts"])


def user() -> User:
    """Who asks; only on pages that need a login."""
    return cast("User", g.user)


def teams() -> list[str]:
    """The teams there are to choose from: the user's own, or every user's."""
    sees = user().sees
    return sorted({t for u in accounts().users.all() for t in u.teams} if sees is None else sees)


def language() -> str:
    """The user's language, else the visitor's."""
    known = g.get("user")
    if known:
        return cast("str", known.language)
    return choose_language(request.args.get("language"), request.accept_languages)


def text() -> Text:
    """The strings in that language."""
    return Text(language())


def words(name: str) -> dict[str, str]:
    """Strings that other pages have too, such as `widget.dimension`."""
    return section(language(), name)


def note(
    action: str,
    subject: str,
    *,
    before: dict[str, object] | None = None,
    after: dict[str, object] | None = None,
    actor: str | None = None,
) -> None:
    """Write down who did what."""
    deed = Deed(
        at=now(),
        actor=actor or user().id,
        action=action,
        subject=subject,
        before=before,
        after=after,
    )
    AuditRepository(database()).append(deed)


def page(template: str, status: int = HTTPStatus.OK, **context: object) -> Response:
    """A page of the workbench."""
    known = g.get("user")
    body = render_template(
        f"workbench/{template}",
        t=text(),
        language=language(),
        languages=LANGUAGE_NAMES,
        user=known,
        may={right: bool(known) and may(known, right) for right in RIGHTS},
        own_form=_OWN_FORM.format(form_token(g.cookie)),
        said=_said(),
        written=written,
        dimension_names=words("widget.dimension"),
        status_names=words("widget.status"),
        channel_names=words("playground.channels") | {"": "–"},
        **context,
    )
    return make_response(body, status)


def go(
    endpoint: str, said: str | None = None, anchor: str | None = None, **values: str | int
) -> AnyResponse:
    """Go on to another page, which says what was done (`said` is a key below `said.`)."""
    target = url(f"workbench.{endpoint}", said=said, _anchor=anchor, **values)  # type: ignore[arg-type]
    return redirect(target, HTTPStatus.SEE_OTHER)


def keep_cookie(response: AnyResponse, name: str, value: str) -> None:
    """A cookie for this site alone, for no script, gone with the browser."""
    forwarded = request.headers.get("X-Forwarded-Proto", "").partition(",")[0].strip()
    is_secure = request.is_secure or forwarded == "https"
    response.set_cookie(
        name,
        value,
        path="/workbench",
        httponly=True,
        samesite="Lax",
        secure=is_secure or current_app.extensions["settings"].is_public,
    )


def written(value: float, places: int = 1, *, is_signed: bool = False) -> str:
    """As the user's language writes it: a minus that is one, no negative zero, a decimal comma."""
    text = f"{round(value, places) + 0.0:{'+' if is_signed else ''}.{places}f}"
    text = text.replace("-", "−")
    return text if language() == "en" else text.replace(".", ",")


def _said() -> str | None:
    key = f"said.{request.args.get('said', '')}"
    return text()(key) if f"workbench.{key}" in strings(language()) else None
