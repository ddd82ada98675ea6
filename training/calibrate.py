"""Fit what comes after the latent scores: the link to rating probabilities, the risk, and, on the
calibration split, the intervals: how far a panel's mean lay from the expected rating.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression

from model import LANGUAGES, Dimension
from model.calibration import WITHOUT_MESSAGE, Intervals
from model.ordinal import expected_rating, rating_probabilities, rating_spread
from model.prediction import Predictor, PreparedReply
from training.corpus import RatedReply, is_poor, prepared

Floats = NDArray[np.float64]


class Settings(Protocol):
    """As much of a recipe as intervals take."""

    @property
    def coverage(self) -> float:
        """Of the intervals."""

    @property
    def least_group(self) -> int:
        """A language with fewer replies takes the pooled quantile."""

    @property
    def least_spread(self) -> float:
        """In rating points."""

    @property
    def widest_to_act_on(self) -> float:
        """In rating points."""


def fit_intervals(
    predictor: Predictor, calibration: Sequence[RatedReply], recipe: Settings
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


IN_RATINGS = np.tile([2.0, 3.0, 5.0, 7.0, 9.0], (len(Dimension), 1))
"""Where a link starts whose latent scores are ratings: slope 2, thresholds halfway, twice over."""


def fit_links(
    latents: Floats,
    rated: Sequence[RatedReply],
    start: Floats = IN_RATINGS,
    penalty: float = 0.0,
) -> tuple[Floats, Floats]:
    """Slopes (3,) and thresholds (3, 4) of the cumulative logit link, by maximum likelihood.

    `start` holds a slope and four thresholds a dimension, (3, 5). A `penalty` on the distance from
    it keeps the link finite where few replies are told apart without an error.
    """
    slopes, thresholds = [], []
    for i, dimension in enumerate(Dimension):
        shares = np.array([r.shares[dimension] for r in rated])
        slope, cuts = _fit_link(latents[:, i], shares, start[i], penalty)
        slopes.append(slope)
        thresholds.append(cuts)
    return np.array(slopes), np.stack(thresholds)


def _fit_link(
    latent: Floats, shares: Floats, start: Floats, penalty: float
) -> tuple[float, Floats]:
    def unpack(p: Floats) -> tuple[float, Floats]:
        return float(np.exp(p[0])), p[1] + np.concatenate([[0.0], np.cumsum(np.exp(p[2:]))])

    first = np.array([np.log(start[0]), start[1], *np.log(np.diff(start[1:]))])

    def loss(p: Floats) -> float:
        slope, cuts = unpack(p)
        probabilities = rating_probabilities(latent, slope, cuts)
        entropy = -(shares * np.log(probabilities + 1e-9)).sum()
        return float((entropy + penalty * np.square(p - first).sum()) / len(latent))

    found = minimize(loss, first, method="L-BFGS-B", options={"maxiter": 500, "ftol": 1e-12})
    return unpack(found.x)


def fit_risk(latents: Floats, need: Floats, train: Sequence[RatedReply]) -> tuple[Floats, Floats]:
    """Logistic regression of the share of raters who found the reply poor, on unseen replies'
    predictions.
    """
    x = np.hstack([latents, need])
    poor = np.array([is_poor(r) for r in train])
    both = np.concatenate([poor, 1 - poor])
    labels = np.concatenate([np.ones(len(train)), np.zeros(len(train))])
    regression = LogisticRegression(C=10.0, max_iter=2_000, tol=1e-8)
    seen = both > 0
    regression.fit(np.vstack([x, x])[seen], labels[seen], sample_weight=both[seen])
    return regression.coef_[0].copy(), regression.intercept_.copy()


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
    recipe: Settings,
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
