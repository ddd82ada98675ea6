import numpy as np
import pytest

from model import Dimension, Status
from tests.builders import make_assessment, make_rating, make_reply
from tests.fakes import FakeScorer
from training.corpus import RatedReply
from training.reliability import coverage, reliability
from training.slices import ALL


def rated(i: int, rating: int, words: int = 5) -> RatedReply:
    ratings = tuple(make_rating(r, (rating,) * 3) for r in "ab")
    return make_reply(f"sv-{i}", reply=" ".join(["ord"] * words), ratings=ratings)


def test_coverage_counts_intervals_that_hold_the_panels_mean() -> None:
    test = [rated(i, 3 if i < 9 else 5) for i in range(10)]
    found = coverage(test, [make_assessment(value=3.0) for _ in test])

    for line in found:
        assert (line.held.value, line.held.n, line.width) == (0.9, 10, 2.0)
    assert {(f.language, f.dimension) for f in found} == {
        (language, name) for language in (ALL, "sv") for name in (*Dimension, ALL)
    }


def test_a_kind_scorer_shows_as_bias_where_it_is_kind() -> None:
    test = [rated(i, 2, words=5) for i in range(10)] + [rated(i, 4, words=80) for i in range(10)]
    scored = [make_assessment(value=3.0)] * 10 + [make_assessment(value=4.0)] * 10
    found = reliability(FakeScorer(), test, scored)

    by_words = {r.within: r for r in found.by_words[Dimension.CLARITY]}
    assert (by_words["0–10"].bias, by_words["0–10"].n) == (1.0, 10)
    assert (by_words["50–100"].bias, by_words["50–100"].mae) == (0.0, 0.0)
    by_value = {r.within: r.bias for r in found.by_value[Dimension.EMPATHY]}
    assert by_value == {"2.5–3": 1.0, "3.5–4": 0.0}


def test_certain_and_right_has_no_error_and_certain_and_wrong_has_all_of_it() -> None:
    test = [rated(i, 4) for i in range(20)]
    right = reliability(FakeScorer(), test, [make_assessment(value=4.0, risk=0.0)] * 20)
    wrong = reliability(FakeScorer(), test, [make_assessment(value=1.0, risk=1.0)] * 20)

    assert right.ratings[Dimension.EMPATHY].error == pytest.approx(0)
    assert right.ranked_probability_score[Dimension.EMPATHY] == pytest.approx(0)
    assert (right.risk.error, wrong.risk.error) == (0, 1)
    assert wrong.ranked_probability_score[Dimension.EMPATHY] == pytest.approx(3 / 4)


def test_replies_are_scored_again_without_their_message() -> None:
    scorer = FakeScorer()
    test = [rated(0, 3), make_reply("sv-1", customer_message=None)]
    found = reliability(scorer, test, [make_assessment(value=3.0)] * 2)

    assert [r.customer_message for r in scorer.asked] == [None]
    assert {w.held.n for w in found.without_message} == {1}
    assert found.without_message[0].width == 2.0
    assert found.statuses[Dimension.EMPATHY] == {Status.OK: 2}


def test_nothing_is_scored_again_where_no_reply_has_a_message() -> None:
    test = [make_reply(f"sv-{i}", customer_message=None) for i in range(3)]
    found = reliability(FakeScorer(), test, [make_assessment(value=3.0)] * 3)

    assert found.without_message == []
    assert not np.isnan(found.risk.error)
