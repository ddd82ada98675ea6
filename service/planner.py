"""How many reviews a figure needs, and what a budget buys."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from service.candidates import Candidates, Facet
from service.design import design
from service.plan import Plan
from service.student import student_quantile

COVERAGE = 0.9
AIM = 0.3
"""Half the width, in rating points, at which a figure is worth comparing."""
USUAL_SPREAD = 0.9
"""Standard deviation of ratings around the scores until reviews tell: a guess on the safe side."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """What a plan is expected to give for one group, and what ± 0.3 would take."""

    group: tuple[str, ...]
    replies: int
    reviews: float
    half_width: float
    needed: int


def forecast(
    candidates: Candidates,
    plan: Plan,
    *,
    by: Sequence[Facet] = (Facet.AGENT,),
    spread: float = USUAL_SPREAD,
    aim: float = AIM,
) -> list[Forecast]:
    """What this budget buys, and how many reviews of each group would give ± `aim`.

    `spread` is best taken from the last estimates; otherwise rating SD * sqrt(1 - correlation^2).
    The sum of squared weights is expected to be the sum of 1/p over all replies, by N^2.
    """
    pool = candidates.within(plan.period)
    if not len(pool):
        return []
    probability = design(pool, plan).probability
    names, group = pool.grouped(by)
    replies = np.bincount(group)
    reviews = np.bincount(group, probability)
    with np.errstate(divide="ignore", invalid="ignore"):  # a plan for training alone has none
        inverse = np.bincount(group, 1 / probability)
        effect = np.where(reviews > 0, reviews * inverse / replies**2, 1.0)
    return [
        Forecast(
            group=name,
            replies=int(replies[g]),
            reviews=float(reviews[g]),
            half_width=half_width(
                reviews[g], int(replies[g]), np.maximum(reviews - 1, 0).sum(), spread, effect[g]
            ),
            needed=reviews_for(aim, int(replies[g]), len(names), spread, effect[g]),
        )
        for g, name in enumerate(names)
    ]


def half_width(
    reviews: float, replies: int, degrees: float, spread: float, effect: float = 1.0
) -> float:
    """Half the 90 % interval of a group's mean rating; infinite where nothing can be said.

    `effect` is the design effect of unequal weights, reviews * sum(w^2) (Kish 1965).
    """
    if reviews <= 0 or degrees <= 0:
        return 0.0 if reviews >= replies else float("inf")
    variance = effect * max(1 / reviews - 1 / replies, 0.0)
    return float(student_quantile((1 + COVERAGE) / 2, degrees) * spread * np.sqrt(variance))


def reviews_for(aim: float, replies: int, groups: int, spread: float, effect: float = 1.0) -> int:
    """The fewest reviews of a group that give ± `aim`, where `groups` groups get as many each."""

    def suffices(reviews: int) -> bool:
        return half_width(reviews, replies, groups * (reviews - 1), spread, effect) <= aim

    return 1 + bisect_left(range(1, replies + 1), True, key=suffices)
