"""The difference estimator: mean ratings of groups from few reviews and the scores of all replies.

Särndal, Swensson & Wretman (1992), Model Assisted Survey Sampling, chapter 6, with Hájek (1971)
weights. The slope is fitted on other agents, so that an agent's figure is not fitted to its own
reviews (cross-fitting, as in Zrnic & Candès 2024, Cross-prediction-powered inference), and the
residual variance is pooled, so that intervals hold at four reviews a group.
"""

from dataclasses import dataclass

import numpy as np

from service.candidates import Codes, Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scored:
    """All replies: score, agent and group of each, (replies,); `count` where a row stands for
    several.
    """

    score: Floats
    agent: Codes
    group: Codes
    count: Floats | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Reviewed(Scored):
    """The reviewed replies, with rating and inclusion probability, (reviews,)."""

    rating: Floats
    probability: Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Figures:
    """For each group, (groups,): nan where nothing was reviewed.

    `spread` is the residual standard deviation (nan where no group has two reviews), `degrees` are
    its degrees of freedom, and `concentration` is the sum of squared weights: 1 / reviews at best.
    """

    value: Floats
    standard_error: Floats
    concentration: Floats
    spread: float
    degrees: int


def difference(reviewed: Reviewed, scored: Scored, slopes: Floats) -> Figures:
    """Estimate the mean rating of every group, with its standard error.

    Parameters
    ----------
    reviewed, scored
        Codes of groups and agents mean the same in both; every group has scored replies.
    slopes
        Slope of rating on score by agent, from `slopes_of_others`; zeros ignore the scores.

    Returns
    -------
    Figures
        With weights w = (1/p) / sum(1/p) in a group and e = rating - slope * score: value
        sum(w e) + mean of slope * score over all replies; standard error
        spread * sqrt(sum(w^2 (1 - p))), where 1 - p is the finite population correction
        (Hájek 1964; 1 - n/N in a uniform draw, 0 where everything was reviewed).
    """
    groups = int(scored.group.max()) + 1
    group = reviewed.group
    count = np.bincount(group, minlength=groups)
    weight = _weights(reviewed, groups)
    residual = reviewed.rating - slopes[reviewed.agent] * reviewed.score
    level = np.bincount(group, weight * residual, minlength=groups)
    replies = np.ones_like(scored.score) if scored.count is None else scored.count
    predicted = np.bincount(scored.group, replies * slopes[scored.agent] * scored.score, groups)
    value = level + predicted / np.bincount(scored.group, replies, groups)
    spread, degrees = _spread(residual - level[group], weight, group, count)
    left = np.bincount(group, weight**2 * (1 - reviewed.probability), minlength=groups)
    concentration: Floats = np.bincount(group, weight**2, minlength=groups).astype(np.float64)
    nothing: Floats = np.where(count > 0, 0.0, np.nan)
    return Figures(
        value=value + nothing,
        standard_error=spread * np.sqrt(left) + nothing,
        concentration=nothing + concentration,
        spread=spread,
        degrees=degrees,
    )


def slopes_of_others(reviewed: Reviewed, agents: int) -> Floats:
    """For each agent, the slope of rating on score within all other agents, (agents,).

    0, which ignores the scores, where the others have no two reviews or all the same score.
    """
    count = np.maximum(np.bincount(reviewed.agent, minlength=agents), 1)
    mean = np.bincount(reviewed.agent, reviewed.score, minlength=agents) / count
    centered = reviewed.score - mean[reviewed.agent]
    together = np.bincount(reviewed.agent, centered * reviewed.rating, minlength=agents)
    alone = np.bincount(reviewed.agent, centered**2, minlength=agents)
    others = alone.sum() - alone
    slopes: Floats = np.zeros(agents)
    np.divide(together.sum() - together, others, out=slopes, where=others > 1e-9)
    return slopes


def _weights(reviewed: Reviewed, groups: int) -> Floats:
    inverse = 1 / reviewed.probability
    total = np.bincount(reviewed.group, inverse, minlength=groups)
    return inverse / total[reviewed.group]


def _spread(residual: Floats, weight: Floats, group: Codes, count: Codes) -> tuple[float, int]:
    """Residual standard deviation, pooled over groups by their degrees of freedom.

    Within a group the squares count by the squared weights, as they do in the variance of the
    estimate: risky replies, drawn often, may lie further from their scores than the others. With
    equal weights this is the ordinary variance.
    """
    groups = len(count)
    square = weight**2
    total = np.bincount(group, square, minlength=groups)
    found = np.bincount(group, square * residual**2, minlength=groups)
    expected = np.bincount(group, square * (1 - 2 * weight + total[group]), minlength=groups)
    several = count > 1
    degrees = int((count[several] - 1).sum())
    if not degrees:
        return float("nan"), 0
    variance = found[several] / expected[several]
    return float(np.sqrt(np.average(variance, weights=count[several] - 1))), degrees
