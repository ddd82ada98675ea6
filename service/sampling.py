"""Draw replies for review, each with a known inclusion probability; no Flask, no SQL."""

from dataclasses import dataclass

import numpy as np

from service.candidates import Candidates, Codes, Floats, Names
from service.design import Design, active_budget, design, fill, with_floor
from service.plan import Arm, Plan

Random = np.random.Generator


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """One reply that is to be reviewed, at its place in the queue.

    `inclusion_probability` is that of being drawn by any arm but `active`; for the `active` arm it
    is the probability among the replies for training that no other arm drew.
    """

    reply: str
    arm: Arm
    stratum: tuple[str, ...]
    inclusion_probability: float
    model_version: str
    position: int


def draw(candidates: Candidates, plan: Plan) -> list[Draw]:
    """Carry out a plan: as many replies as its budget, or all there are, in the order of review.

    The same candidates in any order, the same plan and seed give the same draw. Positions are
    random, so that a queue left half done is still a sample.
    """
    pool = _in_order(candidates.within(plan.period))
    if not len(pool):
        return []
    random = np.random.default_rng(plan.seed)
    prescribed = design(pool, plan)
    rows = select(prescribed, random)
    arms = _arms(prescribed, rows, random)
    active, chance = _active(pool, rows, active_budget(plan), random)
    arms = np.append(arms, np.array([Arm.ACTIVE] * len(active), dtype=object))
    probability = np.append(prescribed.probability[rows], chance)
    rows = np.append(rows, active)
    versions = pool.model_version
    return [
        Draw(
            reply=pool.reply[rows[i]],
            arm=arms[i],
            stratum=prescribed.strata[prescribed.stratum[rows[i]]],
            inclusion_probability=float(probability[i]),
            model_version=versions.names[versions.codes[rows[i]]],
            position=position,
        )
        for position, i in enumerate(random.permutation(len(rows)), 1)
    ]


def systematic(probability: Floats, random: Random) -> Codes:
    """Rows of a sample in which row i is with exactly probability[i] (Madow 1949).

    Any run of rows gets its expected number, rounded up or down; so does the whole.
    """
    edges = np.cumsum(probability)
    edges[-1:] = np.round(edges[-1:], 6)  # a whole number but for rounding: the size is fixed
    marks = np.floor(np.concatenate([[0.0], edges]) + random.random())
    return np.flatnonzero(np.diff(marks) > 0)


def select(prescribed: Design, random: Random) -> Codes:
    """A sample of a design: systematic (Hartley & Rao 1962), strata and replies in random order."""
    place = random.permutation(len(prescribed.strata))[prescribed.stratum]
    order = np.lexsort((random.random(len(place)), place))
    return order[systematic(prescribed.probability[order], random)]


def _arms(prescribed: Design, rows: Codes, random: Random) -> Names:
    """Which arm each drawn reply counts for: in proportion to what the arms asked for."""
    asked = np.cumsum([chances[rows] for chances in prescribed.by_arm.values()], axis=0)
    # evenly spread, not independent: so the arms get their shares of the budget, not about them
    spread = (random.permutation(len(rows)) + random.random()) / max(len(rows), 1)
    which = (asked <= spread * asked[-1]).sum(axis=0)
    arms: Names = np.array(list(prescribed.by_arm), dtype=object)[which]
    return arms


def _active(pool: Candidates, drawn: Codes, budget: int, random: Random) -> tuple[Codes, Floats]:
    """Of the other replies that are kept for training, those whose risk is least certain, with
    their probabilities.
    """
    is_left = pool.is_for_training.copy()
    is_left[drawn] = False
    rest = random.permutation(np.flatnonzero(is_left))
    risk = pool.risk[rest]
    wanted = with_floor(risk * (1 - risk), np.zeros(len(rest), dtype=np.intp))
    probability = fill(wanted, 1.0, budget) if len(rest) else wanted
    own = systematic(probability, random)
    return rest[own], probability[own]


def _in_order(candidates: Candidates) -> Candidates:
    order = np.argsort(candidates.reply.astype(np.str_), kind="stable")  # not object by object
    ordered = candidates[order]
    if (ordered.reply[1:] == ordered.reply[:-1]).any():
        raise ValueError("a reply is among the candidates twice; give each once")
    return ordered
