"""What reviews say about agents, teams, channels and languages; no Flask, no SQL."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np

from model import Dimension, Interval
from model.rubric import HIGHEST, LOWEST
from service.candidates import Bools, Codes, Facet, Floats, Period
from service.difference import Figures, Reviewed, Scored, difference, slopes_of_others
from service.planner import AIM, COVERAGE, USUAL_SPREAD, reviews_for
from service.reviews import Sample
from service.student import student_quantile

FEWEST = 4
"""Reviews below which no figure is given: the fewest at which the intervals were seen to hold."""
WIDEST = 0.6
"""Half the width, in rating points, above which a figure says too little to be shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What a group's figure rests on; `more` reviews would give ± 0.3, 0 where that is reached.

    `score` is the mean score of all its replies: what a suite without reviews would report.
    """

    group: tuple[str, ...]
    dimension: Dimension
    score: float
    replies: int
    reviews: int
    skipped: int
    more: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NotEnough(Evidence):
    """Too few reviews for a figure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate(Evidence):
    """The mean rating of a group of replies, with its 90 % interval.

    `bounds` are the values if every skipped reply were rated 1, and if 5.
    """

    value: float
    interval: Interval
    bounds: Interval
    standard_error: float
    degrees: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """How much a mean rating rose between two periods, with the 90 % interval."""

    value: float
    interval: Interval


def estimates(
    sample: Sample,
    dimension: Dimension,
    period: Period,
    *,
    by: Sequence[Facet] = (Facet.AGENT,),
) -> list[Estimate | NotEnough]:
    """Estimate the mean rating of every group with replies in the period.

    Parameters
    ----------
    sample
        Reviews of replies that were not drawn, or drawn for training, are left out. Replies drawn
        and not reviewed count as missing at random; skipped ones widen `bounds`.
    by
        The facets that make a group, for instance agent, or team and language; none: all replies.

    Returns
    -------
    list
        By group, sorted by name and not by value: an order by value is a league table.

    Source: service/README.md, "What a sample proves".
    """
    rows = sample.candidates.are_within(period)
    pool = sample.candidates[rows]
    if not len(pool):
        return []
    names, group = pool.grouped(by)
    scored = Scored(
        score=pool.scores[dimension],
        agent=pool.grouped((Facet.AGENT,))[1],
        group=group,
        count=pool.count,
    )
    drawn, is_skipped = _drawn(sample, dimension, rows, scored)
    is_reviewed = ~np.isnan(drawn.rating)
    reviewed = _thinned(drawn, is_reviewed)
    slopes = slopes_of_others(reviewed, int(scored.agent.max()) + 1)
    figures = difference(reviewed, scored, slopes)
    if_rated = [
        difference(_with_skipped(drawn, is_skipped, rating), scored, slopes).value
        for rating in (LOWEST, HIGHEST)
    ]
    counts = {
        "replies": np.bincount(group, pool.count).astype(np.intp),
        "reviews": np.bincount(reviewed.group, minlength=len(names)),
        "skipped": np.bincount(drawn.group[is_skipped], minlength=len(names)),
    }
    means = np.bincount(group, scored.score * pool.count) / counts["replies"]
    found: list[Estimate | NotEnough] = []
    for g, name in enumerate(names):
        evidence = Evidence(
            group=name,
            dimension=dimension,
            score=float(means[g]),
            more=_more(figures, counts["reviews"], counts["replies"], g),
            **{k: int(v[g]) for k, v in counts.items()},
        )
        found.append(_figure(evidence, figures, g, if_rated))
    return found


def change(before: Estimate, after: Estimate) -> Change:
    """The difference between two periods that share no reply (Welch 1947)."""
    variances = np.array([before.standard_error, after.standard_error]) ** 2
    degrees = np.array([before.degrees, after.degrees])
    difference, margin = after.value - before.value, 0.0
    if variances.any():
        joint = variances.sum() ** 2 / (variances**2 / degrees).sum()
        margin = _margin(float(np.sqrt(variances.sum())), joint)
    return Change(value=difference, interval=Interval(difference - margin, difference + margin))


def _drawn(
    sample: Sample, dimension: Dimension, rows: Bools, scored: Scored
) -> tuple[Reviewed, Bools]:
    """The drawn replies, with nan for a rating that is not there, and which of these were
    skipped.
    """
    outcomes = sample.outcomes
    probability = outcomes.probability[rows]
    drawn = np.flatnonzero(~np.isnan(probability))
    rating = outcomes.ratings[dimension][rows][drawn]
    return Reviewed(
        score=scored.score[drawn],
        agent=scored.agent[drawn],
        group=scored.group[drawn],
        rating=rating,
        probability=probability[drawn],
    ), outcomes.is_skipped[rows][drawn] & np.isnan(rating)


def _thinned(drawn: Reviewed, keep: Bools) -> Reviewed:
    """The replies to keep, as if drawn with so much smaller probabilities: missing at random."""
    groups = int(drawn.group.max(initial=0)) + 1
    kept = np.bincount(drawn.group[keep], minlength=groups)
    part = kept / np.maximum(np.bincount(drawn.group, minlength=groups), 1)
    return Reviewed(
        score=drawn.score[keep],
        agent=drawn.agent[keep],
        group=drawn.group[keep],
        rating=drawn.rating[keep],
        probability=(drawn.probability * part[drawn.group])[keep],
    )


def _with_skipped(drawn: Reviewed, is_skipped: Bools, rating: float) -> Reviewed:
    filled = replace(drawn, rating=np.where(is_skipped, rating, drawn.rating))
    return _thinned(filled, ~np.isnan(filled.rating))


def _figure(
    evidence: Evidence, figures: Figures, g: int, if_rated: Sequence[Floats]
) -> Estimate | NotEnough:
    margin = _margin(figures.standard_error[g], figures.degrees)
    common = {f.name: getattr(evidence, f.name) for f in fields(evidence)}
    if evidence.reviews < min(FEWEST, evidence.replies) or not margin <= WIDEST:
        return NotEnough(**common)
    value = float(figures.value[g])
    return Estimate(
        **common,
        value=_on_scale(value),
        interval=Interval(_on_scale(value - margin), _on_scale(value + margin)),
        bounds=Interval(*(_on_scale(float(v[g])) for v in if_rated)),
        standard_error=float(figures.standard_error[g]),
        degrees=figures.degrees,
    )


def _more(figures: Figures, reviews: Codes, replies: Codes, g: int) -> int:
    """Reviews still to make for ± 0.3, were every group of the report to get as many."""
    spread = USUAL_SPREAD if np.isnan(figures.spread) else figures.spread
    effects = reviews * figures.concentration
    known = effects[reviews > 1]
    effect = effects[g] if reviews[g] > 1 else known.mean() if len(known) else 1.0
    needed = reviews_for(AIM, int(replies[g]), len(replies), spread, float(effect))
    return max(0, needed - int(reviews[g]))


def _margin(standard_error: float, degrees: float) -> float:
    if not degrees:
        return float("inf")
    return student_quantile((1 + COVERAGE) / 2, degrees) * standard_error


def _on_scale(value: float) -> float:
    return float(np.clip(value, LOWEST, HIGHEST))
