"""Fit the n-gram scorer: a recipe and rated replies in, an artifact out.

The latent scores are a ridge regression of the panel's mean rating on n-grams of reply and customer
message. From latent scores to rating probabilities goes a cumulative logit link, fitted to every
single rating on predictions for replies that the model had not seen (grouped cross-validation
within the training split).
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from importlib.metadata import version
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save
from scipy.sparse import csr_matrix, diags, vstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import GroupKFold
from tqdm import tqdm

from model import LANGUAGES, RUBRIC_VERSION, Dimension, Need
from model.artifact import Manifest, json_bytes, write_artifact
from model.calibration import Intervals
from model.features import (
    COUNTS,
    MESSAGE_VECTORIZERS,
    REPLY_VECTORIZERS,
    VECTORIZERS,
    counts,
    make_vectorizer,
    vectorize,
)
from model.linear import LinearModel, LinearWeights, design_matrix
from model.ordinal import rating_distributions
from model.prediction import PreparedReply
from training.calibrate import fit_intervals, fit_links, fit_risk
from training.corpus import RatedReply, is_poor, prepared
from training.fragments import fragments
from training.recipe import LinearRecipe
from training.splits import Split, groups, ids_digest, parts

Floats = NDArray[np.float64]
Weights = Mapping[str, float]
ALIKE: Weights = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """A linear model with everything that an artifact needs besides intervals."""

    vocabularies: Mapping[str, list[str]]
    idf: Mapping[str, Floats]
    linear: LinearModel
    weights: LinearWeights


def fit_linear(
    replies: Sequence[RatedReply],
    recipe: LinearRecipe,
    folder: Path,
    *,
    weights: Weights = ALIKE,
) -> str:
    """Fit on the training split, calibrate on the calibration split, write the artifact; returns
    its version.

    `weights` says by id how much a reply counts beside the others (1 where it is silent).
    """
    of = parts(replies)
    steps = tqdm(total=recipe.folds + 2, desc="fit linear", unit="step")
    fitted = fit_model(of[Split.TRAIN], recipe, steps.update, weights)
    intervals = fit_intervals(fitted.linear, of[Split.CALIBRATION], recipe)
    steps.update()
    steps.close()
    return _write(folder, fitted, intervals, recipe, of)


def fit_model(
    train: Sequence[RatedReply],
    recipe: LinearRecipe,
    step_done: Callable[[], object] = lambda: None,
    weights: Weights = ALIKE,
) -> Fitted:
    """Fit latents, need, link and risk; `step_done` is called after each part."""
    inputs = [prepared(reply) for reply in train]
    latents, need = _held_out(train, inputs, recipe, step_done, weights)
    slope, thresholds = fit_links(latents, train)
    risk_weights, risk_bias = fit_risk(latents, need, train)
    fitted = _fit_latents(train, inputs, recipe, weights)
    fitted_weights = replace(
        fitted.weights,
        link_slope=slope,
        link_thresholds=thresholds,
        risk_weights=risk_weights,
        risk_bias=risk_bias,
    )
    step_done()
    return replace(
        fitted, weights=fitted_weights, linear=fitted.linear.with_weights(fitted_weights)
    )


def held_out_distributions(
    replies: Sequence[RatedReply],
    recipe: LinearRecipe,
    step_done: Callable[[], object] = lambda: None,
) -> Floats:
    """Rating probabilities (replies, 3, 5) of each reply by a model that has not seen its group."""
    inputs = [prepared(reply) for reply in replies]
    latents, _ = _held_out(replies, inputs, recipe, step_done, ALIKE)
    slope, thresholds = fit_links(latents, replies)
    return rating_distributions(latents, slope, thresholds)


def _held_out(
    train: Sequence[RatedReply],
    inputs: Sequence[PreparedReply],
    recipe: LinearRecipe,
    step_done: Callable[[], object],
    weights: Weights,
) -> tuple[Floats, Floats]:
    """Latents (replies, 4) and need (replies, 3) from grouped cross-validation."""
    latents = np.zeros((len(train), len(Dimension) + 1))
    need = np.zeros((len(train), len(Need)))
    folds = GroupKFold(recipe.folds, shuffle=True, random_state=recipe.seed)
    for fit_rows, held_rows in folds.split(train, groups=groups(train)):
        part = _fit_latents(
            [train[i] for i in fit_rows], [inputs[i] for i in fit_rows], recipe, weights
        )
        held = part.linear.predict([inputs[i] for i in held_rows])
        latents[held_rows], need[held_rows] = held.latents, held.need
        step_done()
    return latents, need


def _fit_latents(
    train: Sequence[RatedReply],
    replies: Sequence[PreparedReply],
    recipe: LinearRecipe,
    weight_of: Weights,
) -> Fitted:
    """Everything but link and risk, which need predictions on unseen replies."""
    vectorizers = _fit_vectorizers(replies, recipe)
    raw = counts(replies)
    center, scale = raw.mean(axis=0), np.maximum(raw.std(axis=0), 0.1)
    target = np.array([[*(r.mean[d] for d in Dimension), is_poor(r)] for r in train])
    rows, targets, sample = _training_rows(train, replies, target, recipe, weight_of)
    x = design_matrix(
        rows,
        [vectorizers[n] for n in REPLY_VECTORIZERS],
        _message_terms(vectorizers, rows),
        center,
        scale,
    )
    scales = _block_scales(vectorizers, recipe)
    ridge = Ridge(alpha=recipe.ridge, solver="lsqr", tol=1e-8, max_iter=2_000)
    ridge.fit(csr_matrix(x @ diags(scales)), targets, sample_weight=sample)
    asked = [i for i, r in enumerate(replies) if r.message is not None]
    silent = [i for i, r in enumerate(replies) if r.message is None]
    shares = np.array([[r.need_shares[n] for n in Need] for r in train])
    judged = [i for i in asked if train[i].is_need_rated] or asked
    messages = _message_terms(vectorizers, [replies[i] for i in judged])
    need_weights, need_bias = _fit_need(messages, shares[judged], recipe)
    weights = LinearWeights(
        latent_weights=(ridge.coef_ * scales).T.copy(),
        latent_bias=np.array(ridge.intercept_),
        count_center=center,
        count_scale=scale,
        need_weights=need_weights,
        need_bias=need_bias,
        need_without_message=_prior(shares[silent]),
        link_slope=np.ones(len(Dimension)),
        link_thresholds=np.tile([1.5, 2.5, 3.5, 4.5], (len(Dimension), 1)),
        risk_weights=np.zeros(len(Dimension) + 1 + len(Need)),
        risk_bias=np.zeros(1),
    )
    return Fitted(
        vocabularies={n: v.get_feature_names_out().tolist() for n, v in vectorizers.items()},
        idf={n: v.idf_ for n, v in vectorizers.items()},
        weights=weights,
        linear=LinearModel(vectorizers, weights),
    )


def _fit_vectorizers(
    replies: Sequence[PreparedReply], recipe: LinearRecipe
) -> Mapping[str, TfidfVectorizer]:
    fitted = {}
    for name in VECTORIZERS:
        of_reply = name in REPLY_VECTORIZERS
        fitted[name] = make_vectorizer(
            name, min_df=recipe.least_documents[name], max_features=recipe.most_terms[name]
        ).fit([r.text if of_reply else r.message or "" for r in replies])
    return fitted


def _message_terms(
    vectorizers: Mapping[str, TfidfVectorizer], replies: Sequence[PreparedReply]
) -> csr_matrix:
    texts = [r.message or "" for r in replies]
    return vectorize([vectorizers[n] for n in MESSAGE_VECTORIZERS], texts)


def _block_scales(vectorizers: Mapping[str, TfidfVectorizer], recipe: LinearRecipe) -> Floats:
    """(n,): how much each column counts beside the others, by its block."""
    sizes = [(n, len(vectorizers[n].idf_)) for n in (*REPLY_VECTORIZERS, *MESSAGE_VECTORIZERS)]
    return np.concatenate(
        [
            np.full(size, recipe.block_weights[name])
            for name, size in (*sizes, ("counts", len(COUNTS)))
        ]
    )


def _training_rows(
    train: Sequence[RatedReply],
    replies: Sequence[PreparedReply],
    target: Floats,
    recipe: LinearRecipe,
    weight_of: Weights,
) -> tuple[list[PreparedReply], Floats, Floats]:
    """The replies, lighter copies of them without their message, and their tagged sentences alone.

    Returns rows, targets (rows, 4) and sample weights (rows,).
    """
    asked = [i for i, r in enumerate(replies) if r.message is not None]
    copies = [replace(replies[i], message=None) for i in asked]
    alone = fragments(train, target)
    own = np.array([weight_of.get(r.id, 1.0) for r in train])
    sample = np.concatenate(
        [
            own,
            recipe.without_message_weight * own[asked],
            np.full(len(alone.replies), recipe.fragment_weight),
        ]
    )
    targets = np.concatenate([target, target[asked], alone.targets])
    return [*replies, *copies, *alone.replies], targets, sample


def _fit_need(messages: csr_matrix, shares: Floats, recipe: LinearRecipe) -> tuple[Floats, Floats]:
    """Multinomial regression on the raters' shares: a message counts for each need by its share."""
    n = messages.shape[0]
    labels = np.repeat(np.arange(len(Need)), n)
    weights = shares.T.ravel()
    seen = weights > 0
    stacked = csr_matrix(vstack([messages] * len(Need), format="csr"))[seen]
    regression = LogisticRegression(C=1 / recipe.need_ridge * 10, max_iter=2_000, tol=1e-6)
    regression.fit(stacked, labels[seen], sample_weight=weights[seen])
    return regression.coef_.T.copy(), regression.intercept_.copy()


