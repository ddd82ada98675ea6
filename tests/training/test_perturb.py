from pathlib import Path

import pytest

from model import LANGUAGES
from tests.builders import make_reply
from training.errors import CorpusError
from training.perturb import (
    BACKGROUNDS,
    EVALUATION_SWAPS,
    GENDERS,
    TRAINING_SWAPS,
    Place,
    Role,
    load_swaps,
    with_city,
    with_name,
    with_other_numbers,
    with_other_quotes,
    with_phrase,
    with_quoted_mail,
)
from training.stock import TO_TRAIN, load_phrases


def entries(path: Path) -> set[str]:
    return {
        entry
        for lists in load_swaps(path).values()
        for group in (
            lists.cities,
            lists.phrases,
            *(names for of in lists.names.values() for names in of.values()),
        )
        for entry in group
    }


def test_evaluation_swaps_nothing_that_training_has_seen() -> None:
    phrases = {phrase.text for phrase in load_phrases(TO_TRAIN)}

    assert entries(EVALUATION_SWAPS) & (entries(TRAINING_SWAPS) | phrases) == set()


def test_there_are_enough_phrases_to_add() -> None:
    for code, lists in load_swaps().items():
        assert len({*lists.phrases}) >= 8, code


@pytest.mark.parametrize("path", [EVALUATION_SWAPS, TRAINING_SWAPS], ids=lambda p: p.stem)
def test_every_language_has_six_names_a_group_and_enough_cities(path: Path) -> None:
    for code, lists in load_swaps(path).items():
        assert len({*lists.cities}) >= 8, code
        for background in BACKGROUNDS:
            for gender in GENDERS:
                assert len({*lists.names[background][gender]}) == 6, (code, background, gender)


def test_lists_that_are_not_there_are_named(tmp_path: Path) -> None:
    (tmp_path / "swaps.toml").write_text("[sv]\ncities = []\n")

    with pytest.raises(CorpusError, match=r"swaps\.toml: needs cities and names for sv"):
        load_swaps(tmp_path / "swaps.toml")
    assert set(load_swaps()) == set(LANGUAGES)


def test_a_customers_name_is_swapped_wherever_it_stands() -> None:
    reply = make_reply(
        reply="Hei, Odd! Odds pakke er her, Oddny.", customer_message="Hvor? Hilsen Odd"
    )
    swapped = with_name(reply, Role.CUSTOMER, "Fatima")

    assert swapped is not None
    assert swapped.reply == "Hei, Fatima! Fatimas pakke er her, Oddny."
    assert swapped.customer_message == "Hvor? Hilsen Fatima"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hej! Det är klart.", "Hej Ada! Det är klart."),
        ("God morgen, Arvid Moen!", "God morgen, Ada Moen!"),
        ("Kære Inger og Poul\n\nTak.", "Kære Ada og Poul\n\nTak."),
        ("Dear Customer, we are closed.", None),
        ("Det är klart.", None),
        ("Hejsan svejsan!", None),
    ],
)
def test_a_greeting_carries_the_customers_name(text: str, expected: str | None) -> None:
    swapped = with_name(make_reply(reply=text), Role.CUSTOMER, "Ada")

    assert (swapped and swapped.reply) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Klart.\n\nVennlig hilsen Marte", "Klart.\n\nVennlig hilsen Ada"),
        ("Klart.\nMvh Dag i annonseavdelingen", "Klart.\nMvh Ada i annonseavdelingen"),
        ("Det ordner vi.", "Det ordner vi.\nAda"),
        ("Det ordner vi.\n\nSupporten", None),
    ],
)
def test_a_signature_carries_the_agents_name(text: str, expected: str | None) -> None:
    swapped = with_name(make_reply(reply=text), Role.AGENT, "Ada")

    assert (swapped and swapped.reply) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("kl. 16.30, 24/7, 100 %", "kl. 17.30, 24/7, 100 %"),
        ("23:15", "22:15"),
        ("1 dag, 3-5 dager, 31. mai", "1 dag, 4-6 dager, 30. mai"),
        ("Ordre 40917 fra 2024", "Ordre 50128 fra 2025"),
        ("07", "08"),
    ],
)
def test_numbers_keep_their_length_order_and_kind(text: str, expected: str) -> None:
    changed = with_other_numbers(make_reply(reply=text, customer_message=text))

    assert changed is not None
    assert (changed.reply, changed.customer_message) == (expected, expected)


def test_what_is_not_there_is_not_swapped() -> None:
    plain = make_reply(reply="Inga siffror")

    assert with_other_numbers(plain) is None
    assert with_other_quotes(plain) is None
    assert with_city(plain, "Umeå", ["Lund"]) is None


def test_a_city_is_swapped_or_stands_under_the_reply() -> None:
    named = with_city(make_reply(reply="Vi har Lunds bästa kaffe."), "Umeå", ["Lund"])
    under = with_city(make_reply(reply="Vi har kaffe."), "Umeå", ["Lund"])

    assert named is not None
    assert under is not None
    assert (named.reply, under.reply) == ("Vi har Umeås bästa kaffe.", "Vi har kaffe.\nUmeå")


def test_quotation_marks_change_their_style_and_not_their_words() -> None:
    changed = with_other_quotes(make_reply(reply='Välj "Ny order" i menyn.'))

    assert changed is not None
    assert changed.reply == "Välj «Ny order» i menyn."


def test_a_quoted_mail_stands_below_and_holds_the_message() -> None:
    changed = with_quoted_mail(make_reply(reply="Ja.", customer_message="Öppet?\nNu?"))

    assert changed.reply.startswith("Ja.\n\n-- \n")
    assert changed.reply.endswith("> Öppet?\n> Nu?\n")


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        (Place.START, "Hej Eva! FRAS. Det är klart. Hör av dig!\n\nSupporten"),
        (Place.MIDDLE, "Hej Eva! Det är klart. FRAS. Hör av dig!\n\nSupporten"),
        (Place.END, "Hej Eva! Det är klart. Hör av dig! FRAS.\n\nSupporten"),
    ],
)
def test_a_phrase_stands_between_greeting_and_signature(place: Place, expected: str) -> None:
    reply = make_reply(reply="Hej Eva! Det är klart. Hör av dig!\n\nSupporten")

    assert with_phrase(reply, "FRAS.", place).reply == expected


def test_a_phrase_may_open_a_reply_that_does_not_greet() -> None:
    assert with_phrase(make_reply(reply="Klart."), "FRAS.", Place.START).reply == "FRAS. Klart."
