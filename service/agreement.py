"""How far reviewers agree with each other, who is severe, and where reviewers and scores part."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from model import Dimension, Interval
from model.agreement import alpha_of_marks, marks, quadratic_kappa
from service.candidates import Codes
from service.planner import COVERAGE
from service.reviews import Review, Sample, ratings_by_reply
from service.student import student_quantile

RESAMPLES = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """A coefficient of agreement with its 90 % interval over replies; nan where nothing varies."""

    value: float
    interval: Interval
    replies: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Severity:
    """How many points lower than the others a reviewer rates the same replies, with the 90 %
    interval.
    """

    reviewer: str
    value: float
    interval: Interval
    ratings: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Disagreement:
    """A reply that reviewers and scorer see differently."""

    reply: str
    rating: float
    score: float


def alpha(reviews: Sequence[Review], dimension: Dimension, *, seed: int) -> Agreement:
    """Krippendorff's ordinal alpha over the replies that several reviewers rated."""
    units = [list(rated.values()) for rated in ratings_by_reply(reviews, dimension).values()]
    found = marks(units)
    return _bootstrapped(lambda rows: alpha_of_marks(found[rows]), len(found), seed)


def kappas(
    reviews: Sequence[Review], dimension: Dimension, *, seed: int
) -> dict[tuple[str, str], Agreement]:
    """Quadratic-weighted kappa of every two reviewers who rated a reply in common."""
    shared: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for rated in ratings_by_reply(reviews, dimension).values():
        for pair in combinations(sorted(rated), 2):
            shared.setdefault(pair, []).append((rated[pair[0]], rated[pair[1]]))
    return {pair: _kappa(np.array(both), seed) for pair, both in sorted(shared.items())}


def severities(reviews: Sequence[Review], dimension: Dimension) -> list[Severity]:
    """Every reviewer's severity, by least squares on rating = reply - severity, summing to zero.

    Only replies with several reviewers count; none are needed that all have rated. Reviewers with
    no reply in common, not even through others, are not comparable with each other.
    """
    rated = [r for r in ratings_by_reply(reviews, dimension).values() if len(r) > 1]
    names = sorted({name for r in rated for name in r})
    code = {name: i for i, name in enumerate(names)}
    who = np.array([code[name] for r in rated for name in r], dtype=np.intp)
    reply = np.repeat(np.arange(len(rated)), [len(r) for r in rated])
    rating = np.array([v for r in rated for v in r.values()], dtype=np.float64)
    present = np.eye(len(names))[who]  # (ratings, reviewers)
    size = np.bincount(reply)[:, None] if len(rated) else np.ones((0, 1))
    mean = np.zeros((len(rated), len(names) + 1))
    np.add.at(mean, reply, np.column_stack([present, rating]))
    within = np.column_stack([present, rating]) - (mean / size)[reply]
    design, outcome = within[:, :-1], within[:, -1]
    inverse = np.linalg.pinv(design.T @ design)
    severity = -inverse @ design.T @ outcome
    degrees = len(rating) - len(rated) - int(np.linalg.matrix_rank(design)) if len(rated) else 0
    spread = (
        np.sqrt(((outcome + design @ severity) ** 2).sum() / degrees) if degrees > 0 else np.inf
    )
    margin = (
        student_quantile((1 + COVERAGE) / 2, max(degrees, 1)) * spread * np.sqrt(np.diag(inverse))
    )
    return [
        Severity(
            reviewer=name,
            value=float(severity[i]),
            interval=Interval(float(severity[i] - margin[i]), float(severity[i] + margin[i])),
            ratings=int((who == i).sum()),
        )
        for i, name in enumerate(names)
    ]


def disagreements(sample: Sample, dimension: Dimension, *, limit: int) -> list[Disagreement]:
    """The reviewed replies whose mean rating lies furthest from the score, furthest first."""
    ratings = sample.ratings(dimension)
    pool = sample.candidates
    found = [
        Disagreement(reply=reply, rating=ratings[reply], score=float(score))
        for reply, score in zip(pool.reply, pool.scores[dimension], strict=True)
        if reply in ratings
    ]
    return sorted(found, key=lambda d: (-abs(d.rating - d.score), d.reply))[:limit]


def _kappa(both: Codes, seed: int) -> Agreement:
    return _bootstrapped(lambda rows: quadratic_kappa(*both[rows].T), len(both), seed)


def _bootstrapped(figure: Callable[[Codes], float], replies: int, seed: int) -> Agreement:
    """The figure of all replies, with percentiles over replies drawn with replacement (Efron 1979).

    Resamples in which nothing varies say nothing and are left out.
    """
    if not replies:
        return Agreement(value=np.nan, interval=Interval(np.nan, np.nan), replies=0)
    random = np.random.default_rng(seed)
    found = [figure(random.integers(0, replies, replies)) for _ in range(RESAMPLES)]
    told = [f for f in found if not np.isnan(f)] or [np.nan]
    low, high = np.quantile(told, [(1 - COVERAGE) / 2, (1 + COVERAGE) / 2])
    value = figure(np.arange(replies))
    return Agreement(value=value, interval=Interval(float(low), float(high)), replies=replies)
