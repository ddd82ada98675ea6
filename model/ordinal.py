"""A latent score -> monotone rating probabilities -> expected rating.

The cumulative logit model (McCullagh 1980): P(rating > k) = sigmoid(slope * latent - threshold_k).
Its thresholds are ordered, so the probabilities of the five ratings are never negative.
"""

import numpy as np
from numpy.typing import NDArray

from model.rubric import RATINGS

Floats = NDArray[np.float64]


def sigmoid(x: Floats) -> Floats:
    """1 / (1 + exp(-x)) without overflow."""
    result: Floats = np.exp(-np.logaddexp(0, -x))
    return result


def rating_probabilities(latent: Floats, slope: float, thresholds: Floats) -> Floats:
    """Probabilities of the ratings 1-5.

    `latent` has shape (replies,), `thresholds` shape (4,), ascending, `slope` > 0; the result has
    shape (replies, 5), each row >= 0 and summing to 1.
    """
    if slope <= 0 or np.any(np.diff(thresholds) < 0):
        raise ValueError(
            f"need slope > 0 and ascending thresholds, got slope {slope}, thresholds {thresholds}"
        )
    above = sigmoid(slope * latent[:, None] - thresholds)  # (replies, 4): P(rating > k)
    padded = np.pad(above, ((0, 0), (1, 1)), constant_values=((0, 0), (1, 0)))
    return np.clip(-np.diff(padded, axis=1), 0, 1)


def rating_distributions(latents: Floats, slopes: Floats, thresholds: Floats) -> Floats:
    """(replies, 3, 5): `rating_probabilities` by dimension.

    `latents` has shape (replies, 3 or more), `slopes` (3,), `thresholds` (3, 4).
    """
    return np.stack(
        [
            rating_probabilities(latents[:, i], float(slope), thresholds[i])
            for i, slope in enumerate(slopes)
        ],
        axis=1,
    )


def expected_rating(distribution: Floats) -> Floats:
    """Mean rating of each row of (replies, 5)."""
    result: Floats = distribution @ np.array(RATINGS, dtype=np.float64)
    return result


def rating_spread(distribution: Floats) -> Floats:
    """Standard deviation of the rating in each row of (replies, 5)."""
    squares = np.array(RATINGS, dtype=np.float64) ** 2
    variance = distribution @ squares - expected_rating(distribution) ** 2
    result: Floats = np.sqrt(np.maximum(variance, 0))
    return result


def softmax(logits: Floats) -> Floats:
    """Row-wise softmax."""
    exponents = np.exp(logits - logits.max(axis=1, keepdims=True))
    result: Floats = exponents / exponents.sum(axis=1, keepdims=True)
    return result
