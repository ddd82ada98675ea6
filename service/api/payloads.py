"""JSON into dataclasses and back.

The schemas that validate here are the ones in the OpenAPI document.
"""

import uuid
from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from model import LANGUAGES, RUBRIC_VERSION, Assessment, Channel, Dimension, Need, Reply, Status
from model.advice import Advice, Level, wording
from model.evidence import Effect
from model.text import MAX_CHARACTERS

MAX_ITEMS = 256
_SHOWN = 0.5
"""The least probability of a behavior that is shown."""

Language = Literal["sv", "nb", "nn", "da", "en"]
Probability = Annotated[float, Field(ge=0, le=1)]
Rating = Annotated[float, Field(ge=1, le=5)]
Offset = Annotated[int, Field(ge=0)]
_EXAMPLE: JsonDict = {
    "reply": "Hej Anna! Paketet ligger hos ombudet på Storgatan och kan hämtas i dag från kl. 15.",
    "customer_message": "Var är mitt paket?",
    "channel": "email",
}


class ScoreRequest(BaseModel):
    """A reply to score, with the customer message it answers."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        use_enum_values=False,
        json_schema_extra={"examples": [_EXAMPLE]},
    )

    reply: str = Field(
        description="The reply as the agent wrote it; whitespace alone is no reply.",
        min_length=1,
        max_length=MAX_CHARACTERS,
    )
    customer_message: str | None = Field(
        None,
        description="What the customer wrote. Without it the intervals are wider.",
        min_length=1,
        max_length=MAX_CHARACTERS,
    )
    channel: Annotated[Channel, Field(strict=False)] | None = Field(
        None, description="Where the reply is sent."
    )
    language: Language | None = Field(
        None, description="The reply's language, BCP 47; null to have it detected."
    )
    model: str | None = Field(
        None, description="The model version to score with; null for the current one."
    )
    advice: bool | None = Field(
        None, description="Whether advice is wanted; null for yes, but not in a batch."
    )
    advice_language: Language | None = Field(
        None, description="The language of the advice; null for the reply's."
    )
    advice_level: Annotated[Level, Field(strict=False)] = Field(
        Level.DEFAULT, description="`picky` for more advice, about smaller things."
    )
    evidence: bool = Field(
        False, description="Whether to say what each sentence does to the scores; takes longer."
    )

    def to_reply(self) -> Reply:
        """The reply as the scorer takes it."""
        return Reply(
            text=self.reply,
            customer_message=self.customer_message,
            channel=self.channel,
            language=self.language,
        )


class BatchRequest(BaseModel):
    """Replies to score in one call; each item is validated by itself, so a bad one fails alone."""

    model_config = ConfigDict(extra="forbid", strict=True)

    items: list[object] = Field(
        min_length=1,
        max_length=MAX_ITEMS,
        json_schema_extra={"items": {"$ref": "#/components/schemas/ScoreRequest"}},
    )


class LanguageResult(BaseModel):
    """The language the reply was scored in; `und` where it is none of the five."""

    code: Literal["sv", "nb", "nn", "da", "en", "und"]
    probability: Probability
    detected: bool = Field(description="False where the request named the language.")


class NeedResult(BaseModel):
    """How much empathy the customer message calls for, as probabilities."""

    none: Probability
    some: Probability
    strong: Probability


class ScoreResult(BaseModel):
    """One dimension: the expected rating, its 90 % interval, and the probabilities of the ratings
    1-5.
    """

    value: Rating
    interval: Annotated[list[Rating], Field(min_length=2, max_length=2)]
    distribution: Annotated[list[Probability], Field(min_length=5, max_length=5)]
    status: Status


class ScoresResult(BaseModel):
    """The three dimensions."""

    empathy: ScoreResult
    politeness: ScoreResult
    clarity: ScoreResult


class BehaviorResult(BaseModel):
    """What a sentence does; offsets into `reply` as sent, end exclusive."""

    tag: str
    probability: Probability
    start: Offset
    end: Offset
    start_utf16: Offset
    end_utf16: Offset


class EvidenceResult(BaseModel):
    """What a sentence does to each score: the value with it less the value without it."""

    start: Offset
    end: Offset
    start_utf16: Offset
    end_utf16: Offset
    effects: dict[Dimension, float]


class AdviceResult(BaseModel):
    """What would raise a score, where, and why."""

    rule: str
    dimension: Dimension
    message: str
    reason: str
    gain: float = Field(description="Rating points that following it is worth, as estimated.")
    start: Offset
    end: Offset
    start_utf16: Offset
    end_utf16: Offset
    replacements: list[str] = Field(
        description="Texts that may stand in its place, in the reply's language."
    )


class ScoreResponse(BaseModel):
    """What the scorer says of one reply."""

    id: str
    model_version: str
    rubric_version: str
    language: LanguageResult
    empathy_need: NeedResult
    scores: ScoresResult
    risk: Probability = Field(
        description="Probability that a rater would give 1 or 2 on a dimension that counts."
    )
    out_of_distribution: bool = Field(
        description="True for text that is no reply at all, such as code; its scores are uncertain."
    )
    behaviors: list[BehaviorResult]
    evidence: list[EvidenceResult]
    advice: list[AdviceResult]


class FaultResult(BaseModel):
    """One thing wrong in the body."""

    pointer: str = Field(description="JSON pointer (RFC 6901); empty for the body itself.")
    detail: str


class ProblemResult(BaseModel):
    """An RFC 9457 problem. It never repeats the text that was sent."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[FaultResult] | None = None
    request_id: str | None = Field(None, description="X-Request-Id; absent in a batch's item.")


