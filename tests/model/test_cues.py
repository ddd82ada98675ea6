import pytest

from model.cues import apologizes, closes, echoed, is_about_us, signs, tells_time, thanks


@pytest.mark.parametrize(
    "words",
    [
        "Den kommer på torsdag.",
        "Du får svar innen 3 virkedager.",
        "Vi ringer deg før kl. 12.",
        "Det tek to til tre veker.",
        "Du hører fra os senest den 14.",
        "Pengene er der om en time.",
        "Svaret kommer i morgon förmiddag.",
        "You hear from us within five working days.",
        "It leaves here on 3 May.",
        "Öppet till 21.",
        "Montøren kjem i uke 38.",
    ],
)
def test_a_time_is_found_in_five_languages(words: str) -> None:
    assert tells_time(words)


@pytest.mark.parametrize(
    "words",
    [
        "Vi återkommer så snart vi kan.",
        "Det ordner seg nok etter hvert.",
        "Have a nice day.",
        "You may go ahead and order it.",
        "Det kostar 249 kr.",
        "Vi ser på det snarest.",
    ],
)
def test_what_leaves_the_time_open_tells_none(words: str) -> None:
    assert not tells_time(words)


@pytest.mark.parametrize(
    "words",
    ["Tack för ditt mejl!", "Takk for det.", "Tak for tålmodigheden.", "We appreciate you!"],
)
def test_thanks_are_no_apology(words: str) -> None:
    assert thanks(words)
    assert not apologizes(words)


@pytest.mark.parametrize(
    "words", ["Vi beklagar!", "Det må du undskylde.", "So sorry.", "Vi er lei for det."]
)
def test_an_apology_is_no_thanks(words: str) -> None:
    assert apologizes(words)
    assert not thanks(words)


@pytest.mark.parametrize(
    "words",
    [
        "Med vänlig hälsning",
        "Mvh Eva",
        "Hilsen Hanne",
        "Beste helsing",
        "Tak på forhånd",
        "Warmly,",
    ],
)
def test_a_closing_line_closes(words: str) -> None:
    assert closes(words)


def test_a_sentence_that_begins_kindly_does_not_close() -> None:
    assert not closes("Bästa sättet är att ringa oss.")


@pytest.mark.parametrize("words", ["Eva, Kundtjänst", "Tlf. 22 33 44 55.", "VA-avdelningen"])
def test_a_name_and_a_number_sign(words: str) -> None:
    assert signs(words)


@pytest.mark.parametrize("words", ["- Ta med legitimasjon", "2. Slå av", "Det går bra."])
def test_a_list_and_a_sentence_do_not_sign(words: str) -> None:
    assert not signs(words)


@pytest.mark.parametrize(
    ("words", "expected"),
    [("Eg sender ein ny.", True), ("I'll send it.", True), ("Bor du i Bergen?", False)],
)
def test_what_the_writers_side_does_is_about_us(words: str, expected: bool) -> None:
    assert is_about_us(words) is expected


def test_words_come_back_with_other_endings() -> None:
    assert echoed("Fakturan för oktober är fel.", "Jag fick två fakturor i oktober") == 2
