import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.alike import HIDDEN, alike, is_closing


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [
        ("sv", "Paketet ligger i Västerås.", "Paketet ligger i Norra Ljunga."),
        ("en", "Your Kindle reaches York on Monday.", "Your Galaxy reaches Leeds on Monday."),
        ("nb", "Saken har nummer A-5519.", "Saken har nummer 2031."),
        ("da", "Du får 249 kr. tilbage.", "Du får 1.000 kr. tilbage."),
        ("nn", "De får 70 kr.", "De får 1 240 kr."),
        ("en", "Your ticket is LX-7.", "Your ticket is 4410."),
        ("sv", "Ring mig på 08-465 004 12.", "Ring mig på [phone]."),
        ("da", "Dit CPR-nummer er 211062-5629.", "Dit CPR-nummer er [personnummer]."),
        ("en", "Good morning, it is on its way.", "Good evening, it is on its way."),
        ("nn", "God kveld! Pakka kjem.", "God morgon! Pakka kjem."),
        ("nb", "Velkommen til kurset, Rosita!", "Velkommen til kurset, Ola Nordmann!"),
        ("nb", "Velkommen til kurset, Rosita!", "Velkommen til kurset!"),
        ("sv", "Aino, jag ringer dig.", "jag ringer dig."),
        ("da", "Ja, Mogens, den er sendt.", "Ja, den er sendt."),
    ],
)
def test_what_must_not_move_a_score_reads_alike(language: str, one: str, other: str) -> None:
    assert alike([one], language) == alike([other], language)


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "I'm sorry, but I've not heard back since Monday, so I'll call in March."),
        ("nb", "Vi ringer, og De får svar av oss."),
        ("da", "Hvis I vil, ringer vi til jer."),
        ("sv", "Kontakta FAQ eller SMS."),
        ("sv", "RMA:n är eskalerad till L2."),
        ("sv", "Tack. Du får svar i dag."),
        ("en", "Yes, Monday, as agreed."),
        ("sv", "Tyvärr, det går inte."),
    ],
)
def test_words_that_are_no_names_stay(language: str, sentence: str) -> None:
    assert alike([sentence], language) == [sentence]


def test_a_signature_alone_is_a_name() -> None:
    assert alike(["Du får svar i dag.", "Ola Nordmann"], "nb") == ["Du får svar i dag.", HIDDEN]
    assert alike(["Ja.", "Hilsen Kari"], "nb")[1] == " ".join(
        alike(["Ja.", "Hilsen", "Kari"], "nb")[1:]
    )
    assert alike(["Ja.", "Vennlig hilsen Kari"], "nb") == ["Ja.", f"Vennlig hilsen {HIDDEN}"]


@given(st.lists(st.text(alphabet="Hej du. Anna!?\n42", min_size=1, max_size=30), max_size=4))
def test_there_are_as_many_sentences_as_before(sentences: list[str]) -> None:
    assert len(alike(sentences, "sv")) == len(sentences)


def test_a_first_name_that_opens_a_sentence_reads_alike() -> None:
    one, other = (alike([f"{name} ringer deg i morgen."], "nb") for name in ("Kari", "Abdullah"))

    assert one == other == [f"{HIDDEN} ringer deg i morgen."]


@pytest.mark.parametrize(
    "sentence",
    [
        "May we call you?",
        "Can you call?",
        "Per telefon går det fort.",
        "Mina sidor är nere.",
        "Eva",
    ],
)
def test_a_word_that_opens_a_sentence_is_no_name(sentence: str) -> None:
    assert alike([sentence], "en") == [sentence]


@pytest.mark.parametrize(
    "text", ["Best wishes, Tom", "Med venlig hilsen,", "Vennlig hilsen Kari", "Many thanks!", "Mvh"]
)
def test_the_closing_of_a_letter_is_known(text: str) -> None:
    assert is_closing(text)


@pytest.mark.parametrize("text", ["Best wishes for your wedding.", "Du får svar i dag.", "Hej!"])
def test_what_says_more_closes_no_letter(text: str) -> None:
    assert not is_closing(text)
