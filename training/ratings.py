"""Several raters' ratings: how far they agree."""

from collections import Counter
from collections.abc import Sequence
from itertools import combinations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from model import Behavior, Dimension
from training.corpus import RatedReply

Floats = NDArray[np.float64]
ORDER = {"none": 0, "some": 1, "strong": 2}


def ordinal_alpha(units: Sequence[Sequence[float]]) -> float:
    """Krippendorff's alpha for ordinal ratings; 1 is perfect, 0 is chance, nan where nothing
    varies.

    `units` holds the ratings of each reply, any number of raters; units with one rating do not
    count. Krippendorff (2011), Computing Krippendorff's Alpha-Reliability; own code, since the
    package is GPL.
    """
    pairable = [u for u in units if len(u) > 1]
    values = sorted({v for u in pairable for v in u})
    index = {v: i for i, v in enumerate(values)}
    coincidence = np.zeros((len(values), len(values)))
    for unit in pairable:
        marks = np.zeros(len(values))
        for v in unit:
            marks[index[v]] += 1
        coincidence += (np.outer(marks, marks) - np.diag(marks)) / (len(unit) - 1)
    totals = coincidence.sum(axis=1)
    n = totals.sum()
    cumulative = np.cumsum(totals)
    middle = cumulative - totals / 2  # ratings up to the middle of each value
    distance = (middle[:, None] - middle[None, :]) ** 2
    expected = (np.outer(totals, totals) * distance).sum() / (n - 1) if n > 1 else 0.0
    return float(1 - (coincidence * distance).sum() / expected) if expected else float("nan")


def quadratic_kappa(first: ArrayLike, second: ArrayLike) -> float:
    """Quadratic-weighted kappa (Cohen 1968) of two series of ratings, each rounded to 1-5."""
    a, b = (np.clip(np.floor(np.asarray(x) + 0.5), 1, 5) for x in (first, second))
    observed = np.mean((a - b) ** 2)
    expected = np.mean(a**2) + np.mean(b**2) - 2 * np.mean(a) * np.mean(b)  # of all pairs
    return float(1 - observed / expected) if expected > 1e-12 else float("nan")


def alpha_by(replies: Sequence[RatedReply], dimension: Dimension) -> float:
    """Ordinal alpha of the raters on one dimension."""
    return ordinal_alpha([[r[dimension] for r in reply.ratings] for reply in replies])


def need_alpha(replies: Sequence[RatedReply]) -> float:
    """Ordinal alpha of the raters on the empathy need, where they judged it."""
    judged = [r for r in replies if r.is_need_rated]
    return ordinal_alpha([[ORDER[r.empathy_need] for r in reply.ratings] for reply in judged])


def reader_f1(replies: Sequence[RatedReply]) -> dict[str, tuple[float, int]]:
    """F1 between the two readers of the same replies by behavior, and how many both found.

    With a and b found by each and c by both, F1 = 2c / (a + b); nan where nobody found any.
    """
    found: Counter[str] = Counter()
    both: Counter[str] = Counter()
    for behavior in (b for r in replies for b in r.behaviors or ()):
        found[behavior.tag] += len(behavior.readers)
        both[behavior.tag] += len(behavior.readers) > 1
    return {
        tag: (2 * both[tag] / found[tag] if found[tag] else float("nan"), both[tag])
        for tag in Behavior
    }


def one_against_the_rest(
    replies: Sequence[RatedReply], dimension: Dimension
) -> tuple[list[float], list[float]]:
    """Each reply's first rating beside the mean of its others: what one person does for
    the panel.
    """
    several = [[r[dimension] for r in reply.ratings] for reply in replies if len(reply.ratings) > 1]
    return [float(r[0]) for r in several], [float(np.mean(r[1:])) for r in several]


def rating_pairs(replies: Sequence[RatedReply], dimension: Dimension) -> list[tuple[float, float]]:
    """Every pair of ratings of one reply by two raters."""
    return [
        pair for reply in replies for pair in combinations([r[dimension] for r in reply.ratings], 2)
    ]


def rating_shares(replies: Sequence[RatedReply], dimension: Dimension) -> Floats:
    """The share of each rating 1-5 among all ratings of some replies, (5,)."""
    return np.average(
        [r.shares[dimension] for r in replies], axis=0, weights=[len(r.ratings) for r in replies]
    )
