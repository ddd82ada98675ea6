"""GET /playground: a page to write a reply on and hear how it sounds."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from flask import Blueprint, current_app, render_template, request

from model import Channel
from service.auth import require_scope
from service.errors import ProblemError
from service.i18n import LANGUAGE_NAMES, choose_language, strings

blueprint = Blueprint("playground", __name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A customer message and a reply to it that is curt, vague or excellent."""

    kind: str
    channel: Channel
    customer_message: str
    reply: str


@blueprint.get("/playground")
def playground() -> str:
    """Nothing that is written there is sent anywhere but to /v1/score."""
    language = choose_language(request.args.get("language"), request.accept_languages)
    return render_template(
        "playground.html",
        t=strings(language).__getitem__,
        language=language,
        languages=LANGUAGE_NAMES,
        channels=list(Channel),
        examples={code: examples(code) for code in LANGUAGE_NAMES},
        first=next(case for case in examples(language) if case.kind == "vague"),
        asks_key=_asks_key(),
    )


@cache
def examples(language: str) -> tuple[Example, ...]:
    """The cases in one language, poor before excellent."""
    source = files("service").joinpath("examples", f"{language}.toml").read_text("utf-8")
    return tuple(
        Example(**case | {"channel": Channel(case["channel"])})
        for case in tomllib.loads(source)["example"]
    )


def _asks_key() -> bool:
    try:
        require_scope(request, current_app.extensions["keys"], "score")
    except ProblemError:
        return True
    return False
