"""Whether probabilities and intervals hold what they promise, and where errors lie."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from model import Assessment, Dimension, Scorer, Status
from model.rubric import RATINGS
from training.assessments import assess_texts, held, panel, risks, values, widths
from training.corpus import RatedReply, is_poor
from training.metrics import Bin, Bools, Figure, Floats, bins, calibration_error, share, spearman
from training.slices import ALL, by_language

_VALUE_EDGES = (1.0, 2.0, 2.5, 3.0, 3.5, 4.0, 5.0)
_WORD_EDGES = (0, 10, 25, 50, 100, 10_000)
_LEAST_IN_BIN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """Expected against found, in bins; `error` is their mean distance (ECE)."""

    bins: Sequence[Bin]
    error: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Residual:
    """How far values lie from the panel's means where `within` holds: on average, and at all."""

    within: str
    bias: float
    mae: float
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """The share of 90 % intervals that hold the panel's mean, and how wide they are."""

    language: str
    dimension: str
    held: Figure
    width: float


@dataclass(frozen=True, slots=True, kw_only=True)
class WithoutMessage:
    """The same replies with their customer message and without it."""

    dimension: Dimension
    held: Figure
    held_without: Figure
    width: float
    width_without: float
    spearman: float
    spearman_without: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Reliability:
    """Calibration, residuals, coverage and statuses."""

    risk: Calibration
    ratings: Mapping[Dimension, Calibration]
    ranked_probability_score: Mapping[Dimension, float]
    by_value: Mapping[Dimension, Sequence[Residual]]
    by_words: Mapping[Dimension, Sequence[Residual]]
    coverage: Sequence[Coverage]
    without_message: Sequence[WithoutMessage]
    statuses: Mapping[Dimension, Counter[Status]]


def reliability(
    scorer: Scorer, test: Sequence[RatedReply], assessments: Sequence[Assessment]
) -> Reliability:
    """Compare what `scorer` promised with what the panel found; replies with a message are scored
    once more without it.
    """
    words = np.array([len(r.reply.split()) for r in test], dtype=np.float64)
    value = {d: values(assessments, d) for d in Dimension}
    residual = {d: value[d] - panel(test, d) for d in Dimension}
    return Reliability(
        risk=_calibration(risks(assessments), np.array([is_poor(r) for r in test])),
        ratings={d: _rating_calibration(test, assessments, d) for d in Dimension},
        ranked_probability_score={
            d: float(((_above(assessments, d) - _rated_above(test, d)) ** 2).mean())
            for d in Dimension
        },
        by_value={d: _residuals(value[d], residual[d], _VALUE_EDGES) for d in Dimension},
        by_words={d: _residuals(words, residual[d], _WORD_EDGES) for d in Dimension},
        coverage=coverage(test, assessments),
        without_message=_without_message(scorer, test, assessments),
        statuses={d: Counter(a.scores[d].status for a in assessments) for d in Dimension},
    )


def coverage(test: Sequence[RatedReply], assessments: Sequence[Assessment]) -> list[Coverage]:
    """By language and dimension, and over all dimensions of a language."""
    hold = {d: held(test, assessments, d) for d in Dimension}
    width = {d: widths(assessments, d) for d in Dimension}
    found = []
    for language, rows in by_language(test):
        for name in (*Dimension, ALL) if rows else ():
            of = [d for d in Dimension if name in (d, ALL)]
            inside = np.concatenate([hold[d][rows] for d in of])
            found.append(
                Coverage(
                    language=language,
                    dimension=str(name),
                    held=share(inside, len(rows)),
                    width=float(np.mean([width[d][rows].mean() for d in of])),
                )
            )
    return found


def _calibration(expected: Floats, found: Floats) -> Calibration:
    binned = bins(expected, found)
    return Calibration(bins=binned, error=calibration_error(binned))


def _rating_calibration(
    test: Sequence[RatedReply], assessments: Sequence[Assessment], dimension: Dimension
) -> Calibration:
    """P(rating > k) against the share of raters above k, for k = 1-4 together."""
    above, rated = _above(assessments, dimension), _rated_above(test, dimension)
    return _calibration(above.ravel(), rated.ravel())


def _above(assessments: Sequence[Assessment], dimension: Dimension) -> Floats:
    """(replies, 4): P(rating > k) for k = 1-4."""
    distributions = np.array([a.scores[dimension].distribution for a in assessments])
    result: Floats = 1 - np.cumsum(distributions, axis=1)[:, :-1]
    return result


def _rated_above(test: Sequence[RatedReply], dimension: Dimension) -> Floats:
    """(replies, 4): the share of raters above k."""
    return np.array(
        [[np.mean([r[dimension] > k for r in t.ratings]) for k in RATINGS[:-1]] for t in test]
    )


def _residuals(by: Floats, residual: Floats, edges: Sequence[float]) -> list[Residual]:
    found = []
    for low, high in pairwise(edges):
        rows: Bools = (by > low) & (by <= high) if low > edges[0] else by <= high
        if rows.sum() >= _LEAST_IN_BIN:
            last = high == edges[-1]
            found.append(
                Residual(
                    within=f"over {low:g}" if last else f"{low:g}–{high:g}",
                    bias=float(residual[rows].mean()),
                    mae=float(np.abs(residual[rows]).mean()),
                    n=int(rows.sum()),
                )
            )
    return found


def _without_message(
    scorer: Scorer, test: Sequence[RatedReply], assessments: Sequence[Assessment]
) -> list[WithoutMessage]:
    rows = [i for i, r in enumerate(test) if r.customer_message is not None]
    if not rows:
        return []
    asked, before = [test[i] for i in rows], [assessments[i] for i in rows]
    silent = [replace(r.to_reply(), customer_message=None) for r in asked]
    after = assess_texts(scorer, silent, "without customer message")
    return [
        WithoutMessage(
            dimension=d,
            held=share(held(asked, before, d)),
            held_without=share(held(asked, after, d)),
            width=float(widths(before, d).mean()),
            width_without=float(widths(after, d).mean()),
            spearman=spearman(values(before, d), panel(asked, d)),
            spearman_without=spearman(values(after, d), panel(asked, d)),
        )
        for d in Dimension
    ]
