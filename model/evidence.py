"""Which sentences raised or lowered which score, and by how much: leave one out, score again."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from model.edits import without
from model.rubric import Dimension
from model.scorer import Scorer
from model.scores import Assessment, Reply

MOST_CHARACTERS = 60_000
"""Read again for one reply; of a very long reply only the first sentences get their effect."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """A sentence, code points [start, end) of the reply as sent, and what it does to each score:
    the value with it less the value without it, in rating points.
    """

    start: int
    end: int
    effects: Mapping[Dimension, float]


def sentence_effects(scorer: Scorer, reply: Reply, assessment: Assessment) -> list[Effect]:
    """The effect of each sentence that `assessment` names, in one batch; empty where there is but
    one.
    """
    sentences = assessment.sentences[: MOST_CHARACTERS // len(reply.text)]
    if len(assessment.sentences) < 2:
        return []
    texts = [without(reply.text, [(s.start, s.end)]) for s in sentences]
    others = scorer.score([in_place_of(reply, assessment, text) for text in texts])
    return [
        Effect(start=s.start, end=s.end, effects=gains(other, assessment))
        for s, other in zip(sentences, others, strict=True)
    ]


def in_place_of(reply: Reply, assessment: Assessment, text: str) -> Reply:
    """The same situation with another text, in the language that was found."""
    return replace(reply, text=text, language=assessment.language.code)


def gains(before: Assessment, after: Assessment) -> dict[Dimension, float]:
    """By how much each value is higher in `after`."""
    return {d: after.scores[d].value - before.scores[d].value for d in Dimension}
