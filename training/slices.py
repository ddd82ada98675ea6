"""Results by language and dimension, and within them by channel and by empathy need."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from model import LANGUAGES, Assessment, Channel, Dimension, Need
from model.agreement import quadratic_kappa
from training.assessments import held, panel, values, widths
from training.corpus import RatedReply
from training.metrics import Figure, Floats, Resamples, share, spearman
from training.ratings import one_against_the_rest

ALL = "all"
NAMES = {
    ALL: "all",
    "sv": "Swedish",
    "nb": "bokmål",
    "nn": "nynorsk",
    "da": "Danish",
    "en": "English",
}
LEAST_REPLIES = 20
"""A slice with fewer replies is counted, not measured."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """Results on one dimension of one language (or of all); `part` is a channel, a need, or all."""

    language: str
    dimension: Dimension
    part: str = ALL
    spearman: Figure
    kappa: Figure
    mae: Figure
    coverage: Figure
    width: float
    baselines: Mapping[str, Mapping[str, float]] = field(default_factory=dict)


def slices(
    test: Sequence[RatedReply],
    assessments: Sequence[Assessment],
    resample: Resamples,
    train: Sequence[RatedReply] = (),
) -> list[Slice]:
    """Every language with enough replies, on every dimension; baselines where `train` is given."""
    return [
        _slice(language, dimension, rows, test, assessments, resample, train)
        for language, rows in by_language(test)
        if len(rows) >= LEAST_REPLIES
        for dimension in Dimension
    ]


def partial_slices(
    test: Sequence[RatedReply], assessments: Sequence[Assessment], resample: Resamples
) -> list[Slice]:
    """Every channel and every empathy need of every language that has enough replies."""
    return [
        _slice(language, dimension, rows, test, assessments, resample, part=part)
        for (language, part), rows in by_part(test).items()
        if len(rows) >= LEAST_REPLIES
        for dimension in Dimension
    ]


def by_language(replies: Sequence[RatedReply]) -> Iterator[tuple[str, list[int]]]:
    """The rows of all replies, then of each language."""
    yield ALL, list(range(len(replies)))
    for code in LANGUAGES:
        yield code, [i for i, r in enumerate(replies) if r.language == code]


def by_part(replies: Sequence[RatedReply]) -> Mapping[tuple[str, str], list[int]]:
    """The rows of each language (and of all) in each channel and with each empathy need."""
    return {
        (language, part.value): [i for i in rows if part in (replies[i].channel, replies[i].need)]
        for language, rows in by_language(replies)
        for part in (*Channel, *Need)
    }


def _slice(
    language: str,
    dimension: Dimension,
    rows: Sequence[int],
    test: Sequence[RatedReply],
    assessments: Sequence[Assessment],
    resample: Resamples,
    train: Sequence[RatedReply] = (),
    part: str = ALL,
) -> Slice:
    truth, value = panel(test, dimension), values(assessments, dimension)
    return Slice(
        language=language,
        dimension=dimension,
        part=part,
        spearman=resample.figure(rows, lambda r: spearman(value[r], truth[r])),
        kappa=resample.figure(rows, lambda r: quadratic_kappa(value[r], truth[r])),
        mae=resample.figure(rows, lambda r: float(np.abs(value[r] - truth[r]).mean())),
        coverage=share(held(test, assessments, dimension)[rows]),
        width=float(widths(assessments, dimension)[rows].mean()),
        baselines=_baselines(language, dimension, [test[i] for i in rows], train),
    )


def _baselines(
    language: str, dimension: Dimension, test: Sequence[RatedReply], train: Sequence[RatedReply]
) -> Mapping[str, Mapping[str, float]]:
    """The mean, length only, and one rater against the others of the same reply."""
    fitted = [r for r in train if language in (ALL, r.language)]
    if not fitted:
        return {}
    truth, known = panel(test, dimension), panel(fitted, dimension)
    mean = np.full(len(test), known.mean())
    words = _log_words(fitted)
    slope = ((words - words.mean()) * known).mean() / max(words.var(), 1e-9)
    length = np.clip(slope * (_log_words(test) - words.mean()) + known.mean(), 1, 5)
    one, rest = (np.array(x) for x in one_against_the_rest(test, dimension))
    return {
        "mean": _figures(mean, truth),
        "length": _figures(length, truth),
        "one rater": _figures(one, rest),
    }


def _figures(value: Floats, truth: Floats) -> dict[str, float]:
    if not len(value):  # nobody rated a reply twice
        return dict.fromkeys(("spearman", "kappa", "mae"), float("nan"))
    return {
        "spearman": spearman(value, truth),
        "kappa": quadratic_kappa(value, truth),
        "mae": float(np.abs(value - truth).mean()),
    }


def _log_words(replies: Sequence[RatedReply]) -> Floats:
    return np.log1p([len(r.reply.split()) for r in replies])
