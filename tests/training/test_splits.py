from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from tests.builders import make_reply
from training.splits import groups, splits


def test_what_belongs_together_shares_a_group_through_others_too() -> None:
    replies = [
        make_reply("a", batch="w1-parcels", contrast_set="set"),
        make_reply("b", batch="w2-bank", contrast_set="set"),
        make_reply("c", batch="w2-bank"),
        make_reply("d", counterpart_of="c"),
        make_reply("e", batch="w3-hotel"),
    ]
    names = groups(replies)

    assert len(set(names[:4])) == 1
    assert names[4] not in names[:4]


def test_splits_are_the_same_in_any_order_and_when_the_corpus_grows() -> None:
    replies = [make_reply(f"r{i}", batch=f"b{i // 3}") for i in range(300)]
    first = dict(zip((r.id for r in replies), splits(replies), strict=True))
    grown = [make_reply(f"n{i}", batch=f"new{i}") for i in range(50)] + replies[::-1]
    second = dict(zip((r.id for r in grown), splits(grown), strict=True))

    assert {k: second[k] for k in first} == first


def test_about_seven_tenths_are_for_training() -> None:
    replies = [make_reply(f"r{i}", batch=f"b{i}") for i in range(2_000)]
    shares = {k.value: v / 2_000 for k, v in Counter(splits(replies)).items()}

    assert abs(shares["train"] - 0.70) < 0.03
    assert abs(shares["calibration"] - 0.15) < 0.03
    assert abs(shares["test"] - 0.15) < 0.03


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=30))
def test_no_group_is_ever_divided(ties: list[tuple[int, int]]) -> None:
    replies = [
        make_reply(f"r{i}", batch=f"b{batch}", contrast_set=f"s{family}")
        for i, (batch, family) in enumerate(ties)
    ]
    of = splits(replies)

    for i, a in enumerate(replies):
        for j, b in enumerate(replies):
            if a.contrast_set == b.contrast_set or a.origin["batch"] == b.origin["batch"]:
                assert of[i] == of[j]
