from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model import ReplyError
from model.redaction import redact
from model.text import MAX_CHARACTERS, check_text, prepare

SWEDISH = """Hej Anna,\r
\r
Ditt paket kommer i morgon.\r
\r
Med vänlig hälsning\r
Erik Lund\r
Kundservice | Paketbolaget AB\r
08-465 004 10\r
\r
Den 3 okt. 2025 skrev Anna <anna@mejl.example>:\r
> Var är mitt paket?\r
"""


def test_signature_and_quoted_mail_are_taken_off_and_the_name_stays() -> None:
    assert prepare(SWEDISH).text == (
        "Hej Anna,\n\nDitt paket kommer i morgon.\n\nMed vänlig hälsning\nErik Lund"
    )


@pytest.mark.parametrize(
    ("tail", "kept"),
    [
        ("\n\n-----Ursprungligt meddelande-----\nFrån: Anna", ""),
        ("\n\nFrom: Anna\nSent: Monday\nHello", ""),
        ("\n\nOn Mon, 3 Nov 2025 at 10:12, Anna wrote:\n> Where is it?", ""),
        ("\n\nFra: Anna\nSendt: mandag\nHei", ""),
        ("\n\nSkickat från min iPhone", ""),
        ("\n-- \nErik Lund\nPaketbolaget", ""),
        ("\n\nDenne e-posten kan inneholde konfidensiell informasjon.", ""),
        ("\n\nBest regards\nTom\n\nPS. The key is under the mat, so you can come any time.", None),
        ("\n\nKind regards\nTom\nHead of Support | Parcels Ltd", "\n\nKind regards\nTom"),
    ],
)
def test_what_is_no_part_of_the_reply_is_taken_off(tail: str, kept: str | None) -> None:
    body = "Paketet kommer i morgon."

    assert prepare(body + tail).text == body + (tail if kept is None else kept)


def test_lines_quoted_between_the_answers_are_taken_off() -> None:
    assert prepare("> När kommer det?\nI morgon.\n> Vad kostar det?\n49 kr.").text == (
        "I morgon.\n49 kr."
    )


@pytest.mark.parametrize("text", ["Mvh\nAnna", "> bara ett citat", "Skickat från min iPhone"])
def test_a_reply_of_which_nothing_would_be_left_keeps_what_it_had(text: str) -> None:
    assert prepare(text).text == text


def test_combining_marks_are_composed_and_invisible_characters_dropped() -> None:
    assert prepare("Fo\u0308rsta\u200b  raden\u00a0här").text == "Första raden här"


@given(st.text(min_size=1, max_size=200))
def test_every_character_came_from_where_its_offset_says(text: str) -> None:
    prepared = prepare(text)

    assert len(prepared.starts) == len(prepared.ends) == len(prepared.text)
    assert list(prepared.starts) == sorted(prepared.starts)
    for start, end in zip(prepared.starts, prepared.ends, strict=True):
        assert 0 <= start < end <= len(text)


@given(st.text(st.sampled_from("abcåö é👍\u0308\n\r>-"), min_size=1, max_size=60))
def test_preparing_the_sent_span_again_gives_the_same_text(text: str) -> None:
    prepared = prepare(text)
    if prepared.text and "\n" not in prepared.text and ">" not in text:
        start, end = prepared.sent_span(0, len(prepared.text))
        assert prepare(text[start:end]).text == prepared.text


def empty() -> str:
    return " \n\u200b\t"


def too_long() -> str:
    return "a" * (MAX_CHARACTERS + 1)


def with_control() -> str:
    return "hemlig\x07text"


@pytest.mark.parametrize(
    ("make", "rule"),
    [(empty, "empty"), (too_long, "too_long"), (with_control, "control_character")],
)
def test_text_that_cannot_be_scored_is_refused_without_repeating_it(
    make: Callable[[], str], rule: str
) -> None:
    with pytest.raises(ReplyError) as caught:
        check_text(make())

    assert caught.value.rule == rule
    assert "hemlig" not in str(caught.value)


def test_the_longest_reply_is_not_refused() -> None:
    check_text("a" * MAX_CHARACTERS)


def test_a_masked_signature_is_taken_off_like_the_one_that_was_sent() -> None:
    sent = "Du får svar i dag.\n\nMvh\nAnna\nanna@firma.example\n070-174 06 05"

    assert prepare(redact(sent).text).text == prepare(sent).text
