"""From the encoder's token vectors to scores: small matrices, in numpy.

`training.encoder_net` is the same in torch; `tests/training/test_fit_encoder.py` proves that the
two agree.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.ordinal import rating_distributions, sigmoid, softmax

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenVectors:
    """What the encoder made of one reply.

    reply: (r, width), of which the first `rated` rows earn the ratings; message: (m, width);
    sentences: spans of rows of `reply`.
    """

    reply: Floats
    rated: int
    message: Floats
    sentences: Sequence[tuple[int, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadWeights:
    """The numbers of the heads; LATENTS are the three dimensions, then poor."""

    queries: Floats  # (4, width)
    latent_weights: Floats  # (4, 3 * width): attended reply, mean reply, mean message
    latent_bias: Floats  # (4,)
    behavior_weights: Floats  # (23, width)
    behavior_bias: Floats  # (23,)
    need_weights: Floats  # (3, width)
    need_bias: Floats  # (3,)
    link_slope: Floats  # (3,)
    link_thresholds: Floats  # (3, 4)
    risk_weights: Floats  # (4 + 3,): latents, then need
    risk_bias: Floats  # (1,)
    usual_mean: Floats  # (width,)
    usual_axes: Floats  # (width, width): whitening of what replies usually look like
    usual_distance: Floats  # (1,): beyond it a text is no usual reply
    odd_weights: Floats  # (width,): against text that is no reply, on whitened vectors
    odd_limit: Floats  # (1,): above it a text is no reply


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadOutput:
    """What the heads say of one reply."""

    latents: Floats  # (4,)
    need: Floats  # (3,)
    behaviors: Floats  # (sentences, 23)
    oddity: float


def read(vectors: TokenVectors, w: HeadWeights) -> HeadOutput:
    """Apply all heads to one reply."""
    rated = vectors.reply[: vectors.rated]
    mean, message = rated.mean(axis=0), vectors.message.mean(axis=0)
    attended = softmax((rated @ w.queries.T).T) @ rated  # (4, width)
    features = np.hstack([attended, np.tile(np.concatenate([mean, message]), (len(attended), 1))])
    whitened = (vectors.reply.mean(axis=0) - w.usual_mean) @ w.usual_axes
    far = np.linalg.norm(whitened) / w.usual_distance[0]
    sentences = [vectors.reply[first:last].mean(axis=0) for first, last in vectors.sentences]
    shown = np.reshape(sentences, (-1, len(mean))) @ w.behavior_weights.T + w.behavior_bias
    odd = np.exp(np.minimum(whitened @ w.odd_weights - w.odd_limit[0], 5))
    return HeadOutput(
        latents=(features * w.latent_weights).sum(axis=1) + w.latent_bias,
        need=softmax((w.need_weights @ message + w.need_bias)[None])[0],
        behaviors=sigmoid(shown),
        oddity=float(max(far, odd)),
    )


def distributions(latents: Floats, w: HeadWeights) -> Floats:
    """(replies, 3, 5): rating probabilities of latents (replies, 4)."""
    return rating_distributions(latents, w.link_slope, w.link_thresholds)


def risk(latents: Floats, need: Floats, w: HeadWeights) -> Floats:
    """(replies,): probability of a poor rating, of latents (replies, 4) and need (replies, 3)."""
    return sigmoid(np.hstack([latents, need]) @ w.risk_weights + w.risk_bias[0])
