from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from model import Dimension
from tests.builders import make_rating, make_reply
from training.corpus import BehaviorSpan
from training.ratings import (
    alpha_by,
    one_against_the_rest,
    ordinal_alpha,
    quadratic_kappa,
    rating_pairs,
    reader_f1,
)

KRIPPENDORFF_2011 = [
    [1, 1, 1],
    [2, 2, 3, 2],
    [3, 3, 3, 3],
    [3, 3, 3, 3],
    [2, 2, 2, 2],
    [1, 2, 3, 4],
    [4, 4, 4, 4],
    [1, 1, 2, 1],
    [2, 2, 2, 2],
    [5, 5, 5],
    [1, 1],
    [3],
]
"""The example of Krippendorff (2011), "Computing Krippendorff's Alpha-Reliability", part C."""


def test_alpha_is_the_one_that_krippendorff_computes() -> None:
    assert ordinal_alpha(KRIPPENDORFF_2011) == pytest.approx(0.815, abs=0.0005)


def test_alpha_of_perfect_and_of_random_ratings() -> None:
    random = np.random.default_rng(1)
    noise = random.integers(1, 6, (4_000, 2)).tolist()

    assert ordinal_alpha([[k, k] for k in (1, 2, 3, 4, 5)]) == 1
    assert ordinal_alpha(noise) == pytest.approx(0, abs=0.05)
    assert np.isnan(ordinal_alpha([[3, 3], [3, 3]]))
    assert np.isnan(ordinal_alpha([[3], [4]]))


def test_kappa_is_the_one_that_scikit_learn_computes() -> None:
    random = np.random.default_rng(2)
    first = random.integers(1, 6, 300)
    second = np.clip(first + random.integers(-1, 2, 300), 1, 5)

    assert quadratic_kappa(first, second) == pytest.approx(
        cohen_kappa_score(first, second, weights="quadratic")
    )


def test_means_are_rounded_half_up_for_kappa() -> None:
    assert quadratic_kappa([2.5, 1.49, 5], [3, 1, 5]) == 1


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
