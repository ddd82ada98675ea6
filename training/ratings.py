"""Several raters' ratings: how far they agree."""

from collections import Counter
from collections.abc import Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from model import Behavior, Dimension
from model.agreement import ordinal_alpha
from training.corpus import RatedReply

Floats = NDArray[np.float64]
ORDER = {"none": 0, "some": 1, "strong": 2}


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
