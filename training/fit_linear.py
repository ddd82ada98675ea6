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
from scipy.optimize import minimize
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
    PreparedReply,
    counts,
    make_vectorizer,
    vectorize,
)
from model.linear import LinearModel, LinearWeights, design_matrix
from model.ordinal import rating_probabilities
from training.calibrate import fit_intervals
from training.corpus import RatedReply, is_poor, prepared
from training.fragments import fragments
from training.recipe import LinearRecipe
from training.splits import Split, groups, parts

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """A linear model with everything that an artifact needs besides intervals."""

    vocabularies: Mapping[str, list[str]]
    idf: Mapping[str, Floats]
    linear: LinearModel
    weights: LinearWeights


def fit_linear(replies: Sequence[RatedReply], recipe: LinearRecipe, folder: Path) -> str:
    """Fit on the training split, calibrate on the calibration split, write the artifact; returns
    its version.
    """
    of = parts(replies)
    steps = tqdm(total=recipe.folds + 2, desc="fit linear", unit="step")
    fitted = fit_model(of[Split.TRAIN], recipe, steps.update)
    intervals = fit_intervals(fitted.linear, of[Split.CALIBRATION], recipe)
    steps.update()
    steps.close()
    return _write(folder, fitted, intervals, recipe, of)


def fit_model(
    train: Sequence[RatedReply],
    recipe: LinearRecipe,
    step_done: Callable[[], object] = lambda: None,
) -> Fitted:
    """Fit latents, need, link and risk; `step_done` is called after each part."""
    names = groups(train)
    inputs = [prepared(reply) for reply in train]
    latents = np.zeros((len(train), len(Dimension) + 1))
    need = np.zeros((len(train), len(Need)))
    folds = GroupKFold(recipe.folds, shuffle=True, random_state=recipe.seed)
    for fit_rows, held_rows in folds.split(train, groups=names):
        part = _fit_latents([train[i] for i in fit_rows], [inputs[i] for i in fit_rows], recipe)
        held = part.linear.predict([inputs[i] for i in held_rows])
        latents[held_rows], need[held_rows] = held.latents, held.need
        step_done()
    slope, thresholds = _fit_links(latents, train)
    risk_weights, risk_bias = _fit_risk(latents, need, train)
    fitted = _fit_latents(train, inputs, recipe)
    weights = replace(
        fitted.weights,
        link_slope=slope,
        link_thresholds=thresholds,
        risk_weights=risk_weights,
        risk_bias=risk_bias,
    )
    step_done()
    return replace(fitted, weights=weights, linear=fitted.linear.with_weights(weights))


def _fit_latents(
    train: Sequence[RatedReply], replies: Sequence[PreparedReply], recipe: LinearRecipe
) -> Fitted:
    """Everything but link and risk, which need predictions on unseen replies."""
    vectorizers = _fit_vectorizers(replies, recipe)
    raw = counts(replies)
    center, scale = raw.mean(axis=0), np.maximum(raw.std(axis=0), 0.1)
    target = np.array([[*(r.mean[d] for d in Dimension), is_poor(r)] for r in train])
    rows, targets, sample = _training_rows(train, replies, target, recipe)
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
) -> tuple[list[PreparedReply], Floats, Floats]:
    """The replies, lighter copies of them without their message, and their tagged sentences alone.

    Returns rows, targets (rows, 4) and sample weights (rows,).
    """
    asked = [i for i, r in enumerate(replies) if r.message is not None]
    copies = [replace(replies[i], message=None) for i in asked]
    alone = fragments(train, target)
    sample = np.repeat(
        [1.0, recipe.without_message_weight, recipe.fragment_weight],
        [len(replies), len(copies), len(alone.replies)],
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


def _fit_links(latents: Floats, train: Sequence[RatedReply]) -> tuple[Floats, Floats]:
    """Slopes (3,) and thresholds (3, 4) of the cumulative logit link, by maximum likelihood."""
    slopes, thresholds = [], []
    for i, dimension in enumerate(Dimension):
        slope, cuts = _fit_link(latents[:, i], np.array([r.shares[dimension] for r in train]))
        slopes.append(slope)
        thresholds.append(cuts)
    return np.array(slopes), np.stack(thresholds)


def _fit_link(latent: Floats, shares: Floats) -> tuple[float, Floats]:
    def unpack(p: Floats) -> tuple[float, Floats]:
        return float(np.exp(p[0])), p[1] + np.concatenate([[0.0], np.cumsum(np.exp(p[2:]))])

    def loss(p: Floats) -> float:
        slope, cuts = unpack(p)
        probabilities = rating_probabilities(latent, slope, cuts)
        return float(-(shares * np.log(probabilities + 1e-9)).sum() / len(latent))

    start = np.array([np.log(2.0), 2 * 1.5, *np.log([2.0, 2.0, 2.0])])
    found = minimize(loss, start, method="L-BFGS-B", options={"maxiter": 500, "ftol": 1e-12})
    return unpack(found.x)


def _fit_risk(latents: Floats, need: Floats, train: Sequence[RatedReply]) -> tuple[Floats, Floats]:
    """Logistic regression of the share of raters who found the reply poor, on unseen replies'
    predictions.
    """
    x = np.hstack([latents, need])
    poor = np.array([is_poor(r) for r in train])
    both = np.concatenate([poor, 1 - poor])
    labels = np.concatenate([np.ones(len(train)), np.zeros(len(train))])
    regression = LogisticRegression(C=10.0, max_iter=2_000, tol=1e-8)
    seen = both > 0
    regression.fit(np.vstack([x, x])[seen], labels[seen], sample_weight=both[seen])
    return regression.coef_[0].copy(), regression.intercept_.copy()


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
            "ids_sha256": {split.value: _ids_digest(part) for split, part in of.items()},
        },
        recipe=recipe.as_json(),
        libraries={name: version(name) for name in ("numpy", "scipy", "scikit-learn")},
    )
    write_artifact(folder, manifest, files)
    return manifest.version


def _ids_digest(replies: Sequence[RatedReply]) -> str:
    return hashlib.sha256("\n".join(sorted(r.id for r in replies)).encode()).hexdigest()
