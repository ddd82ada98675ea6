import numpy as np
import pytest
from scipy.stats import spearmanr
from sklearn.metrics import roc_auc_score

from model import Dimension, Need
from tests.builders import make_assessment, make_rating, make_reply
from training.evaluate import auc, is_panel_poor, ranked_pairs, spearman

RANDOM = np.random.default_rng(3)


def test_spearman_is_the_one_that_scipy_computes() -> None:
    a = RANDOM.normal(size=200)
    b = np.round(a + RANDOM.normal(size=200))

    assert spearman(a, b) == pytest.approx(spearmanr(a, b).statistic)
    assert spearman(a, np.ones(200)) == 0


def test_auc_is_the_one_that_scikit_learn_computes() -> None:
    score = np.round(RANDOM.uniform(size=300), 1)
    positive = RANDOM.uniform(size=300) < score

    assert auc(score, positive) == pytest.approx(roc_auc_score(positive, score))
    assert np.isnan(auc(score, np.zeros(300, dtype=bool)))


def test_a_poor_empathy_counts_only_where_it_was_needed() -> None:
    cold = tuple(make_rating(r, (2, 4, 4), Need.STRONG) for r in "ab")
    routine = tuple(make_rating(r, (2, 4, 4), Need.NONE) for r in "ab")

    assert is_panel_poor(make_reply(ratings=cold))
    assert not is_panel_poor(make_reply(ratings=routine))


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
