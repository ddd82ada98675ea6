"""What a number of own ratings can carry: said plainly before somebody decides on it."""

from collections.abc import Sequence

import numpy as np

from training.corpus import RatedReply
from training.splits import Split, parts

_FOR_DECISION = 0.15
"""Half the width of the interval of Spearman's correlation at which two scorers that differ by
what usually matters can be told apart.
"""
_TYPICAL = 0.7
_Z90 = 1.645


def half_width(n: int, correlation: float = _TYPICAL) -> float:
    """Half the 90 % interval of a rank correlation measured on n replies (Fisher 1921, with the
    variance of Bonett and Wright 2000).
    """
    if n <= 4:
        return 1.0
    error = _Z90 * np.sqrt((1 + correlation**2 / 2) / (n - 3))
    center = np.arctanh(correlation)
    return float(np.tanh(center + error) - np.tanh(center - error)) / 2


def carries(own: Sequence[RatedReply]) -> str:
    """What the own replies are used for, and what a figure measured on them is worth."""
    of = parts(own)
    sizes = {split: len(of[split]) for split in Split}
    test = sizes[Split.TEST]
    text = (
        f"{len(own):,} rated replies: {sizes[Split.TRAIN]:,} fitted on, "
        f"{sizes[Split.CALIBRATION]:,} calibrate, {test:,} test. "
        f"A Spearman of {_TYPICAL} measured on {test} is known to about ± {half_width(test):.2f}."
    )
    if half_width(test) <= _FOR_DECISION:
        return text
    enough = next(n for n in range(5, 10_000) if half_width(n) <= _FOR_DECISION)
    wanted = round(enough / max(test, 1) * len(own)) if test else enough * 7
    return (
        f"{text} That shifts a scorer to your scale, but cannot prove it better: rate about "
        f"{wanted:,} replies for ± {_FOR_DECISION}, and mix in the shipped corpus (--shipped 1)."
    )
