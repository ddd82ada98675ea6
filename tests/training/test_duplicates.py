from tests.builders import make_reply
from training.duplicates import near_copies, overlaps, shared_openings


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


def test_a_near_copy_is_found_among_thousands_that_share_its_stock_sentences() -> None:
    stock = "Hej och tack för att du hör av dig till oss. Ha en fin dag och hör gärna av dig igen."
    known = [make_reply(f"k{i}", f"{stock} Ditt ärende har nummer {i}.") for i in range(3_000)]
    replies = [
        make_reply("copy", f"{stock} Ditt ärende har nummer 7 och är klart."),
        make_reply("own", f"{stock} " + " ".join(f"ord{i}" for i in range(60))),
        make_reply("set", f"{stock} Ditt ärende har nummer 7.", contrast_set="s"),
    ]
    family = [make_reply("other", f"{stock} Ditt ärende har nummer 7.", contrast_set="s")]

    assert [o.second.id for o in near_copies(replies, known, 0.5)] == ["copy", "set"]
    assert [o.second.id for o in near_copies(replies, family, 0.5)] == ["copy"]
