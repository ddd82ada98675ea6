from dataclasses import replace

import numpy as np

from model import Dimension
from tests.builders import make_rating, make_reply
from training.corpus import BehaviorSpan
from training.ratings import (
    alpha_by,
    one_against_the_rest,
    rating_pairs,
    reader_f1,
)


def test_agreement_reads_the_ratings_of_one_dimension() -> None:
    replies = [
        make_reply(ratings=(make_rating("a", (1, 3, k)), make_rating("b", (5, 3, k))))
        for k in (1, 2, 3)
    ]

    assert alpha_by(replies, Dimension.CLARITY) == 1
    assert alpha_by(replies, Dimension.EMPATHY) < 0
    assert rating_pairs(replies, Dimension.EMPATHY) == [(1, 5)] * 3
    assert one_against_the_rest(replies, Dimension.EMPATHY) == ([1.0] * 3, [5.0] * 3)


def test_f1_counts_what_both_readers_found() -> None:
    spans = (
        BehaviorSpan(start=0, end=3, tag="greeting", readers=("a", "b")),
        BehaviorSpan(start=4, end=9, tag="greeting", readers=("a",)),
        BehaviorSpan(start=4, end=9, tag="vague", readers=("b",)),
    )
    reply = replace(make_reply(), behaviors=spans)
    found = reader_f1([reply])

    assert found["greeting"] == (2 / 3, 1)
    assert found["vague"] == (0.0, 0)
    assert np.isnan(found["sarcasm"][0])
    assert [b.tag for b in reply.agreed] == ["greeting"]
