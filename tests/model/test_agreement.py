import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from model.agreement import ordinal_alpha, quadratic_kappa

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
