import json
from typing import Any

import pytest

from service.languagetool import AnnotationError, CheckedText, RuleChoice, matches

TEXT = "Hej 👋! Kontakta FAQ. Vi hörs."
ALL = RuleChoice()


def make_advice(
    rule: str = "say-when", of: str = "Kontakta FAQ.", text: str = TEXT
) -> dict[str, Any]:
    start = text.index(of)
    return {
        "rule": rule,
        "dimension": "clarity",
        "message": "Säg när.",
        "reason": "Kunden vet inte när.",
        "gain": 0.4,
        "start": start,
        "end": start + len(of),
        "start_utf16": 0,
        "end_utf16": 0,
        "replacements": ["Du får svar i dag."],
    }


def check(text: CheckedText, *advice: dict[str, Any], choice: RuleChoice = ALL) -> list[Any]:
    return matches(text, advice, choice)


def test_an_advice_is_a_match_in_utf_16_units() -> None:
    (match,) = check(CheckedText.plain(TEXT), make_advice())

    assert match == {
        "message": "Säg när.",
        "shortMessage": "Clarity",
        "offset": 8,
        "length": 13,
        "replacements": [{"value": "Du får svar i dag."}],
        "context": {"text": TEXT, "offset": 8, "length": 13},
        "sentence": "Kontakta FAQ.",
        "type": {"typeName": "Hint"},
        "rule": {
            "id": "say-when",
            "description": "Kunden vet inte när.",
            "issueType": "style",
            "category": {"id": "CLARITY", "name": "Clarity"},
        },
        "ignoreForIncompleteSentence": False,
        "contextForSureMatch": 0,
    }


def test_context_is_cut_on_both_sides_and_its_offset_fits() -> None:
    text = "👋" * 100 + "Kontakta FAQ." + "x" * 100
    (match,) = check(CheckedText.plain(text), make_advice(text=text))
    context = match["context"]
    units = context["text"].encode("utf-16-le")

    assert context["text"].startswith("...👋")
    assert context["text"].endswith("x...")
    cut = units[2 * context["offset"] : 2 * (context["offset"] + context["length"])]
    assert cut.decode("utf-16-le") == "Kontakta FAQ."


def test_offsets_count_the_markup_that_is_not_read() -> None:
    data = json.dumps(
        {
            "annotation": [
                {"text": "Hej!"},
                {"markup": "<p>", "interpretAs": "\n\n"},
                {"markup": "<b>"},
                {"text": "Kontakta "},
                {"markup": "</b>"},
                {"text": "FAQ."},
            ]
        }
    )
    checked = CheckedText.annotated(data)
    (match,) = check(checked, make_advice(text=checked.text))

    assert checked.text == "Hej!\n\nKontakta FAQ."
    assert (match["offset"], match["length"]) == (10, 17)


@pytest.mark.parametrize(
    "data",
    [
        "",
        "[]",
        "{}",
        '{"annotation": 5}',
        '{"annotation": [{}]}',
        '{"annotation": [{"text": 5}]}',
        '{"annotation": [{"text": "hemligt", "markup": "x"}]}',
        '{"annotation": [{"markup": "x", "interpretAs": null}]}',
        '{"annotation": ["hemligt"]}',
        "[" * 100_000,
    ],
)
def test_what_is_no_annotated_text_is_refused_without_repeating_it(data: str) -> None:
    with pytest.raises(AnnotationError) as caught:
        CheckedText.annotated(data)

    assert "hemligt" not in str(caught.value)


def test_an_advice_between_two_characters_marks_one() -> None:
    at_end = make_advice() | {"start": len(TEXT), "end": len(TEXT)}
    (match,) = check(CheckedText.plain(TEXT), at_end)

    assert (match["offset"], match["length"]) == (len(TEXT), 1)


def test_matches_come_in_the_order_of_the_text() -> None:
    late, early = make_advice("b", of="Vi hörs."), make_advice("a")
    found = check(CheckedText.plain(TEXT), late, early)

    assert [m["rule"]["id"] for m in found] == ["a", "b"]


@pytest.mark.parametrize(
    ("choice", "shown"),
    [
        (RuleChoice(disabled=frozenset({"a"})), ["b"]),
        (RuleChoice(disabled=frozenset({"CLARITY"})), []),
        (RuleChoice(enabled=frozenset({"a"})), ["a", "b"]),
        (RuleChoice(enabled=frozenset({"a"}), enabled_only=True), ["a"]),
        (RuleChoice(enabled=frozenset({"EMPATHY"}), enabled_only=True), []),
    ],
)
def test_a_client_chooses_its_rules(choice: RuleChoice, shown: list[str]) -> None:
    found = check(CheckedText.plain(TEXT), make_advice("a"), make_advice("b"), choice=choice)

    assert [m["rule"]["id"] for m in found] == shown
