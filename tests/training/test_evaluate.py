import pytest

from model import Dimension, Need
from tests.builders import make_assessment, make_rating, make_reply
from tests.fakes import FakeScorer
from training.errors import TrainingError
from training.evaluate import evaluate, is_panel_poor, ranked_pairs


def test_a_poor_empathy_counts_only_where_it_was_needed() -> None:
    cold = tuple(make_rating(r, (2, 4, 4), Need.STRONG) for r in "ab")
    routine = tuple(make_rating(r, (2, 4, 4), Need.NONE) for r in "ab")

    assert is_panel_poor(make_reply(ratings=cold))
    assert not is_panel_poor(make_reply(ratings=routine))


def test_a_corpus_too_small_to_measure_is_refused_with_its_numbers() -> None:
    few = [make_reply(f"sv-{i}", batch=f"b{i}") for i in range(50)]

    with pytest.raises(TrainingError, match="of 50 replies are in the test split, at least 20 are"):
        evaluate(FakeScorer(), few, seed=1)


def test_pairs_count_where_the_panel_sees_a_difference_and_ties_are_wrong() -> None:
    low, high = (tuple(make_rating(r, (3, 3, clarity)) for r in "ab") for clarity in (2, 4))
    replies = [
        make_reply("a", ratings=low, contrast_set="s"),
        make_reply("b", ratings=high, contrast_set="s"),
        make_reply("c", ratings=high),
    ]
    found = ranked_pairs(replies, [make_assessment() for _ in replies])

    assert found[Dimension.CLARITY].value == 0
    assert found[Dimension.CLARITY].n == 1
    assert Dimension.EMPATHY not in found
