from collections.abc import Callable

import numpy as np
import pytest
from scipy.stats import binomtest, spearmanr
from sklearn.metrics import cohen_kappa_score, f1_score, roc_auc_score

from model.agreement import quadratic_kappa
from training.metrics import (
    Floats,
    Resamples,
    Rows,
    auc,
    bins,
    calibration_error,
    f1,
    share,
    spearman,
)

RANDOM = np.random.default_rng(3)


def mean_of(sample: Floats) -> Callable[[Rows], float]:
    return lambda rows: float(sample[rows].mean())


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


def test_f1_and_kappa_are_those_that_scikit_learn_computes() -> None:
    found, truth = RANDOM.uniform(size=(2, 200)) < 0.3
    first, second = RANDOM.integers(1, 6, size=(2, 200))

    assert f1(found, truth) == pytest.approx(f1_score(truth, found))
    expected = cohen_kappa_score(first, second, weights="quadratic")
    assert quadratic_kappa(first, second) == pytest.approx(expected)


@pytest.mark.parametrize("right", [0, 3, 17, 20])
def test_the_interval_of_a_share_is_wilsons(right: int) -> None:
    figure = share([True] * right + [False] * (20 - right))
    low, high = binomtest(right, 20).proportion_ci(0.9, method="wilson")

    assert (figure.value, figure.n) == (right / 20, 20)
    assert (figure.low, figure.high) == pytest.approx((low, high), abs=1e-4)


def test_several_cases_of_a_reply_count_as_one() -> None:
    once, thrice = share([True, False] * 10), share([True, False] * 30, 20)

    assert once == thrice


def test_replies_that_belong_together_widen_the_interval() -> None:
    values = np.repeat(RANDOM.normal(size=30), 4)
    alone = Resamples([str(i) for i in range(120)], 1)
    together = Resamples([str(i // 4) for i in range(120)], 1)
    wide, narrow = (
        r.figure(range(120), lambda rows: float(values[rows].mean())) for r in (together, alone)
    )

    assert wide.value == narrow.value
    assert wide.high - wide.low > 1.5 * (narrow.high - narrow.low)


def test_the_bootstrap_interval_covers_as_often_as_promised() -> None:
    samples = RANDOM.normal(size=(200, 40))
    resample = Resamples([str(i) for i in range(40)], 1)
    figures = [resample.figure(range(40), mean_of(sample)) for sample in samples]

    assert np.mean([f.low <= 0 <= f.high for f in figures]) == pytest.approx(0.9, abs=0.05)


def test_probabilities_that_come_true_have_no_calibration_error() -> None:
    probability = RANDOM.uniform(size=20_000)
    happened = (RANDOM.uniform(size=20_000) < probability).astype(float)

    assert calibration_error(bins(probability, happened)) < 0.02
    assert calibration_error(bins(probability**2, happened)) > 0.1


def test_bins_hold_every_reply_once_and_rise() -> None:
    found = bins(RANDOM.uniform(size=37), np.ones(37), 10)

    assert sum(b.n for b in found) == 37
    assert [b.expected for b in found] == sorted(b.expected for b in found)
