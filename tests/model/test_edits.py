from hypothesis import given
from hypothesis import strategies as st

from model.edits import moved, put_after, replaced, without


def test_a_sentence_taken_out_leaves_no_double_space() -> None:
    assert without("Hej! Läs villkoren. Tack.", [(5, 19)]) == "Hej! Tack."


def test_the_first_and_the_last_sentence_can_be_taken_out() -> None:
    assert without("Hej! Tack.", [(0, 4)]) == "Tack."
    assert without("Hej! Tack.", [(5, 10)]) == "Hej!"


def test_several_places_are_taken_out_at_once() -> None:
    assert without("A b. C d. E f.", [(0, 4), (10, 14)]) == "C d."


@given(st.text(max_size=60), st.integers(0, 60), st.integers(0, 60))
def test_nothing_but_the_span_and_space_is_lost(text: str, a: int, b: int) -> None:
    start, end = sorted((min(a, len(text)), min(b, len(text))))

    left = without(text, [(start, end)])

    assert "".join(left.split()) == "".join((text[:start] + text[end:]).split())


def test_more_is_put_after_a_sentence_with_a_stop_between() -> None:
    assert put_after("Vi tittar på det", 16, "Du hör av oss.") == "Vi tittar på det. Du hör av oss."
    assert put_after("Ja.\nMvh", 3, "Tack.") == "Ja. Tack.\nMvh"


def test_a_sentence_can_be_replaced_or_moved() -> None:
    assert replaced("Ja. Läs det.", (4, 12), "Se här.") == "Ja. Se här."
    assert moved("Hej! Vi kollade. Ja.", (17, 20), 5) == "Hej! Ja. Vi kollade."
