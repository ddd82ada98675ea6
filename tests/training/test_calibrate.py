import numpy as np
import pytest

from training.calibrate import conformal_quantile


def test_the_quantile_is_the_rank_of_split_conformal_prediction() -> None:
    residuals = np.arange(1, 100) / 100  # n = 99: rank ceil(100 * 0.9) = 90

    assert conformal_quantile(residuals, 0.9) == 0.90
    assert conformal_quantile(np.array([0.3]), 0.9) == 0.3


@pytest.mark.parametrize("n", [60, 200])
def test_a_new_residual_is_covered_as_often_as_promised(n: int) -> None:
    random = np.random.default_rng(n)
    covered = [
        random.exponential() <= conformal_quantile(random.exponential(size=n), 0.9)
        for _ in range(4_000)
    ]

    assert np.mean(covered) == pytest.approx(0.9, abs=0.02)
