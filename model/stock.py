"""Stock phrases: sentences that could stand in any reply to any customer, and earn it nothing.

They are found by their words alone, before the encoder reads anything, so that the same sentence is
taken out wherever it stands and whatever stands beside it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_TENS = 10.0
_LEAST_TOKENS = 4
"""What is shorter greets, thanks or closes, and that much courtesy counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StockPhrases:
    """A logistic regression on what the word vectors of a sentence have in common: the mean, the
    most and the least in each direction (Shen et al. 2018), and how many there are.
    """

    vectors: NDArray[np.float16]  # (vocabulary, k)
    weights: NDArray[np.float32]  # (3 * k + 1,)
    limit: NDArray[np.float32]  # (1,): what is above it is a stock phrase

    def includes(self, ids: Sequence[int]) -> bool:
        """True where the tokens `ids` are those of a stock phrase."""
        is_long = len(ids) >= _LEAST_TOKENS
        return is_long and bool(self.features(ids) @ self.weights > self.limit[0])

    def features(self, ids: Sequence[int]) -> NDArray[np.float32]:
        """(3 * k + 1,): what the regression is given of a sentence of at least one token."""
        found = self.vectors[list(ids)].astype(np.float32)
        length = np.array([len(ids) / _TENS], np.float32)
        return np.concatenate([found.mean(axis=0), found.max(axis=0), found.min(axis=0), length])
