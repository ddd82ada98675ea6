"""`python -m tests.service.simulation`: the simulation of test_estimates.py on real scores.

The population is the corpus's test split, to which the scorer that ships was not fitted: its
scores, and the ratings of one rater of each panel. Agents are made of whole desks (what one writer
wrote in one go), so they differ as desks do, and so does the scorer's bias. The figures are written
into service/README.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student

from model import Assessment, Dimension, load_scorer
from service.candidates import Candidates, Codes, Facet, Floats
from service.design import Design, design
from service.difference import Reviewed, Scored, difference, slopes_of_others
from service.plan import DEFAULT_ARMS, Arm
from service.sampling import select
from tests.service.worlds import make_candidates, make_plan
from training.assessments import assess, risks, values
from training.corpus import RatedReply, is_poor, load_corpus
from training.markdown import table, write_between
from training.splits import Split, groups, parts

ROOT = Path(__file__).parents[2]
BEGIN = "<!-- real scores: written by python -m tests.service.simulation -->"
END = "<!-- end of real scores -->"
AGENTS, REPLIES, REVIEWS, REPETITIONS = 20, 300, (4, 8, 20), 150
ORDINARY = 0.17
"""The share of poor replies of the synthetic worlds; the corpus was written to hold far more."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Population:
    """Replies to be dealt out: desk, scores, risk, ratings, and how often each shall occur."""

    desk: Codes
    score: dict[Dimension, Floats]
    rating: dict[Dimension, Floats]
    risk: Floats
    is_poor: NDArray[np.bool_]
    weight: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """By dimension, the share of intervals that held and their width by that of plain random
    sampling; and how many times the poor replies of the random arm the risk arm finds.
    """

    held: dict[Dimension, float]
    width: dict[Dimension, float]
    found: float


def population(
    replies: Sequence[RatedReply], assessments: Sequence[Assessment], *, poor: float | None
) -> Population:
    """Rated and scored replies, with their own share of poor ones, or another."""
    random = np.random.default_rng(1)
    raters = [r.ratings[random.integers(len(r.ratings))] for r in replies]
    found = np.array([is_poor(r) >= 0.5 for r in replies])
    share = found.mean()
    wanted = share if poor is None else poor
    return Population(
        desk=np.unique(groups(replies), return_inverse=True)[1],
        score={d: values(assessments, d) for d in Dimension},
        rating={d: np.array([float(r[d]) for r in raters]) for d in Dimension},
        risk=risks(assessments),
        is_poor=found,
        weight=np.where(found, wanted / share, (1 - wanted) / (1 - share)),
    )


def simulate(world: Population, reviews: int, repetitions: int = REPETITIONS) -> Outcome:
    """Draw the default plan again and again, and hold every interval against the truth."""
    random = np.random.default_rng(reviews)
    held, width = ({d: list[float]() for d in Dimension} for _ in range(2))
    found = []
    for _ in range(repetitions):
        rows = _dealt(world, random)
        pool = make_candidates(agent=np.repeat(range(AGENTS), REPLIES), risk=world.risk[rows])
        plan, plain = (
            design(pool, make_plan(reviews * AGENTS, arms=arms))
            for arms in (DEFAULT_ARMS, {Arm.RANDOM: 1.0})
        )
        drawn, drawn_plainly = select(plan, random), select(plain, random)
        found.append(_times_found(plan, world.is_poor[rows]))
        for d in Dimension:
            rating, score = world.rating[d][rows], world.score[d][rows]
            truth = rating.reshape(AGENTS, REPLIES).mean(axis=1)
            value, half = _figures(pool, plan, drawn, rating, score)
            _, wide = _figures(pool, plain, drawn_plainly, rating, None)
            held[d].append(float(np.mean(np.abs(value - truth) <= half)))
            width[d].append(float(half.mean() / wide.mean()))
    means = [{d: float(np.mean(each[d])) for d in Dimension} for each in (held, width)]
    return Outcome(held=means[0], width=means[1], found=float(np.mean(found)))


def _dealt(world: Population, random: np.random.Generator) -> Codes:
    """Rows of the population: 300 for each agent, from desks that are that agent's alone."""
    owner = random.permutation(world.desk.max() + 1) % AGENTS
    rows = []
    for agent in range(AGENTS):
        own = np.flatnonzero(owner[world.desk] == agent)
        weight = world.weight[own] / world.weight[own].sum()
        rows.append(random.choice(own, REPLIES, p=weight))
    return np.concatenate(rows)


def _figures(
    pool: Candidates, plan: Design, drawn: Codes, rating: Floats, score: Floats | None
) -> tuple[Floats, Floats]:
    """Every agent's figure and half the width of its interval; None: without the scores."""
    agent = pool.facets[Facet.AGENT].codes
    used = np.zeros(len(pool)) if score is None else score
    reviewed = Reviewed(
        score=used[drawn],
        agent=agent[drawn],
        group=agent[drawn],
        rating=rating[drawn],
        probability=plan.probability[drawn],
    )
    scored = Scored(score=used, agent=agent, group=agent)
    figures = difference(reviewed, scored, slopes_of_others(reviewed, AGENTS))
    return figures.value, student.ppf(0.95, figures.degrees) * figures.standard_error


def _times_found(plan: Design, is_poor: NDArray[np.bool_]) -> float:
    """The share of poor replies that the risk arm is to find, by that of the random arm."""
    risk, chance = plan.by_arm[Arm.RISK], plan.by_arm[Arm.RANDOM]
    return float((risk[is_poor].sum() / risk.sum()) / (chance[is_poor].sum() / chance.sum()))


def figures_in_words(replies: Sequence[RatedReply], assessments: Sequence[Assessment]) -> str:
    """The table, and what stands above it."""
    rows, share = [], float(np.mean([is_poor(r) >= 0.5 for r in replies]))
    for poor in (None, ORDINARY):
        world = population(replies, assessments, poor=poor)
        for reviews in REVIEWS:
            outcome = simulate(world, reviews)
            shown = share if poor is None else poor
            rows.append([f"{shown:.0%}", str(reviews), *_cells(outcome)])
    world = population(replies, assessments, poor=None)
    correlations = ", ".join(
        f"{d} {np.corrcoef(world.score[d], world.rating[d])[0, 1]:.2f}" for d in Dimension
    )
    head = ["poor replies", "reviews an agent"]
    head += [f"{d}: held" for d in Dimension] + [f"{d}: width" for d in Dimension]
    return (
        f"{len(replies):,} replies, {world.desk.max() + 1} desks, dealt to {AGENTS} agents × "
        f"{REPLIES} replies, {REPETITIONS} repetitions; correlation of score and rating: "
        f"{correlations}.\n\n" + table([*head, "poor found by risk"], rows)
    )


def _cells(outcome: Outcome) -> list[str]:
    held = [f"{outcome.held[d]:.1%}" for d in Dimension]
    return [*held, *(f"× {outcome.width[d]:.2f}" for d in Dimension), f"× {outcome.found:.1f}"]


def main() -> None:
    """Simulate and write."""
    replies = parts(load_corpus(ROOT / "data/replies"))[Split.TEST]
    told = figures_in_words(replies, assess(load_scorer(), replies))
    write_between(ROOT / "service/README.md", BEGIN, END, told)
    print(told)


if __name__ == "__main__":
    main()
