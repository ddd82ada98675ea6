import pytest

from tests.builders import make_reply
from training.personal import personal_data


@pytest.mark.parametrize(
    "text",
    [
        "Mejla kund@paketbolaget.example eller info@example.com.",
        "Läs mer på https://paketbolaget.example/retur?id=3.",
        "Ring 08-465 004 10.",
        "Call 07700 900123 or 555-0123.",
        "Order A-448 120, 2025-10-03, 14:30, 12 500 kr.",
    ],
)
def test_what_no_one_owns_passes(text: str) -> None:
    assert list(personal_data(make_reply(reply=text))) == []


@pytest.mark.parametrize(
    "text",
    [
        "Mejla kund@paketbolaget.se.",
        "Se https://www.paketbolaget.se/retur.",
        "Ring 070-123 45 67.",
        "Personnummer 811228-9874.",
        "Kort 4571 0000 1234 5678.",
    ],
)
def test_what_somebody_could_own_is_found_and_not_repeated(text: str) -> None:
    (fault,) = personal_data(make_reply(reply=text))

    assert fault.startswith("reply: ")
    assert not set(text.rstrip(".").split()[-1:]) & set(fault.split())
