"""The scorer on character and word n-grams: small, quick to refit, and the yardstick for
any other.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer

from model.calibration import Intervals
from model.features import (
    MESSAGE_VECTORIZERS,
    REPLY_VECTORIZERS,
    VECTORIZERS,
    counts,
    restore_vectorizer,
    vectorize,
)
from model.language import LanguageIdentifier
from model.ordinal import rating_distributions, sigmoid, softmax
from model.prediction import Prediction, PreparedReply
from model.rubric import Dimension
from model.scoring import PredictionScorer

Floats = NDArray[np.float64]

TARGETS = (*Dimension, "poor")
"""What the ridge regression predicts: a latent score for each dimension, and for a poor rating."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinearWeights:
    """The numbers of a fitted linear scorer.

    n: reply and message terms and counts; m: message terms.
    """

    latent_weights: Floats  # (n, 4), for TARGETS
    latent_bias: Floats  # (4,)
    count_center: Floats  # (counts,)
    count_scale: Floats  # (counts,)
    need_weights: Floats  # (m, 3), for Need
    need_bias: Floats  # (3,)
    need_without_message: Floats  # (3,)
    link_slope: Floats  # (3,), for Dimension
    link_thresholds: Floats  # (3, 4)
    risk_weights: Floats  # (4 + 3,): latents, then need
    risk_bias: Floats  # (1,)


class LinearModel:
    """Vectorizers and weights: prepared replies in, predictions out."""

    def __init__(self, vectorizers: Mapping[str, TfidfVectorizer], weights: LinearWeights) -> None:
        self._vectorizers = vectorizers
        self._reply = [vectorizers[name] for name in REPLY_VECTORIZERS]
        self._message = [vectorizers[name] for name in MESSAGE_VECTORIZERS]
        self._weights = weights

    def with_weights(self, weights: LinearWeights) -> "LinearModel":
        """The same vectorizers with other weights."""
        return LinearModel(self._vectorizers, weights)

    def predict(self, replies: Sequence[PreparedReply]) -> Prediction:
        """Predict a batch; a row depends on nothing but its own reply."""
        w = self._weights
        messages = vectorize(self._message, [r.message or "" for r in replies])
        need = softmax(messages @ w.need_weights + w.need_bias)
        need[[r.message is None for r in replies]] = w.need_without_message
        x = design_matrix(replies, self._reply, messages, w.count_center, w.count_scale)
        latents = x @ w.latent_weights + w.latent_bias
        distributions = rating_distributions(latents, w.link_slope, w.link_thresholds)
        risk = sigmoid(np.hstack([latents, need]) @ w.risk_weights + w.risk_bias[0])
        return Prediction(
            latents=latents,
            need=need,
            distributions=distributions,
            risk=risk,
            oddity=np.zeros(len(replies)),
            sentences=[()] * len(replies),
        )


def design_matrix(
    replies: Sequence[PreparedReply],
    reply_vectorizers: Sequence[TfidfVectorizer],
    messages: csr_matrix,
    center: Floats,
    scale: Floats,
) -> csr_matrix:
    """(replies, n): reply terms, message terms, scaled counts."""
    scaled = (counts(replies) - center) / scale
    texts = vectorize(reply_vectorizers, [r.text for r in replies])
    return csr_matrix(hstack([texts, messages, csr_matrix(scaled)], format="csr"))


def load_linear(folder: Path, version: str, identifier: LanguageIdentifier) -> PredictionScorer:
    """Read a linear artifact whose checksums were verified."""
    arrays = load_file(folder / "weights.safetensors")
    vocabularies = json.loads((folder / "vocabulary.json").read_text("utf-8"))
    vectorizers = {
        name: restore_vectorizer(name, vocabularies[name], arrays.pop(f"idf_{name}"))
        for name in VECTORIZERS
    }
    intervals = Intervals(**json.loads((folder / "intervals.json").read_text("utf-8")))
    linear = LinearModel(vectorizers, LinearWeights(**arrays))
    return PredictionScorer(version, linear, intervals, identifier)
