import json

from model import Channel, Reply
from tests.benchmark.texts import batch, dealt, growing, typed

FIRST = Reply(text="Hej! Det kommer i dag.", customer_message="Var?", channel=Channel.CHAT)
SECOND = Reply(text="Nej.", customer_message="Kan jag?", channel=Channel.SMS)


def test_a_reply_grows_until_it_is_whole() -> None:
    assert growing("a b c d e f", 3) == ["a b", "a b c d", "a b c d e f"]


def test_a_growing_reply_is_never_empty() -> None:
    assert growing("Hej\nEva", 4) == ["Hej\nEva"] * 4


def test_each_writer_types_a_reply_of_its_own() -> None:
    sent = [[json.loads(b)["reply"] for b in own] for own in typed([FIRST, SECOND], 2, {})]

    assert sent == [["Hej! Det", FIRST.text], ["Nej.", "Nej."]]


def test_whole_replies_are_dealt_out_once_with_what_is_asked() -> None:
    sent = [[json.loads(b) for b in own] for own in dealt([FIRST, SECOND], 2, {"advice": False})]

    assert [[b["reply"] for b in own] for own in sent] == [[FIRST.text], [SECOND.text]]
    assert sent[0][0]["advice"] is False


def test_a_batch_repeats_the_replies_until_it_is_full() -> None:
    items = json.loads(batch([FIRST, SECOND], 3))["items"]

    assert [item["reply"] for item in items] == [FIRST.text, SECOND.text, FIRST.text]
