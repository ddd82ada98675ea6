"""How well sentence-level behaviors are found, against those that every reader of a reply found."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model import Assessment, Behavior
from training.corpus import RatedReply
from training.metrics import Bools, Figure, Resamples, Rows, average_precision, f1
from training.ratings import reader_f1
from training.splits import groups

_THRESHOLD = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One behavior: in how many sentences it is, how well probabilities rank sentences, F1 at 0.5,
    and the F1 of the two readers with each other.
    """

    behavior: Behavior
    sentences: int
    average_precision: Figure
    f1: Figure
    readers_f1: float


def behaviors_found(
    test: Sequence[RatedReply], assessments: Sequence[Assessment], *, seed: int
) -> list[Found]:
    """By behavior that occurs in the tagged replies; nothing where the scorer tells no behavior.

    A tag counts for every sentence it overlaps. One that overlaps no sentence of the scorer's is a
    miss.
    """
    tagged = [i for i, r in enumerate(test) if r.behaviors is not None]
    if not any(sentences_of(assessments[i]) for i in tagged):
        return []
    probability, present, owner = [], [], []
    for i in tagged:
        for found, tags in _sentences(test[i], assessments[i]):
            probability.append([found.get(b, 0.0) for b in Behavior])
            present.append([b.value in tags for b in Behavior])
            owner.append(i)
    names = groups(test)
    resample = Resamples([names[i] for i in owner], seed)
    p, truth = np.array(probability), np.array(present)
    rows, agreement = range(len(owner)), reader_f1([test[i] for i in tagged])
    return [
        Found(
            behavior=b,
            sentences=int(truth[:, k].sum()),
            average_precision=resample.figure(rows, _on(average_precision, p[:, k], truth[:, k])),
            f1=resample.figure(rows, _on(f1, p[:, k] >= _THRESHOLD, truth[:, k])),
            readers_f1=agreement[b][0],
        )
        for k, b in enumerate(Behavior)
        if truth[:, k].any()
    ]


def sentences_of(
    assessment: Assessment,
) -> Sequence[tuple[int, int, Mapping[Behavior, float]]]:
    """The sentences of an assessment with the probability of each behavior; none where the scorer
    tells none.
    """
    return [(s.start, s.end, s.behaviors) for s in assessment.sentences]


def _on(
    measure: Callable[[Any, Bools], float], found: NDArray[Any], truth: Bools
) -> Callable[[Rows], float]:
    return lambda r: measure(found[r], truth[r])


def _sentences(
    reply: RatedReply, assessment: Assessment
) -> list[tuple[Mapping[Behavior, float], set[str]]]:
    """Probabilities and tags of each sentence, then of what no sentence holds."""
    found: list[tuple[Mapping[Behavior, float], set[str]]] = []
    missed = set(reply.agreed)
    for start, end, probabilities in sentences_of(assessment):
        within = {b for b in reply.agreed if b.start < end and start < b.end}
        missed -= within
        found.append((probabilities, {b.tag for b in within}))
    return [*found, *(({}, {b.tag}) for b in sorted(missed, key=lambda b: b.start))]
