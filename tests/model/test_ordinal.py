import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.ordinal import expected_rating, rating_probabilities, rating_spread

cuts = st.lists(st.floats(-20, 20), min_size=4, max_size=4).map(sorted)


@given(st.lists(st.floats(-50, 50), min_size=1, max_size=5), st.floats(0.01, 20), cuts)
def test_probabilities_are_never_negative_and_sum_to_one(
    latent: list[float], slope: float, thresholds: list[float]
) -> None:
    p = rating_probabilities(np.array(latent), slope, np.array(thresholds))

    assert p.shape == (len(latent), 5)
    assert (p >= 0).all()
    assert np.allclose(p.sum(axis=1), 1)


@given(st.floats(-10, 10), st.floats(0, 5), cuts)
def test_a_higher_latent_never_lowers_the_expected_rating(
    latent: float, step: float, thresholds: list[float]
) -> None:
    p = rating_probabilities(np.array([latent, latent + step]), 1.0, np.array(thresholds))
    low, high = expected_rating(p)

    assert 1 <= low <= high + 1e-12 <= 5 + 1e-9


def test_spread_is_the_standard_deviation() -> None:
    p = np.array([[0.5, 0, 0, 0, 0.5], [0, 0, 1, 0, 0]])

    assert rating_spread(p).tolist() == [2.0, 0.0]


def test_thresholds_out_of_order_are_refused() -> None:
    with pytest.raises(ValueError, match="ascending"):
        rating_probabilities(np.zeros(1), 1.0, np.array([1.0, 0.0, 2.0, 3.0]))
