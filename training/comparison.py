"""A scorer beside others on the same replies: differences with paired intervals, and each one's
own figures.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model import Assessment, Dimension, Scorer
from model.agreement import quadratic_kappa
from training.assessments import assess, panel, risks, values
from training.corpus import RatedReply
from training.evaluate import is_panel_poor, poor_found, ranked_pairs
from training.metrics import Figure, Floats, Resamples, Rows, auc, spearman
from training.slices import ALL, LEAST_REPLIES, Slice, by_language, slices
from training.splits import groups

MEASURES: Mapping[str, Callable[[Floats, Floats], float]] = {
    "Spearman": spearman,
    "weighted kappa": quadratic_kappa,
    "less MAE": lambda value, truth: -float(np.abs(value - truth).mean()),
}
"""Of each, more is better."""
RISK = "risk, AUC"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Another scorer on the same replies, by the name of its folder."""

    name: str
    version: str
    ms_a_reply: float
    assessments: Sequence[Assessment]
    slices: Sequence[Slice]
    risk: Figure
    pairs: Figure | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Gain:
    """What is gained by one measure in one language; `dimension` is a dimension's, or risk's."""

    measure: str
    language: str
    dimension: str
    difference: Figure

    @property
    def verdict(self) -> str:
        """Better or worse where the interval leaves no doubt."""
        if self.difference.low > 0:
            return "better"
        return "worse" if self.difference.high < 0 else "no clear difference"


def step(name: str, scorer: Scorer, test: Sequence[RatedReply], *, seed: int) -> Step:
    """Score `test` with another scorer."""
    began = perf_counter()
    assessments = assess(scorer, test)
    took = perf_counter() - began
    return describe(name, scorer.version, test, assessments, took / len(test) * 1_000, seed=seed)


def describe(
    name: str,
    version: str,
    test: Sequence[RatedReply],
    assessments: Sequence[Assessment],
    ms_a_reply: float,
    *,
    seed: int,
) -> Step:
    """The figures of scores that are there already."""
    resample = Resamples(groups(test), seed)
    return Step(
        name=name,
        version=version,
        ms_a_reply=ms_a_reply,
        assessments=assessments,
        slices=slices(test, assessments, resample),
        risk=poor_found(test, assessments, resample)[ALL],
        pairs=ranked_pairs(test, assessments).get(ALL),
    )


def gains(
    test: Sequence[RatedReply],
    candidate: Sequence[Assessment],
    other: Sequence[Assessment],
    *,
    seed: int,
) -> Iterator[Gain]:
    """The candidate's figures minus the other's, by measure, language and dimension."""
    resample = Resamples(groups(test), seed)
    poor = np.array([is_panel_poor(r) for r in test])
    for language, rows in by_language(test):
        if len(rows) < LEAST_REPLIES:
            continue
        for dimension in Dimension:
            truth = panel(test, dimension)
            new, old = values(candidate, dimension), values(other, dimension)
            for name, measure in MEASURES.items():
                found = resample.figure(rows, _difference(measure, new, old, truth))
                yield Gain(
                    measure=name, language=language, dimension=dimension.value, difference=found
                )
        found = resample.figure(rows, _difference(auc, risks(candidate), risks(other), poor))
        yield Gain(measure=RISK, language=language, dimension="risk", difference=found)


def paired_difference(
    replies: Sequence[RatedReply],
    candidate: Sequence[Assessment],
    current: Sequence[Assessment],
    *,
    seed: int,
) -> Iterator[tuple[str, Dimension, Figure]]:
    """Spearman of `candidate` minus that of `current` on the same replies, by language and
    dimension.
    """
    resample = Resamples(groups(replies), seed)
    for language, rows in by_language(replies):
        for dimension in Dimension if len(rows) >= LEAST_REPLIES else ():
            new, old = values(candidate, dimension), values(current, dimension)
            gain = _difference(spearman, new, old, panel(replies, dimension))
            yield language, dimension, resample.figure(rows, gain)


def _difference(
    measure: Callable[[Floats, Any], float], new: Floats, old: Floats, truth: NDArray[Any]
) -> Callable[[Rows], float]:
    return lambda r: measure(new[r], truth[r]) - measure(old[r], truth[r])
