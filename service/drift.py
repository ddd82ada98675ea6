"""An alarm for a model that drifts from the reviewers, which may be looked at after every review.

Betting on bounded means (Waudby-Smith & Ramdas 2024, Estimating means of bounded random variables
by betting, JRSS B 86), with weights for draws that were not uniform (Waudby-Smith et al. 2024,
Anytime-valid off-policy inference for contextual bandits, ACM/IMS J. Data Science 1): a bettor who
stakes against "the mean is m" cannot be expected to get rich if it is. By Ville's inequality the
capital ever reaches 2 / alpha with probability alpha / 2, however often one looks.
"""

from dataclasses import dataclass

import numpy as np

from model import Dimension
from model.rubric import HIGHEST, LOWEST
from service.candidates import Floats, Period
from service.reviews import Sample

FALSE_ALARMS = 0.05
"""The probability that a model that did not drift is ever called drifting."""
TOLERANCE = 0.25
"""The mean residual, in rating points, that is not worth an alarm."""
_SPAN = HIGHEST - LOWEST
_GRID = np.linspace(0, 1, 321)
"""Means of a residual in [-4, 4] on the unit interval, 0.025 apart."""
_STAKE = 0.75
"""The largest part of the capital that one review can lose."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Drift:
    """The mean of rating - score after each review: where it lies with 95 % at all times at once.

    `alarm_after` is the number of reviews after which the mean left ± `TOLERANCE`, or None.
    """

    low: Floats
    high: Floats
    alarm_after: int | None


def drift(sample: Sample, dimension: Dimension, period: Period) -> Drift:
    """Watch the reviews of a period, in the order they were made.

    Start the period where the model version was promoted: what it promises is that one mean, the
    same from the first review to the last, lies outside the interval at any time with 5 %.
    """
    pool = sample.candidates.within(period)
    probabilities = sample.probabilities()
    score = {
        reply: score
        for reply, score in zip(pool.reply, pool.scores[dimension], strict=True)
        if reply in probabilities
    }
    first: dict[str, int] = {}  # a reply's first rating: later ones must not change the past
    for review in sorted(sample.reviews, key=lambda r: r.at):
        if review.reply in score and dimension in review.ratings:
            first.setdefault(review.reply, review.ratings[dimension])
    return watch(
        np.array([rating - score[reply] for reply, rating in first.items()]),
        np.array([len(score) / pool.count.sum() / probabilities[reply] for reply in first]),
    )


def watch(residual: Floats, weight: Floats) -> Drift:
    """The interval after each review, from residuals in [-4, 4] and weights.

    A weight is the mean inclusion probability by the reply's own: its mean over draws is 1.
    """
    unit = (residual + _SPAN) / (2 * _SPAN)
    low = 2 * _SPAN * _lower(unit, weight) - _SPAN
    high = _SPAN - 2 * _SPAN * _lower(1 - unit, weight)
    out = np.flatnonzero((low > TOLERANCE) | (high < -TOLERANCE))
    return Drift(low=low, high=high, alarm_after=int(out[0]) + 1 if len(out) else None)


def _lower(unit: Floats, weight: Floats) -> Floats:
    """The largest mean that is still disproved, with all smaller ones, after each review."""
    gain = unit * weight
    stake = np.minimum(_stakes(gain)[:, None], _STAKE / np.maximum(_GRID, 1e-9))
    capital = np.cumsum(np.log1p(stake * (gain[:, None] - _GRID)), axis=0)  # (reviews, grid)
    disproved = np.maximum.accumulate(capital, axis=0) >= np.log(2 / FALSE_ALARMS)
    count = np.cumprod(disproved, axis=1).sum(axis=1)
    result: Floats = _GRID[np.maximum(count - 1, 0)]
    return result


def _stakes(gain: Floats) -> Floats:
    """What to stake on each review, from those before it alone (their equation 26)."""
    t = np.arange(1, len(gain) + 1)
    mean = (0.5 + np.cumsum(gain)) / (t + 1)
    variance = (0.25 + np.cumsum((gain - mean) ** 2)) / (t + 1)
    before = np.concatenate([[0.25], variance[:-1]])
    result: Floats = np.sqrt(2 * np.log(2 / FALSE_ALARMS) / (before * t * np.log1p(t)))
    return result
