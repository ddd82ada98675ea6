"""The probability of each reply to be drawn, exact for all arms together."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from service.candidates import Candidates, Codes, Floats
from service.plan import COVERING, Allocation, Arm, Plan

RISK_FLOOR = 0.3
"""The part of the risk arm that is uniform, so that no reply of a stratum is out of reach."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Design:
    """Inclusion probabilities of the arms that enter estimates; they sum to a whole number.

    `by_arm` is what each arm asked for: an arm's part of a drawn reply is its part of their sum.
    """

    strata: list[tuple[str, ...]]
    stratum: Codes
    probability: Floats
    by_arm: Mapping[Arm, Floats]


def design(candidates: Candidates, plan: Plan) -> Design:
    """Prescribe inclusion probabilities.

    Each reply's probability is the sum of its arms', at most 1; what exceeds 1 goes to the other
    replies of its stratum in proportion. So one draw serves all arms, and the probability of being
    drawn by any of them is known without approximation.
    """
    strata, stratum = candidates.grouped(plan.strata)
    size = np.bincount(stratum, minlength=len(strata)).astype(np.float64)
    budget = min(plan.budget - active_budget(plan), len(candidates))
    disputed = _disputed(candidates, min(plan.share(Arm.DISPUTE) * plan.budget, budget))
    taken = np.bincount(stratum, disputed, minlength=len(strata))
    alike = plan.allocation is Allocation.EQUAL
    reviews = fill(np.ones_like(size) if alike else size, size - taken, budget - taken.sum())
    uniform = (reviews / size)[stratum]
    covering = sum(plan.share(arm) for arm in COVERING) or 1.0
    shapes: dict[Arm, Floats | float] = {
        Arm.RANDOM: 1.0,
        Arm.CALIBRATION: 1.0,
        Arm.RISK: with_floor(candidates.risk, stratum),
    }
    by_arm = {a: plan.share(a) / covering * uniform * shape for a, shape in shapes.items()}
    by_arm[Arm.DISPUTE] = disputed
    return Design(
        strata=strata,
        stratum=stratum,
        probability=_at_most_one(sum(by_arm.values(), np.zeros(len(candidates))), stratum),
        by_arm=by_arm,
    )


def active_budget(plan: Plan) -> int:
    """How many replies are drawn for training."""
    return round(plan.share(Arm.ACTIVE) * plan.budget)


def with_floor(sizes: Floats, stratum: Codes) -> Floats:
    """Chances in proportion to `sizes`, mixed with a uniform floor: mean 1 in each stratum.

    A stratum whose sizes are all zero is uniform.
    """
    means = np.bincount(stratum, sizes) / np.maximum(np.bincount(stratum), 1)
    mean = means[stratum]
    relative = np.ones_like(sizes)
    np.divide(sizes, mean, out=relative, where=mean > 0)
    return RISK_FLOOR + (1 - RISK_FLOOR) * relative


def fill(weights: Floats, capacity: Floats | float, total: float) -> Floats:
    """Share out `total` in proportion to positive `weights`, none above its `capacity`; all of the
    capacity where there is less than `total`.
    """
    capacity = np.full(weights.shape, capacity, dtype=np.float64)
    if total >= capacity.sum():
        return capacity
    full_at = capacity / weights  # the factor at which each is full
    order = np.argsort(full_at)
    before = np.concatenate([[0.0], np.cumsum(capacity[order])[:-1]])
    left = np.cumsum(weights[order][::-1])[::-1]
    factor = (total - before) / left
    first = int(np.argmax(np.append(factor[:-1] <= full_at[order][:-1], True)))
    result: Floats = np.minimum(capacity, factor[first] * weights)
    return result


def _disputed(candidates: Candidates, budget: float) -> Floats:
    """Disputed replies are drawn alike, whatever their stratum."""
    count = int(candidates.is_disputed.sum())
    return np.where(candidates.is_disputed, min(1.0, budget / max(count, 1)), 0.0)


def _at_most_one(chances: Floats, stratum: Codes) -> Floats:
    over = np.unique(stratum[chances > 1])
    if not len(over):
        return chances
    probability = chances.copy()
    order = np.argsort(stratum, kind="stable")
    starts = np.searchsorted(stratum[order], over)
    ends = np.searchsorted(stratum[order], over, side="right")
    for start, end in zip(starts, ends, strict=True):
        rows = order[start:end]
        probability[rows] = fill(chances[rows], 1.0, chances[rows].sum())
    return probability
