from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from service import create_app
from service.api.payloads import utf16_units
from service.settings import SettingsError
from tests.builders import make_settings
from tests.fakes import TaggingScorer

BLAME = "Du skrev fel adress."


def make_client(tmp_path: Path, off: frozenset[str] = frozenset()) -> FlaskClient:
    scorer = TaggingScorer({"skrev fel": -1.0}, {"skrev fel": "blames_customer"})
    settings = replace(make_settings(tmp_path), advice_off=off)
    return create_app(settings, scorer=scorer, log_stream=StringIO()).test_client()


@pytest.fixture
def client(tmp_path: Path) -> FlaskClient:
    return make_client(tmp_path)


def score(client: FlaskClient, reply: str, **more: object) -> Any:
    response = client.post("/v1/score", json={"reply": reply, "channel": "chat"} | more)
    assert response.status_code == 200, response.json
    return response.json


@pytest.mark.parametrize("before", ["", "Hej 👋🏽! ", "Hej!\r\n", "He\u0301j. "], ids=ascii)
def test_advice_is_placed_in_the_text_as_sent(client: FlaskClient, before: str) -> None:
    text = f"{before}{BLAME} Vi skickar en ny.\n\n-- \nEva\nKundtjänst"

    (advice,) = score(client, text)["advice"]

    assert text[advice["start"] : advice["end"]] == BLAME
    units = text.encode("utf-16-le")
    found = units[2 * advice["start_utf16"] : 2 * advice["end_utf16"]]
    assert found.decode("utf-16-le") == BLAME
    assert (advice["rule"], advice["dimension"], advice["gain"]) == (
        "drop-the-blame",
        "politeness",
        1.0,
    )


def test_advice_speaks_the_language_that_is_asked_for(client: FlaskClient) -> None:
    text = f"{BLAME} Vi skickar en ny."

    found = {
        language: score(client, text, advice_language=language)["advice"][0]
        for language in ("sv", "nb", "nn", "da", "en", None)
    }

    assert found[None] == found["sv"]  # the reply's, where none is asked for
    del found[None]
    assert len({item["message"] for item in found.values()}) == 5
    assert len({item["reason"] for item in found.values()}) == 5


def test_no_advice_where_none_is_wanted(client: FlaskClient) -> None:
    assert score(client, BLAME + " Ja.", advice=False)["advice"] == []


def test_a_batch_gets_advice_only_where_it_asks_for_it(client: FlaskClient) -> None:
    item = {"reply": BLAME + " Ja."}

    response = client.post("/v1/score/batch", json={"items": [item, item | {"advice": True}]})

    silent, advised = response.json["results"]  # type: ignore[index]
    assert silent["advice"] == []
    assert [a["rule"] for a in advised["advice"]] == ["drop-the-blame"]


def test_a_rule_can_be_switched_off(tmp_path: Path) -> None:
    client = make_client(tmp_path, off=frozenset(["drop-the-blame"]))

    assert score(client, BLAME + " Ja.")["advice"] == []


def test_a_rule_that_is_none_cannot_be_switched_off() -> None:
    from service.settings import Settings

    with pytest.raises(SettingsError, match="TONFALL_ADVICE_OFF: 'be-nice' is no rule of advice"):
        Settings.from_env({"TONFALL_ADVICE_OFF": "greet, be-nice"})


def test_evidence_says_what_each_sentence_does(client: FlaskClient) -> None:
    first, second = score(client, f"{BLAME} Ja.", evidence=True)["evidence"]

    assert first["effects"] == {"empathy": -1.0, "politeness": -1.0, "clarity": -1.0}
    assert second["effects"] == {"empathy": 0.0, "politeness": 0.0, "clarity": 0.0}
    assert (second["start"], second["end"]) == (21, 24)


def test_the_time_in_the_model_holds_advice_and_evidence(client: FlaskClient) -> None:
    score(client, f"{BLAME} Ja.", evidence=True)

    assert "tonfall_scoring_seconds_count 3.0" in client.get("/metrics").text


def test_evidence_is_given_only_where_it_is_wanted(client: FlaskClient) -> None:
    assert score(client, f"{BLAME} Ja.")["evidence"] == []


@given(st.text(max_size=50))
def test_utf16_units_are_what_javascript_counts(text: str) -> None:
    astral = sum(ord(c) > 0xFFFF for c in text)

    assert utf16_units(text) == len(text) + astral


def test_clients_of_languagetool_are_shown_the_advice(client: FlaskClient) -> None:
    form = {"text": f"Hej 👋! {BLAME} Ja.", "language": "auto", "motherTongue": "da"}

    found = client.post("/compat/languagetool/v2/check", data=form).get_json()

    (match,) = found["matches"]
    assert (match["offset"], match["length"]) == (8, len(BLAME))
    assert match["rule"]["id"] == "drop-the-blame"