class ItemError(BaseModel):
    """In place of the result of an item that could not be scored."""

    error: ProblemResult


class BatchResponse(BaseModel):
    """Results in the order of the items."""

    results: list[ScoreResponse | ItemError]


def score_body(
    assessment: Assessment,
    model_version: str,
    text: str,
    *,
    effects: Sequence[Effect] = (),
    advice: Sequence[Advice] = (),
    advice_language: str | None = None,
) -> dict[str, object]:
    """An assessment of the reply `text` as the JSON of `ScoreResponse`."""
    language = assessment.language
    return {
        "id": str(uuid.uuid4()),
        "model_version": model_version,
        "rubric_version": RUBRIC_VERSION,
        "language": {
            "code": language.code,
            "probability": round(language.probability, 4),
            "detected": language.detected,
        },
        "empathy_need": _rounded(assessment.empathy_need),
        "scores": {
            dimension: {
                "value": round(score.value, 4),
                "interval": [round(bound, 4) for bound in score.interval],
                "distribution": [round(p, 6) for p in score.distribution],
                "status": score.status,
            }
            for dimension, score in assessment.scores.items()
        },
        "risk": round(assessment.risk, 4),
        "out_of_distribution": assessment.is_out_of_distribution,
        "behaviors": [
            {"tag": tag, "probability": round(probability, 4), **offsets}
            for sentence in assessment.sentences
            for offsets in [_offsets(text, sentence.start, sentence.end)]
            for tag, probability in sentence.behaviors.items()
            if probability >= _SHOWN
        ],
        "evidence": [
            {
                **_offsets(text, effect.start, effect.end),
                "effects": {d: round(value, 4) for d, value in effect.effects.items()},
            }
            for effect in effects
        ],
        "advice": [_advice(item, text, advice_language or language.code) for item in advice],
    }


def _advice(advice: Advice, text: str, language: str) -> dict[str, object]:
    words = wording(advice.rule, language if language in LANGUAGES else "en")
    return {
        "rule": advice.rule,
        "dimension": advice.dimension,
        "message": words.message,
        "reason": words.reason,
        "gain": round(advice.gain, 4),
        **_offsets(text, advice.start, advice.end),
        "replacements": list(advice.replacements),
    }


def _offsets(text: str, start: int, end: int) -> dict[str, int]:
    """A span of `text` in code points and in UTF-16 units."""
    before = utf16_units(text[:start])
    return {
        "start": start,
        "end": end,
        "start_utf16": before,
        "end_utf16": before + utf16_units(text[start:end]),
    }


def utf16_units(text: str) -> int:
    """How long JavaScript says that a text is."""
    return len(text.encode("utf-16-le")) // 2


def _rounded(probabilities: Mapping[Need, float]) -> dict[str, float]:
    return {need: round(p, 4) for need, p in probabilities.items()}
