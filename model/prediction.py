"""What any of our models is given, and what it says of it before intervals and statuses."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from model.rubric import Channel

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedReply:
    """A reply as a model reads it: prepared texts, and a language that is one of the five."""

    text: str
    message: str | None
    channel: Channel | None
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SentencePrediction:
    """Code points [start, end) of the prepared reply, and (23,) probabilities, for Behavior."""

    start: int
    end: int
    behaviors: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """Of a batch, a row for each reply."""

    latents: Floats  # (replies, 4): Dimension, then poor
    need: Floats  # (replies, 3), for Need
    distributions: Floats  # (replies, 3, 5)
    risk: Floats  # (replies,)
    oddity: Floats  # (replies,): above 1 where the text is no reply at all; 0 where not judged
    sentences: Sequence[Sequence[SentencePrediction]]


class Predictor(Protocol):
    """A fitted model: prepared replies in, predictions out."""

    def predict(self, replies: Sequence[PreparedReply]) -> Prediction:
        """Predict a batch; a row depends on nothing but its own reply."""
