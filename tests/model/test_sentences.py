from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.sentences import sentence_spans


def sentences(text: str) -> list[str]:
    return [text[a:b] for a, b in sentence_spans(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Hej Anna! Det kommer kl. 14 den 3. maj, t.ex. till ombudet. Bra? Ja.",
            ["Hej Anna!", "Det kommer kl. 14 den 3. maj, t.ex. till ombudet.", "Bra?", "Ja."],
        ),
        (
            "Vi sender den f.eks. tirsdag. Tlf. er i appen, bl.a. under profil.",
            ["Vi sender den f.eks. tirsdag.", "Tlf. er i appen, bl.a. under profil."],
        ),
        ("1. Åpne appen.\n2. Trykk Ny.", ["1. Åpne appen.", "2. Trykk Ny."]),
        ("Hi Tom,\n\nIt ships today... Thanks!", ["Hi Tom,", "It ships today...", "Thanks!"]),
        ("- Punkt ett\n- Punkt to", ["- Punkt ett", "- Punkt to"]),
        ("Ok", ["Ok"]),
        ("👍", ["👍"]),
        (
            "Vi öppnar kl. 10 📚 Välkommen in! 👍 Hej",
            ["Vi öppnar kl. 10 📚", "Välkommen in!", "Hej"],
        ),
        ("Fin 👍 och bra", ["Fin 👍 och bra"]),
    ],
)
def test_sentences_of_real_replies(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


@given(st.text(max_size=200))
def test_spans_are_in_order_and_lose_no_word(text: str) -> None:
    spans = sentence_spans(text)

    assert all(a < b for a, b in spans)
    assert all(b <= c for (_, b), (c, _) in pairwise(spans))
    covered = "".join(text[a:b] for a, b in spans)
    assert sorted(c for c in covered if c.isalnum()) == sorted(c for c in text if c.isalnum())
