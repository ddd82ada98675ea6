"""GET /widget/tonfall.js: the module that puts Tonfall in a reply box, with its strings."""

from functools import cache
from importlib.resources import files

from flask import Blueprint, Response, json, request

from service.i18n import LANGUAGE_NAMES, section

blueprint = Blueprint("widget", __name__)


@blueprint.get("/widget/tonfall.js")
def tonfall_js() -> Response:
    """One module for every helpdesk, on whatever origin it runs."""
    response = Response(module(), content_type="text/javascript; charset=utf-8")
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.cache_control.public = True
    response.cache_control.max_age = 600
    response.add_etag()
    response.make_conditional(request)
    return response


@cache
def module() -> str:
    """The source as written, then STRINGS: one request, so that no text can be missing."""
    source = files("service").joinpath("static", "widget", "tonfall.js").read_text("utf-8")
    texts = {language: section(language, "widget") for language in LANGUAGE_NAMES}
    return f"{source}\nconst STRINGS = {json.dumps(texts, ensure_ascii=False)};\n"
