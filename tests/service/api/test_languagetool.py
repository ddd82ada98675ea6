import json
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from service.storage.keys import KeyRepository
from tests.fakes import FakeScorer

CHECK = "/compat/languagetool/v2/check"
WORD = "hemlighuset"


def check(client: FlaskClient, **fields: str) -> Any:
    return client.post(CHECK, data={"text": "Kontakta FAQ.", "language": "sv-SE"} | fields)


def test_the_answer_has_languagetools_shape(client: FlaskClient) -> None:
    response = check(client, unknownField="x", username="anna")

    assert response.status_code == 200
    assert response.json["software"]["name"] == "Tonfall"
    assert response.json["warnings"] == {"incompleteResults": False}
    assert response.json["language"] == {
        "name": "Swedish",
        "code": "sv-SE",
        "detectedLanguage": {"name": "Swedish", "code": "sv-SE", "confidence": 0.99},
    }
    assert isinstance(response.json["matches"], list)


@pytest.mark.parametrize(
    ("tag", "code"),
    [("auto", None), ("no", "nb"), ("nb-NO", "nb"), ("nn", "nn"), ("da-DK", "da"), ("en-GB", "en")],
)
def test_languages_are_named_in_any_usual_way(
    client: FlaskClient, scorer: FakeScorer, tag: str, code: str | None
) -> None:
    assert check(client, language=tag).status_code == 200
    assert scorer.asked[-1].language == code


def test_markup_is_not_scored(client: FlaskClient, scorer: FakeScorer) -> None:
    data = json.dumps({"annotation": [{"markup": "<p>"}, {"text": "Hej!"}]})
    response = client.post(CHECK, data={"data": data, "language": "auto"})

    assert response.status_code == 200
    assert scorer.asked[-1].text == "Hej!"


def test_an_empty_document_has_no_matches(client: FlaskClient, scorer: FakeScorer) -> None:
    response = check(client, text=" \n", language="auto")

    assert response.json["matches"] == []
    assert response.json["language"]["code"] == "und"
    assert len(scorer.asked) == 1


@pytest.mark.parametrize(
    "fields",
    [
        {"language": "de"},
        {"level": WORD},
        {"data": WORD},
        {"text": "a" * 20_001},
        {"text": WORD + "\u0007"},
    ],
)
def test_a_bad_field_is_a_problem_that_repeats_nothing(
    client: FlaskClient, fields: dict[str, str]
) -> None:
    response = check(client, **fields)

    assert response.status_code == 422
    assert response.content_type == "application/problem+json"
    assert WORD not in response.text


@pytest.mark.parametrize("body", [b"text=%ff&language=sv", b"text=\xff&language=sv", b"&a=" * 200])
def test_a_form_that_is_none_is_a_problem(client: FlaskClient, body: bytes) -> None:
    response = client.post(CHECK, data=body, content_type="application/x-www-form-urlencoded")

    assert response.status_code == 400
    assert check(client).status_code == 200


def test_json_is_no_form(client: FlaskClient) -> None:
    response: Any = client.post(CHECK, json={"text": "Hej"})

    assert (response.status_code, response.json["type"]) == (415, "urn:tonfall:problem:not-form")


def test_the_key_may_be_a_field_of_the_form_and_is_not_logged(
    client: FlaskClient, tmp_path: Path, log: StringIO
) -> None:
    keys = KeyRepository(tmp_path / "keys.json")
    _, secret = keys.create("editor", scopes=("score",), now=datetime.now(UTC))

    assert check(client).status_code == 401
    assert check(client, apiKey="nope").status_code == 401
    assert check(client, apiKey=secret, text=WORD).status_code == 200
    assert secret not in log.getvalue()
    assert WORD not in log.getvalue()
    assert client.post("/v1/score", data={"apiKey": secret}).status_code == 401


def test_the_languages_are_listed_without_a_key(client: FlaskClient) -> None:
    listed: Any = client.get("/compat/languagetool/v2/languages").json

    assert [entry["code"] for entry in listed] == ["sv", "nb", "nn", "da", "en"]
    assert listed[1] == {"name": "Norwegian (Bokmål)", "code": "nb", "longCode": "nb-NO"}
