"""Measures and their intervals; nothing here knows what a reply is.

Higher is better for Spearman, kappa, AUC, precision and F1; lower for errors. Intervals of measures
are percentile bootstraps over groups (Efron and Tibshirani 1993), since replies that belong
together are not independent; intervals of shares are Wilson's (1927).
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Rows = NDArray[np.int_]
RESAMPLES = 400
_Z = 1.645
"""The normal quantile of a two-sided 90 % interval."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A measured figure with its 90 % interval; n is what it was measured on."""

    value: float
    low: float
    high: float
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    """Replies of like expectation: the mean of what was expected and of what was found."""

    expected: float
    found: float
    n: int


class Resamples:
    """Bootstrap over groups; measures of the same rows are taken on the same resamples."""

    def __init__(self, names: Sequence[str], seed: int) -> None:
        self._names = np.array(names)
        self._seed = seed
        self._last: tuple[tuple[int, ...], list[Rows]] = ((), [])

    def figure(self, rows: Sequence[int], measure: Callable[[Rows], float]) -> Figure:
        """`measure` of the rows, with the 5th and 95th percentile over the resamples."""
        if self._last[0] != tuple(rows):
            self._last = (tuple(rows), self._draws(rows))
        drawn = [measure(draw) for draw in self._last[1]]
        none = np.all(np.isnan(drawn))
        low, high = (np.nan, np.nan) if none else np.nanpercentile(drawn, [5, 95])
        value = measure(np.array(rows))
        return Figure(value=value, low=float(low), high=float(high), n=len(rows))

    def _draws(self, rows: Sequence[int]) -> list[Rows]:
        by_group = defaultdict(list)
        for row in rows:
            by_group[self._names[row]].append(row)
        members = [np.array(v) for v in by_group.values()]
        random = np.random.default_rng(self._seed)
        return [
            np.concatenate([members[g] for g in random.integers(0, len(members), len(members))])
            for _ in range(RESAMPLES)
        ]


def share(right: Sequence[bool] | Bools, n: int | None = None) -> Figure:
    """A share with its Wilson interval; `n`, where fewer of them than there are tell something new.

    Several cases of one reply tell hardly more than one of them: n is then the number of replies.
    """
    n = len(right) if n is None else n
    p = float(np.mean(right))
    center = (p + _Z * _Z / (2 * n)) / (1 + _Z * _Z / n)
    half = _Z / (1 + _Z * _Z / n) * float(np.sqrt(p * (1 - p) / n + _Z * _Z / (4 * n * n)))
    return Figure(value=p, low=max(0.0, center - half), high=min(1.0, center + half), n=n)


def spearman(a: Floats, b: Floats) -> float:
    """Spearman's rank correlation, 0 where one of the two does not vary."""
    x, y = (ranks - ranks.mean() for ranks in (_ranks(a), _ranks(b)))
    spread = float(np.sqrt((x @ x) * (y @ y)))
    return float(x @ y) / spread if spread else 0.0


def _ranks(x: Floats) -> Floats:
    """Ranks from 1, ties sharing their mean; ten times as fast as SciPy's on some hundred values,
    and a bootstrap takes a hundred thousand of them.
    """
    _, place, counts = np.unique(x, return_inverse=True, return_counts=True)
    result: Floats = (np.cumsum(counts) - (counts - 1) / 2)[place]
    return result


def auc(score: Floats, positive: Bools) -> float:
    """Area under the ROC curve: how often a positive scores above a negative, ties half; nan
    without both.
    """
    n = int(positive.sum())
    m = len(positive) - n
    if not n or not m:
        return float("nan")
    return float((_ranks(score)[positive].sum() - n * (n + 1) / 2) / (n * m))


def average_precision(probability: Floats, positive: Bools) -> float:
    """Area under the precision-recall curve; nan without a positive."""
    return float(average_precision_score(positive, probability)) if positive.any() else np.nan


def f1(found: Bools, positive: Bools) -> float:
    """Harmonic mean of precision and recall; nan where nothing is positive and nothing found."""
    total = int(found.sum() + positive.sum())
    return 2 * int((found & positive).sum()) / total if total else float("nan")


def bins(expected: Floats, found: Floats, count: int = 10) -> list[Bin]:
    """Bins of equal size, from the least expectation to the greatest."""
    parts = np.array_split(np.argsort(expected, kind="stable"), min(count, len(expected)))
    return [
        Bin(expected=float(expected[r].mean()), found=float(found[r].mean()), n=len(r))
        for r in parts
    ]


def calibration_error(binned: Sequence[Bin]) -> float:
    """Mean distance of expectation and finding over the bins, by size (ECE, Naeini et al. 2015)."""
    return sum(b.n * abs(b.expected - b.found) for b in binned) / sum(b.n for b in binned)
