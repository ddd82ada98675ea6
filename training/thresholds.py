"""Which threshold on a new scorer's scores does what another did on the old one's.

Equipercentile equating in the single-group design (Kolen and Brennan 2014, chapters 2, 3 and 7):
both scorers scored the same replies, and the new threshold has the same share of replies below it
as the old one. Both cumulative distributions are read at evenly spaced percentiles only, which
smooths them, and end where the scale ends, so that a threshold outside the scores seen is
interpolated toward the end of the scale and never leaves it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from model import Assessment, Dimension
from model.rubric import HIGHEST, LOWEST

Floats = NDArray[np.float64]
RISK = "risk"
METHOD = "equipercentile, single group (Kolen and Brennan 2014)"
_REPLIES_A_KNOT, _MOST_KNOTS = 8, 100
_RESAMPLES = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """One line of the table: `new` does what `old` did, to within `error` (standard error).

    `share_below` is the share of the replies whose old score is below `old`; `is_extrapolated`
    where no old score was as low or as high.
    """

    old: float
    new: float
    error: float
    share_below: float
    is_extrapolated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ThresholdMap:
    """The table between two versions, by dimension and for `risk`."""

    old_version: str
    new_version: str
    replies: int
    thresholds: Mapping[str, Sequence[Threshold]]

    def as_json(self) -> dict[str, object]:
        """The table as the store keeps it."""
        return {"method": METHOD} | asdict(self)


def threshold_map(
    versions: tuple[str, str],
    old: Sequence[Assessment],
    new: Sequence[Assessment],
    groups: Sequence[str],
    *,
    seed: int,
) -> ThresholdMap:
    """Map thresholds from the first of `versions` to the second, which assessed the same replies.

    The standard errors are bootstrapped over `groups`, the names of what belongs together.
    """
    draws = _draws(groups, seed)
    return ThresholdMap(
        old_version=versions[0],
        new_version=versions[1],
        replies=len(old),
        thresholds={
            name: _table(read(old), read(new), draws, bounds) for name, read, bounds in _scales()
        },
    )


def equated(thresholds: Floats, old: Floats, new: Floats, bounds: tuple[float, float]) -> Floats:
    """The new thresholds, ascending where the old ones are."""
    shares, old_knots = _quantiles(old, bounds)
    _, new_knots = _quantiles(new, bounds)
    mapped: Floats = np.interp(np.interp(thresholds, old_knots, shares), shares, new_knots)
    return np.maximum.accumulate(mapped)


def _quantiles(scores: Floats, bounds: tuple[float, float]) -> tuple[Floats, Floats]:
    """Shares 0-1 and the scores that have them below; the ends are those of the scale."""
    knots = int(np.clip(len(scores) // _REPLIES_A_KNOT, 2, _MOST_KNOTS))
    inner = (np.arange(knots) + 0.5) / knots
    shares = np.concatenate([[0.0], inner, [1.0]])
    return shares, np.concatenate([[bounds[0]], np.quantile(scores, inner), [bounds[1]]])


def _table(
    old: Floats, new: Floats, draws: Sequence[NDArray[np.int_]], bounds: tuple[float, float]
) -> list[Threshold]:
    steps = round((bounds[1] - bounds[0]) / 0.1) if bounds[1] > 1 else 50
    at = np.linspace(*bounds, steps + 1)
    mapped = equated(at, old, new, bounds)
    errors = np.std([equated(at, old[rows], new[rows], bounds) for rows in draws], axis=0)
    return [
        Threshold(
            old=round(float(t), 2),
            new=round(float(m), 4),
            error=round(float(e), 4),
            share_below=round(float((old < t).mean()), 4),
            is_extrapolated=not old.min() <= t <= old.max(),
        )
        for t, m, e in zip(at, mapped, errors, strict=True)
    ]


def _draws(groups: Sequence[str], seed: int) -> list[NDArray[np.int_]]:
    """Rows of the resamples: whole groups, drawn with replacement."""
    names, of = np.unique(np.array(groups), return_inverse=True)
    members = [np.flatnonzero(of == g) for g in range(len(names))]
    random = np.random.default_rng(seed)
    return [
        np.concatenate([members[g] for g in random.integers(0, len(names), len(names))])
        for _ in range(_RESAMPLES)
    ]


_Scale = tuple[str, Callable[[Sequence[Assessment]], Floats], tuple[float, float]]


def _scales() -> list[_Scale]:
    """Everything that people build rules on: its name, how to read it, and where it ends."""

    def of(dimension: Dimension) -> Callable[[Sequence[Assessment]], Floats]:
        return lambda assessments: np.array([a.scores[dimension].value for a in assessments])

    found: list[_Scale] = [(d.value, of(d), (LOWEST, HIGHEST)) for d in Dimension]
    return [*found, (RISK, lambda assessments: np.array([a.risk for a in assessments]), (0.0, 1.0))]
