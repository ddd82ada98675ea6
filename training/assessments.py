"""Scores of rated replies beside their ratings, as arrays in the order of the replies."""

from collections.abc import Iterable, Sequence

import numpy as np
from tqdm import tqdm

from model import Assessment, Dimension, Reply, Scorer
from training.corpus import RatedReply
from training.metrics import Bools, Floats

_ROUNDING = 1e-9


def assess(scorer: Scorer, replies: Sequence[RatedReply]) -> list[Assessment]:
    """Score the replies as a client would send them, languages to be detected."""
    return assess_texts(scorer, [r.to_reply() for r in replies], "score")


def assess_texts(scorer: Scorer, replies: Sequence[Reply], what: str) -> list[Assessment]:
    """Score one reply after the other; `what` stands at the progress bar."""
    return [scorer.score([r])[0] for r in tqdm(replies, desc=what, unit="reply", leave=False)]


def values(assessments: Iterable[Assessment], dimension: Dimension) -> Floats:
    """The expected ratings on one dimension."""
    return np.array([a.scores[dimension].value for a in assessments])


def risks(assessments: Iterable[Assessment]) -> Floats:
    """The probabilities of a poor rating."""
    return np.array([a.risk for a in assessments])


def panel(replies: Sequence[RatedReply], dimension: Dimension) -> Floats:
    """The panel's means on one dimension."""
    return np.array([r.mean[dimension] for r in replies])


def widths(assessments: Sequence[Assessment], dimension: Dimension) -> Floats:
    """How wide the intervals on one dimension are."""
    bounds = (a.scores[dimension].interval for a in assessments)
    return np.array([high - low for low, high in bounds])


def held(
    replies: Sequence[RatedReply], assessments: Sequence[Assessment], dimension: Dimension
) -> Bools:
    """Whether each interval holds the panel's mean."""
    truth = panel(replies, dimension)
    low, high = np.array([a.scores[dimension].interval for a in assessments]).reshape(-1, 2).T
    result: Bools = (low - _ROUNDING <= truth) & (truth <= high + _ROUNDING)
    return result
