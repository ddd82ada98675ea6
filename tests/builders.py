"""Valid objects, with one argument for what a test is about."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import save

from model import (
    LANGUAGES,
    RUBRIC_VERSION,
    Assessment,
    Behavior,
    Channel,
    DetectedLanguage,
    Dimension,
    Interval,
    Need,
    Score,
    Sentence,
    Status,
)
from model.artifact import Manifest, json_bytes, write_artifact
from model.calibration import WITHOUT_MESSAGE
from model.features import COUNTS, VECTORIZERS
from model.store import POINTER, VERSIONS, Promotion
from service.intake import stored_reply
from service.sent_replies import SentReply, StoredReply
from service.settings import Settings
from training.corpus import BehaviorSpan, RatedReply, Rating

DISTRIBUTION: tuple[float, ...] = (0.05, 0.1, 0.25, 0.4, 0.2)


def make_score(
    dimension: Dimension = Dimension.EMPATHY,
    status: Status = Status.OK,
    value: float | None = None,
    half_width: float = 1.0,
) -> Score:
    distribution = DISTRIBUTION if value is None else make_distribution(value)
    interval = Interval(2.5, 4.5)
    if value is not None:
        interval = Interval(max(1.0, value - half_width), min(5.0, value + half_width))
    return Score(dimension=dimension, distribution=distribution, interval=interval, status=status)


def make_distribution(value: float) -> tuple[float, ...]:
    """Probabilities of the two ratings around `value`, so that their mean is `value`."""
    low = min(int(value), 4)
    share = value - low
    return tuple({low: 1 - share, low + 1: share}.get(r, 0.0) for r in range(1, 6))


def make_assessment(
    language: str = "sv",
    risk: float = 0.1,
    value: float | None = None,
    sentences: tuple[Sentence, ...] = (),
    half_width: float = 1.0,
) -> Assessment:
    return Assessment(
        language=DetectedLanguage(code=language, probability=0.99, detected=True),
        empathy_need={Need.NONE: 0.2, Need.SOME: 0.5, Need.STRONG: 0.3},
        scores={d: make_score(d, value=value, half_width=half_width) for d in Dimension},
        risk=risk,
        sentences=sentences,
    )


def make_sentence(start: int, end: int, **probabilities: float) -> Sentence:
    """A sentence whose behaviors have no probability but the ones given."""
    behaviors = {b: probabilities.get(b.value, 0.0) for b in Behavior}
    return Sentence(start=start, end=end, behaviors=behaviors)


def make_advice(
    reply: str,
    words: str,
    rule: str = "say-when",
    dimension: str = "clarity",
    replacements: Sequence[str] = (),
) -> dict[str, object]:
    """Advice about `words`, which `reply` holds, as in an answer of the API."""
    start = reply.index(words)
    before = len(reply[:start].encode("utf-16-le")) // 2
    return {
        "rule": rule,
        "dimension": dimension,
        "message": f"Say when, instead of “{words}”.",
        "reason": "A customer who knows when need not write again.",
        "gain": 0.8,
        "start": start,
        "end": start + len(words),
        "start_utf16": before,
        "end_utf16": before + len(words.encode("utf-16-le")) // 2,
        "replacements": list(replacements),
    }


def make_rating(
    rater: str = "r1", ratings: tuple[float, float, float] = (3, 3, 3), need: Need = Need.SOME
) -> Rating:
    empathy, politeness, clarity = ratings
    return Rating(
        rater=rater, empathy_need=need, empathy=empathy, politeness=politeness, clarity=clarity
    )


def make_reply(
    id: str = "sv-1",  # noqa: A002
    reply: str = "Hej! Paketet kommer i morgon.",
    language: str = "sv",
    ratings: tuple[Rating, ...] = (make_rating("r1"), make_rating("r2")),
    batch: str | None = None,
    contrast_set: str | None = None,
    counterpart_of: str | None = None,
    customer_message: str | None = "Var är mitt paket?",
    behaviors: tuple[BehaviorSpan, ...] | None = None,
) -> RatedReply:
    origin = {"text": "language_model", "ratings": "language_model"}
    return RatedReply(
        id=id,
        language=language,
        channel=Channel.EMAIL,
        domain="parcels",
        customer_message=customer_message,
        reply=reply,
        ratings=ratings,
        origin=origin | ({"batch": batch} if batch else {}),
        contrast_set=contrast_set,
        behaviors=behaviors,
        counterpart_of=counterpart_of,
        where=f"{language}.jsonl:1",
    )


def make_settings(folder: Path, host: str = "127.0.0.1", **others: Any) -> Settings:
    return Settings(
        host=host,
        keys_file=folder / "keys.json",
        database_url=f"sqlite:///{folder / 'tonfall.db'}",
        **others,
    )


def make_manifest(version: str = "other-1", kind: str = "other") -> Manifest:
    return Manifest(
        kind=kind,
        version=version,
        rubric_version=RUBRIC_VERSION,
        languages=LANGUAGES,
        trained_on={"replies": {"train": 7}},
        recipe={},
        libraries={},
    )


def make_artifact(folder: Path, version: str = "linear-1", latent: float = 0.0) -> Path:
    """A linear artifact of a few bytes, which gives every reply the same score: higher with
    `latent`.
    """
    terms = len(VECTORIZERS)
    arrays = {
        "latent_weights": np.zeros((terms + len(COUNTS), 4)),
        "latent_bias": np.full(4, latent),
        "count_center": np.zeros(len(COUNTS)),
        "count_scale": np.ones(len(COUNTS)),
        "need_weights": np.zeros((2, 3)),
        "need_bias": np.zeros(3),
        "need_without_message": np.full(3, 1 / 3),
        "link_slope": np.ones(3),
        "link_thresholds": np.tile([-2.0, -1.0, 1.0, 2.0], (3, 1)),
        "risk_weights": np.zeros(7),
        "risk_bias": np.array([-latent]),
        **{f"idf_{name}": np.ones(1) for name in VECTORIZERS},
    }
    intervals = {
        "quantiles": {k: dict.fromkeys(Dimension, 1.5) for k in (*LANGUAGES, WITHOUT_MESSAGE)},
        "least_spread": 0.3,
        "widest_to_act_on": 3.0,
    }
    files = {
        "weights.safetensors": save(arrays),
        "vocabulary.json": json_bytes({name: ["ab"] for name in VECTORIZERS}),
        "intervals.json": json_bytes(intervals),
    }
    write_artifact(folder, make_manifest(version, "linear"), files)
    return folder


def make_promotion(version: str = "linear-1", previous: str | None = None) -> Promotion:
    return Promotion(
        version=version, previous=previous, at="2026-01-02T03:04:05+00:00", by="Anna", reason="test"
    )


def make_store(folder: Path, *versions: str) -> Path:
    """A store of artifacts that no scorer can be loaded from; the first version is current."""
    for version in versions:
        write_artifact(folder / VERSIONS / version, make_manifest(version), {})
    return point_to(folder, versions[0])


def point_to(store: Path, version: str) -> Path:
    """Make a version current, as a promotion does."""
    (store / POINTER).write_bytes(json_bytes(asdict(make_promotion(version))))
    return store


def make_sent(external_id: str = "m-1", **others: Any) -> SentReply:
    values: dict[str, Any] = {
        "conversation": "c-1",
        "agent": "a-1",
        "sent_at": datetime(2026, 11, 20, 9, 30, tzinfo=UTC),
        "text": "Hej! Paketet kommer i morgon.",
        "customer_message": "Var är mitt paket?",
        "team": "returns",
        "customer": "k-1",
    }
    return SentReply(external_id=external_id, **values | others)


def make_stored(external_id: str = "m-1", *, days: int = 180, **others: Any) -> StoredReply:
    """A stored reply, as the intake makes it; `days` until it expires."""
    sent = make_sent(external_id, **others)
    stored_at = datetime(2026, 11, 21, 12, tzinfo=UTC)
    return stored_reply(sent, make_assessment(), "fake-1", stored_at, timedelta(days=days))
