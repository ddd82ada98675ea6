import subprocess
import sys
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import luhn

from model.alike import alike
from model.redaction import Found, Kind, redact
from tests.model.redaction.generated import NUMBERS, SENTENCES, card, personnummer

TELLING = [
    *(
        "tlf ",
        "ring ",
        "konto ",
        "ordre ",
        "personnummer ",
        "iban ",
        "kort ",
        "og ",
        " at ",
        "NO93",
    ),
    *("[phone]", "[email]", "811218", "9876", "41234567", "+47", "(0)", "@", ".no", " punkt no"),
    *("-", " ", "\n", "\u00a0", "\u200b", "a", ",", ". ", "4111 1111 1111 1111", "86011117947"),
]
HOSTILE = [
    *("1", "1 ", "07 ", "0701-", "12 34 ", "a", "a@", "a (at) ", "a.", "a dot ", "a at a dot "),
    *("@", "no93 ", "NO93 1 1 ", "tlf 12345678, ", "+47 22 33 44 55 ", "(", "\n1", " "),
    *("ring meg ", "[phone], 1234567 ", "konto 1 2 3 4 5 6 7 ", "811218-9876 ", "4111 "),
]
CHAOS = st.one_of(st.text(), st.lists(st.sampled_from(TELLING), max_size=25).map("".join))


@pytest.mark.parametrize("name", NUMBERS)
@given(pick=st.data(), sentence=st.sampled_from(SENTENCES))
def test_a_valid_number_is_masked_in_any_sentence(
    name: str, pick: st.DataObject, sentence: str
) -> None:
    kind, numbers = NUMBERS[name]
    number = pick.draw(numbers)

    redacted = redact(sentence.format(number))

    assert [found.kind for found in redacted.found] == [kind]
    assert not any(c.isdigit() for c in redacted.text)


@given(personnummer(), st.integers(1, 9))
def test_a_wrong_check_digit_is_masked_only_where_words_say_what_it_is(
    number: str, by: int
) -> None:
    digits = number.replace("\n", "").replace("-", "").replace("+", "").replace(" ", "")
    digits = "19" + digits[-10:-6] + "32" + digits[-4:-1]  # a day that is none in any country
    wrong = digits + str((int(luhn.calc_check_digit(digits[2:])) + by) % 10)

    assert redact(f"Vi noterade {wrong} i dag.").found == ()
    assert redact(f"Personnummer {wrong} i dag.").text == "Personnummer [personnummer] i dag."


@given(card(), st.integers(1, 9))
def test_a_card_with_a_wrong_check_digit_needs_the_word(number: str, by: int) -> None:
    wrong = number[:-1] + str((int(number[-1]) + by) % 10)

    assert Kind.CARD not in {found.kind for found in redact(f"Se {wrong} her.").found}
    assert redact(f"Kortnummer {wrong} her.").text == "Kortnummer [card] her."


@given(CHAOS)
def test_no_text_raises_and_a_masked_text_stays_as_it_is(text: str) -> None:
    once = redact(text).text

    assert redact(once).text == once


@given(CHAOS)
def test_what_was_found_lies_in_order_and_apart_and_is_all_that_changed(text: str) -> None:
    redacted = redact(text)

    at, rebuilt = 0, ""
    for found in redacted.found:
        assert at <= found.start < found.end <= len(text)
        rebuilt += text[at : found.start] + found.kind.token
        at = found.end
    assert rebuilt + text[at:] == redacted.text


def test_found_says_where_in_the_original_even_beside_invisible_characters() -> None:
    text = "Ring\u00ad 412\u00a034\u200b \u00a0567."

    assert redact(text).found == (Found(kind=Kind.PHONE, start=6, end=len(text) - 1),)


def test_a_lone_surrogate_is_no_trouble() -> None:
    assert redact("\ud800 tlf 41234567 \udfff").text == "\ud800 tlf [phone] \udfff"


@pytest.mark.parametrize(
    "piece",
    HOSTILE,
)
def test_time_grows_with_the_length_of_a_hostile_text_and_not_with_its_square(piece: str) -> None:
    redact("tlf +47 22 33 44 55, NO9386011117947")  # libraries load once

    def seconds(characters: int) -> float:
        text = (piece * characters)[:characters]
        started = time.process_time()
        redact(text)
        return time.process_time() - started

    # Quadratic work takes sixteen times as long for four times the text, cubic sixty-four.
    assert seconds(20_000) < 10 * seconds(5_000) + 0.2


def test_scoring_does_not_load_what_redaction_needs() -> None:
    code = (
        "import sys; import model.redaction; from model import Reply, load_scorer; "
        "load_scorer().score([Reply(text='Hej! Du får svar i dag.')]); "
        "model.redaction.redact('Hej! Du får svar i dag kl. 14.30.'); "
        "print(*{m.split('.')[0] for m in sys.modules} & {'stdnum', 'phonenumbers'})"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == ""


def test_every_kind_of_mask_is_read_by_the_scorer_as_what_it_stands_for() -> None:
    sentences = [f"Hej, {kind.token} stämmer." for kind in Kind]

    assert not any("[" in sentence for sentence in alike(sentences, "sv"))
