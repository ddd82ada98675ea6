"""From an encoder and its heads to an artifact: calibrate, measure what is usual, write."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields, replace
from importlib.metadata import version
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.numpy import load_file, save
from sklearn.linear_model import LogisticRegression

from model import LANGUAGES, RUBRIC_VERSION
from model.artifact import Manifest, json_bytes, write_artifact
from model.encoder import ENCODER, HEADS, INTERVALS, STOCK, TOKENIZER, Encoder, EncoderModel
from model.encoder_input import Reader
from model.heads import HeadWeights
from model.prediction import PreparedReply
from training.calibrate import conformal_quantile, fit_intervals, fit_links, fit_risk
from training.corpus import RatedReply, prepared
from training.encoder_net import Heads
from training.odd import TRAINING_ODD, odd_replies
from training.recipe import HeadsRecipe

Floats = NDArray[np.float64]
_SHRINKAGE = 0.05
"""Of the covariance towards a sphere; a corpus is small beside the width of a vector."""
_ODD_STRENGTH = 1e-3
"""Inverse penalty: there are few examples of what is no reply."""
_LINK_PENALTY = 0.5
"""Keeps the link near that of the fit where few own ratings calibrate it."""


def head_weights(heads: Heads) -> HeadWeights:
    """The heads as they serve, not calibrated yet, and with no notion of what is usual."""
    state = {k: v.detach().double().numpy() for k, v in heads.state_dict().items()}
    width = state["queries"].shape[1]
    own = {f.name: state[f.name] for f in fields(HeadWeights) if f.name in state}
    return HeadWeights(
        **own,
        link_slope=np.ones(3),
        link_thresholds=heads.thresholds.detach().double().numpy(),
        risk_weights=np.array([0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0]),
        risk_bias=np.zeros(1),
        usual_mean=np.zeros(width),
        usual_axes=np.zeros((width, 1)),
        usual_distance=np.ones(1),
        odd_weights=np.zeros(1),
        odd_limit=np.zeros(1),
    )


def torch_heads(weights: HeadWeights) -> Heads:
    """The heads of an artifact, to go on fitting from."""
    heads = Heads(weights.queries.shape[1])
    state = heads.state_dict()
    for name in state:
        if hasattr(weights, name):
            state[name] = torch.from_numpy(getattr(weights, name)).float()
    cuts = torch.from_numpy(weights.link_thresholds).float()
    state["first_threshold"], state["steps"] = cuts[:, 0], cuts.diff(dim=1).log()
    heads.load_state_dict(state)
    return heads


def artifact_heads(folder: Path) -> HeadWeights:
    """The heads of an encoder artifact."""
    return HeadWeights(**load_file(folder / HEADS))


def calibrated(
    encoder: Encoder, weights: HeadWeights, calibration: Sequence[RatedReply]
) -> HeadWeights:
    """The link from latent score to rating probabilities and the risk, fitted to every rating of
    the calibration split.
    """
    found = EncoderModel(encoder, weights).predict([prepared(r) for r in calibration])
    start = np.column_stack([weights.link_slope, weights.link_thresholds])
    slope, thresholds = fit_links(found.latents, calibration, start, _LINK_PENALTY)
    risk_weights, risk_bias = fit_risk(found.latents, found.need, calibration)
    return replace(
        weights,
        link_slope=slope,
        link_thresholds=thresholds,
        risk_weights=risk_weights,
        risk_bias=risk_bias,
    )


def with_usual(
    encoder: Encoder,
    weights: HeadWeights,
    train: Sequence[PreparedReply],
    calibration: Sequence[PreparedReply],
    share: float,
) -> HeadWeights:
    """What replies usually look like: a Gaussian around the vectors of the training replies (Lee et
    al. 2018), and a logistic regression that tells them from text that is no reply.

    The limit of the one leaves `share` of the calibration replies below. Replies of other desks lie
    further out, so that of the other is halfway from there to what is no reply, where that lies
    beyond.
    """
    vectors = _means(encoder, train)
    mean = vectors.mean(axis=0)
    values, directions = np.linalg.eigh(np.cov(vectors.T))
    shrunk = (1 - _SHRINKAGE) * np.maximum(values, 0) + _SHRINKAGE * values.mean()
    axes = directions / np.sqrt(shrunk)
    odd = (_means(encoder, odd_replies(TRAINING_ODD)) - mean) @ axes
    usual, held = (vectors - mean) @ axes, (_means(encoder, calibration) - mean) @ axes
    fitted = LogisticRegression(C=_ODD_STRENGTH, class_weight="balanced", max_iter=1_000).fit(
        np.vstack([usual, odd]), np.repeat([0, 1], [len(usual), len(odd)])
    )
    direction = fitted.coef_[0]
    usual_limit = conformal_quantile(held @ direction, share)
    return replace(
        weights,
        usual_mean=mean,
        usual_axes=axes,
        usual_distance=np.array([conformal_quantile(np.linalg.norm(held, axis=1), share)]),
        odd_weights=direction,
        odd_limit=np.array([max(usual_limit, (usual_limit + np.median(odd @ direction)) / 2)]),
    )


def _means(encoder: Encoder, replies: Sequence[PreparedReply]) -> Floats:
    """(replies, width): the mean vector of each reply."""
    return np.stack(encoder.encode(replies, lambda _, vectors: vectors.reply.mean(axis=0)))


def write_encoder_artifact(
    folder: Path,
    *,
    encoder: bytes,
    reader: Reader,
    serving: Encoder,
    weights: HeadWeights,
    calibration: Sequence[RatedReply],
    recipe: HeadsRecipe,
    trained_on: Mapping[str, object],
) -> str:
    """Fit the intervals on what `serving` makes of `encoder`, and write the artifact; returns its
    version.
    """
    intervals = fit_intervals(EncoderModel(serving, weights), calibration, recipe)
    arrays = {k: np.ascontiguousarray(v) for k, v in asdict(weights).items()}
    files = {
        ENCODER: encoder,
        TOKENIZER: reader.tokenizer.to_str().encode(),
        STOCK: save(asdict(reader.stock)),
        HEADS: save(arrays),
        INTERVALS: json_bytes(asdict(intervals)),
    }
    digest = hashlib.sha256(b"".join(files[name] for name in sorted(files))).hexdigest()
    manifest = Manifest(
        kind="encoder",
        version=f"encoder-{digest[:10]}",
        rubric_version=RUBRIC_VERSION,
        languages=LANGUAGES,
        trained_on=trained_on,
        recipe=recipe.as_json(),
        libraries={n: version(n) for n in ("numpy", "onnxruntime", "tokenizers", "torch")},
    )
    write_artifact(folder, manifest, files)
    return manifest.version
