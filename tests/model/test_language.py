import pytest

from model import UNDETERMINED
from model.language import LanguageIdentifier


@pytest.fixture(scope="module")
def identifier() -> LanguageIdentifier:
    return LanguageIdentifier()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Hej, ditt paket skickas i morgon och du får ett sms när det är framme.", "sv"),
        (
            "Hei, vi sender pakken din i morgen tidlig, og du får beskjed når den er kommet fram.",
            "nb",
        ),
        ("Hei, pakka di blir send i morgon, og du får ei melding når ho er framme.", "nn"),
        ("Hej, din pakke bliver sendt i morgen, og du får en besked, når den er fremme.", "da"),
        ("Hello, your parcel ships tomorrow and you get a text when it has arrived.", "en"),
        ("Guten Tag, Ihr Paket wird morgen verschickt, Sie bekommen dann eine SMS.", UNDETERMINED),
        ("Hei, pakettisi lähetetään huomenna ja saat tekstiviestin.", UNDETERMINED),
        ("Twoja paczka zostanie wysłana jutro.", UNDETERMINED),
        ("お荷物は明日発送されます。", UNDETERMINED),
        ("👍", UNDETERMINED),
        ("12345", UNDETERMINED),
    ],
)
def test_a_plain_reply_is_identified(identifier: LanguageIdentifier, text: str, code: str) -> None:
    assert identifier.identify(text).code == code


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("Hei, eg lurer på når pakka mi kjem, eg har venta ei veke no.", "nn"),
        ("Hei, jeg lurer på når pakken min kommer, jeg har ventet en uke nå.", "nb"),
        ("Hej, jeg vil gerne vide, hvornår min pakke kommer, jeg har ventet en uge.", "da"),
    ],
)
def test_the_customer_message_decides_where_a_short_reply_does_not(
    identifier: LanguageIdentifier, message: str, code: str
) -> None:
    assert identifier.identify("Ok, den er sendt.", message).code == code


def test_a_clear_reply_is_not_overruled_by_the_customer_message(
    identifier: LanguageIdentifier,
) -> None:
    reply = "Hello, your parcel ships tomorrow and you get a text when it has arrived."

    assert identifier.identify(reply, "Hej, var är mitt paket?").code == "en"


def test_probabilities_are_probabilities(identifier: LanguageIdentifier) -> None:
    for text in ("Hej", "x", "Tack så mycket för hjälpen!", "…", "Ok sender i dag"):
        assert 0 <= identifier.identify(text).probability <= 1
