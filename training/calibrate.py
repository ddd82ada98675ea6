"""Fit the intervals on the calibration split: how far a panel's mean lay from the
expected rating.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from model import LANGUAGES, Dimension
from model.calibration import WITHOUT_MESSAGE, Intervals
from model.features import PreparedReply
from model.linear import Prediction
from model.ordinal import expected_rating, rating_spread
from training.corpus import RatedReply, prepared
from training.recipe import LinearRecipe

Floats = NDArray[np.float64]


class Predictor(Protocol):
    """What can be calibrated."""

    def predict(self, replies: Sequence[PreparedReply]) -> Prediction:
        """Predict a batch."""


def fit_intervals(
    predictor: Predictor, calibration: Sequence[RatedReply], recipe: LinearRecipe
) -> Intervals:
    """Quantiles of the normalized residuals by language and dimension, and the widening without a
    message.

    A language with fewer than `least_group` replies shares the pooled quantile. The widening is the
    ratio of the pooled quantiles without and with the customer message, measured on the same
    replies, and never narrows.
    """
    known = [prepared(r) for r in calibration]
    with_message = _residuals(predictor, known, calibration, recipe)
    asked = [i for i, r in enumerate(known) if r.message is not None]
    silent = [replace(known[i], message=None) for i in asked]
    without = _residuals(predictor, silent, [calibration[i] for i in asked], recipe)
    quantiles: dict[str, dict[str, float]] = {}
    for language in LANGUAGES:
        rows = [i for i, r in enumerate(calibration) if r.language == language]
        rows = rows if len(rows) >= recipe.least_group else list(range(len(calibration)))
        quantiles[language] = {
            d: conformal_quantile(with_message[rows, k], recipe.coverage)
            for k, d in enumerate(Dimension)
        }
    quantiles[WITHOUT_MESSAGE] = {
        d: max(
            1.02,
            conformal_quantile(without[:, k], recipe.coverage)
            / conformal_quantile(with_message[asked, k], recipe.coverage),
        )
        for k, d in enumerate(Dimension)
    }
    return Intervals(
        quantiles=quantiles,
        least_spread=recipe.least_spread,
        widest_to_act_on=recipe.widest_to_act_on,
    )


def conformal_quantile(residuals: Floats, coverage: float) -> float:
    """The smallest value that covers a new residual with probability `coverage` (Vovk et al.

    2005).
    """
    n = len(residuals)
    rank = min(int(np.ceil((n + 1) * coverage)), n)
    return float(np.sort(residuals)[rank - 1])


def _residuals(
    predictor: Predictor,
    replies: Sequence[PreparedReply],
    rated: Sequence[RatedReply],
    recipe: LinearRecipe,
) -> Floats:
    """(replies, 3): distance of panel mean and expected rating, in units of the predicted
    spread.
    """
    distributions = predictor.predict(replies).distributions
    rows = []
    for k, dimension in enumerate(Dimension):
        panel = np.array([r.mean[dimension] for r in rated])
        spread = np.maximum(rating_spread(distributions[:, k]), recipe.least_spread)
        rows.append(np.abs(panel - expected_rating(distributions[:, k])) / spread)
    return np.stack(rows, axis=1)
