"""The page that a head of support tries first."""

from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from model import Dimension, Reply, Scorer
from service import create_app
from service.i18n import LANGUAGE_NAMES, strings
from service.playground import examples
from service.storage.keys import KeyRepository
from tests.builders import make_settings
from tests.fakes import FakeScorer

KINDS = ("curt", "vague", "excellent")


@pytest.mark.parametrize("code", LANGUAGE_NAMES)
def test_the_page_speaks_the_language_that_is_asked_for(client: FlaskClient, code: str) -> None:
    page = client.get(f"/playground?language={code}", headers={"Accept-Language": "fi"}).text

    assert f'<html lang="{code}">' in page
    assert strings(code)["playground.headline"] in page


def test_nothing_inline_is_allowed_but_where_the_api_is_shown(client: FlaskClient) -> None:
    assert "unsafe-inline" not in client.get("/playground").headers["Content-Security-Policy"]
    assert "unsafe-inline" in client.get("/docs").headers["Content-Security-Policy"]


def test_a_field_for_the_key_is_there_only_where_one_is_asked(tmp_path: Path) -> None:
    settings = make_settings(tmp_path)
    app = create_app(settings, scorer=FakeScorer(), log_stream=StringIO())
    without = app.test_client().get("/playground").text
    KeyRepository(settings.keys_file).create("desk", scopes=("score",), now=datetime.now(UTC))
    with_keys = app.test_client().get("/playground").text

    assert 'id="key"' not in without
    assert 'id="key"' in with_keys


@pytest.mark.parametrize("code", LANGUAGE_NAMES)
def test_every_language_has_a_curt_a_vague_and_an_excellent_example(code: str) -> None:
    assert tuple(example.kind for example in examples(code)) == KINDS


@pytest.mark.slow
@pytest.mark.parametrize("code", LANGUAGE_NAMES)
def test_the_shipped_scorer_hears_what_the_examples_show(shipped: Scorer, code: str) -> None:
    replies = [
        Reply(text=e.reply, customer_message=e.customer_message, channel=e.channel)
        for e in examples(code)
    ]
    curt, vague, excellent = (a.scores for a in shipped.score(replies))

    for dimension in curt:
        assert excellent[dimension].value > max(3.5, curt[dimension].value + 1)
    assert vague[Dimension.POLITENESS].value > curt[Dimension.POLITENESS].value + 1
    assert excellent[Dimension.CLARITY].value > vague[Dimension.CLARITY].value + 1
