"""The module that a helpdesk loads."""

import json
import re

from flask.testing import FlaskClient

from service.i18n import LANGUAGE_NAMES, section
from service.widget import module


def test_the_module_comes_with_the_strings_of_every_language(client: FlaskClient) -> None:
    answer = client.get("/widget/tonfall.js")

    (appended,) = re.findall(r"\nconst STRINGS = (.*);\n$", answer.text)
    assert answer.content_type == "text/javascript; charset=utf-8"
    assert json.loads(appended) == {code: section(code, "widget") for code in LANGUAGE_NAMES}


def test_any_page_may_read_the_module_and_nothing_else(client: FlaskClient) -> None:
    assert client.get("/widget/tonfall.js").headers["Access-Control-Allow-Origin"] == "*"
    for path in ("/playground", "/static/playground.js", "/openapi.json"):
        with client.get(path) as answer:
            assert answer.status_code == 200
            assert "Access-Control-Allow-Origin" not in answer.headers


def test_a_browser_that_has_the_module_gets_no_second_copy(client: FlaskClient) -> None:
    first = client.get("/widget/tonfall.js")

    again = client.get("/widget/tonfall.js", headers={"If-None-Match": first.headers["ETag"]})

    assert first.headers["Cache-Control"] == "public, max-age=600"
    assert (again.status_code, again.data) == (304, b"")


def test_a_draft_has_nowhere_to_stay() -> None:
    assert not re.search(r"localStorage|sessionStorage|indexedDB|cookie|history\.", module())
