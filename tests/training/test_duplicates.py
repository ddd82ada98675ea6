from tests.builders import make_reply
from training.duplicates import overlaps, shared_openings


def test_a_shared_opening_is_found_outside_a_contrast_set_only() -> None:
    replies = [
        make_reply("a", "Hej Anna, tack för att du skriver. Det kommer i morgon."),
        make_reply("b", "hej anna tack för att vi fick höra det."),
        make_reply("c", "Ditt paket ligger hos ombudet nu.", contrast_set="s"),
        make_reply("d", "Ditt paket ligger hos ombudet redan.", contrast_set="s"),
        make_reply("e", "Hej Anna, tack för att", language="nb"),
    ]

    assert {k: [r.id for r in v] for k, v in shared_openings(replies).items()} == {"sv": ["a", "b"]}


def test_replies_with_the_same_4_grams_are_found() -> None:
    text = "Vi har skickat en ny faktura till dig i dag och den gamla är struken."
    replies = [
        make_reply("a", text),
        make_reply("b", "Hallå! " + text),
        make_reply("c", "Paketet är på väg och kommer fram till ombudet under morgondagen."),
        make_reply("d", text, contrast_set="s"),
        make_reply("e", text + " Mvh", contrast_set="s"),
    ]
    found = {(o.first.id, o.second.id) for o in overlaps(replies, 0.3)}

    assert ("a", "b") in found
    assert ("d", "e") not in found
    assert not any("c" in pair for pair in found)
