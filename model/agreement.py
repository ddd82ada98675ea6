"""How far several people's ratings agree. Here since training measures its raters by it, and the
service its reviewers.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def ordinal_alpha(units: Sequence[Sequence[float]]) -> float:
    """Krippendorff's alpha for ordinal ratings; 1 is perfect, 0 is chance, nan where nothing
    varies.

    `units` holds the ratings of each reply, any number of raters; units with one rating do not
    count. Krippendorff (2011), Computing Krippendorff's Alpha-Reliability; own code, since the
    package is GPL.
    """
    return alpha_of_marks(marks(units))


def marks(units: Sequence[Sequence[float]]) -> Floats:
    """How often each unit with several ratings was given each value, (units, values)."""
    pairable = [u for u in units if len(u) > 1]
    values, codes = np.unique([v for u in pairable for v in u], return_inverse=True)
    unit = np.repeat(np.arange(len(pairable)), [len(u) for u in pairable])
    found = np.zeros((len(pairable), len(values)))
    np.add.at(found, (unit, codes), 1)
    return found


def alpha_of_marks(found: Floats) -> float:
    """Ordinal alpha from counts of values by unit, (units, values)."""
    scaled = found / (found.sum(axis=1, keepdims=True) - 1)
    coincidence = scaled.T @ found - np.diag(scaled.sum(axis=0))
    totals = coincidence.sum(axis=1)
    n = totals.sum()
    middle = np.cumsum(totals) - totals / 2  # ratings up to the middle of each value
    distance = (middle[:, None] - middle[None, :]) ** 2
    expected = (np.outer(totals, totals) * distance).sum() / (n - 1) if n > 1 else 0.0
    return float(1 - (coincidence * distance).sum() / expected) if expected else float("nan")


def quadratic_kappa(first: ArrayLike, second: ArrayLike) -> float:
    """Quadratic-weighted kappa (Cohen 1968) of two series of ratings, each rounded to 1-5."""
    a, b = (np.clip(np.floor(np.asarray(x) + 0.5), 1, 5) for x in (first, second))
    observed = np.mean((a - b) ** 2)
    expected = np.mean(a**2) + np.mean(b**2) - 2 * np.mean(a) * np.mean(b)  # of all pairs
    return float(1 - observed / expected) if expected > 1e-12 else float("nan")
