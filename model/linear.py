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
    PreparedReply,
    counts,
    restore_vectorizer,
    vectorize,
)
from model.language import LanguageIdentifier
from model.ordinal import expected_rating, rating_probabilities, rating_spread, sigmoid
from model.rubric import Dimension, Need
from model.scores import (
    UNDETERMINED,
    Assessment,
    DetectedLanguage,
    Interval,
    Reply,
    Score,
    Status,
)
from model.text import check_text, prepare, prepare_message

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """What the linear model says of a batch, before intervals and statuses."""

    latents: Floats  # (replies, 4)
    need: Floats  # (replies, 3)
    distributions: Floats  # (replies, 3, 5)
    risk: Floats  # (replies,)


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
        distributions = np.stack(
            [
                rating_probabilities(latents[:, i], float(w.link_slope[i]), w.link_thresholds[i])
                for i in range(len(Dimension))
            ],
            axis=1,
        )
        risk = sigmoid(np.hstack([latents, need]) @ w.risk_weights + w.risk_bias[0])
        return Prediction(latents=latents, need=need, distributions=distributions, risk=risk)


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


def softmax(logits: Floats) -> Floats:
    """Row-wise softmax."""
    exponents = np.exp(logits - logits.max(axis=1, keepdims=True))
    result: Floats = exponents / exponents.sum(axis=1, keepdims=True)
    return result


class LinearScorer:
    """Scores replies with a fitted `LinearModel`; satisfies `model.Scorer`."""

    def __init__(
        self,
        version: str,
        linear: LinearModel,
        intervals: Intervals,
        identifier: LanguageIdentifier,
    ) -> None:
        self.version = version
        self._linear = linear
        self._intervals = intervals
        self._identifier = identifier

    def score(self, replies: Sequence[Reply]) -> list[Assessment]:
        """Assess each reply; raises ReplyError for one that cannot be scored."""
        if not replies:
            return []
        languages, prepared = zip(*map(self._prepare, replies), strict=True)
        prediction = self._linear.predict(prepared)
        return [
            self._assess(row, languages[row], prepared[row], prediction)
            for row in range(len(replies))
        ]

    def _prepare(self, reply: Reply) -> tuple[DetectedLanguage, PreparedReply]:
        check_text(reply.text)
        if reply.customer_message is not None:
            check_text(reply.customer_message, "customer message")
        text = prepare(reply.text).text
        message = (
            None if reply.customer_message is None else prepare_message(reply.customer_message)
        )
        if reply.language is None:
            language = self._identifier.identify(text, message)
        else:
            language = DetectedLanguage(code=reply.language, probability=1.0, detected=False)
        return language, PreparedReply(
            text=text, message=message, channel=reply.channel, language=language.code
        )

    def _assess(
        self, row: int, language: DetectedLanguage, reply: PreparedReply, prediction: Prediction
    ) -> Assessment:
        need = dict(zip(Need, prediction.need[row].tolist(), strict=True))
        scores = {
            dimension: self._score(
                dimension, prediction.distributions[row, i], language, reply, need
            )
            for i, dimension in enumerate(Dimension)
        }
        return Assessment(
            language=language, empathy_need=need, scores=scores, risk=float(prediction.risk[row])
        )

    def _score(
        self,
        dimension: Dimension,
        distribution: Floats,
        language: DetectedLanguage,
        reply: PreparedReply,
        need: Mapping[Need, float],
    ) -> Score:
        interval = self._intervals.interval(
            dimension,
            language.code,
            value=float(expected_rating(distribution[None])[0]),
            spread=float(rating_spread(distribution[None])[0]),
            has_message=reply.message is not None,
        )
        return Score(
            dimension=dimension,
            distribution=tuple(distribution.tolist()),
            interval=interval,
            status=self._status(dimension, language, interval, need, reply.message is not None),
        )

    def _status(
        self,
        dimension: Dimension,
        language: DetectedLanguage,
        interval: Interval,
        need: Mapping[Need, float],
        has_message: bool,
    ) -> Status:
        if language.code == UNDETERMINED:
            return Status.UNSUPPORTED_LANGUAGE
        if dimension is Dimension.EMPATHY and has_message and need[Need.NONE] > 0.5:
            return Status.NOT_NEEDED
        return Status.UNCERTAIN if self._intervals.is_too_wide(interval) else Status.OK


def load_linear(folder: Path, version: str, identifier: LanguageIdentifier) -> LinearScorer:
    """Read a linear artifact whose checksums were verified."""
    arrays = load_file(folder / "weights.safetensors")
    vocabularies = json.loads((folder / "vocabulary.json").read_text("utf-8"))
    vectorizers = {
        name: restore_vectorizer(name, vocabularies[name], arrays.pop(f"idf_{name}"))
        for name in VECTORIZERS
    }
    intervals = Intervals(**json.loads((folder / "intervals.json").read_text("utf-8")))
    linear = LinearModel(vectorizers, LinearWeights(**arrays))
    return LinearScorer(version, linear, intervals, identifier)