def _prior(shares: Floats) -> Floats:
    """The mean of the shares, with one imagined message a need, so that none is impossible."""
    result: Floats = (shares.sum(axis=0) + 1) / (len(shares) + len(Need))
    return result


def _write(
    folder: Path,
    fitted: Fitted,
    intervals: Intervals,
    recipe: LinearRecipe,
    of: Mapping[Split, Sequence[RatedReply]],
) -> str:
    arrays = {k: np.asarray(getattr(fitted.weights, k)) for k in LinearWeights.__slots__}
    arrays |= {f"idf_{name}": idf for name, idf in fitted.idf.items()}
    files = {
        "weights.safetensors": save({k: np.ascontiguousarray(v) for k, v in arrays.items()}),
        "vocabulary.json": json_bytes(fitted.vocabularies),
        "intervals.json": json_bytes(asdict(intervals)),
    }
    digest = hashlib.sha256(b"".join(files[name] for name in sorted(files))).hexdigest()
    manifest = Manifest(
        kind="linear",
        version=f"linear-{digest[:10]}",
        rubric_version=RUBRIC_VERSION,
        languages=LANGUAGES,
        trained_on={
            "replies": {split.value: len(part) for split, part in of.items()},
            "ids_sha256": {split.value: ids_digest(part) for split, part in of.items()},
        },
        recipe=recipe.as_json(),
        libraries={name: version(name) for name in ("numpy", "scipy", "scikit-learn")},
    )
    write_artifact(folder, manifest, files)
    return manifest.version
