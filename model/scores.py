"""What a scorer takes and gives: a reply with its context in, an assessment out; all frozen."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from model.rubric import HIGHEST, LOWEST, RATINGS, Behavior, Channel, Dimension, Need

UNDETERMINED = "und"
"""BCP 47 for a language that is none of the supported ones, or that cannot be told."""


class Status(StrEnum):
    """Whether a score may be acted on."""

    OK = "ok"
    NOT_NEEDED = "not_needed"
    UNCERTAIN = "uncertain"
    UNSUPPORTED_LANGUAGE = "unsupported_language"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A reply as the agent wrote it, with what is known about its situation.

    `language` is one of `model.LANGUAGES`, or None to have it detected.
    """

    text: str
    customer_message: str | None = None
    channel: Channel | None = None
    language: str | None = None


class Interval(NamedTuple):
    """A range of expected ratings, ends included, in [1, 5]."""

    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """The expected rating of one reply on one dimension, with the 90 % interval of a
    panel's mean.
    """

    dimension: Dimension
    distribution: tuple[float, ...]
    interval: Interval
    status: Status

    @property
    def value(self) -> float:
        """The mean of the distribution, in [1, 5]."""
        return sum(r * p for r, p in zip(RATINGS, self.distribution, strict=True))

    def __post_init__(self) -> None:
        if len(self.distribution) != len(RATINGS) or min(self.distribution) < 0:
            raise ValueError(
                f"{self.dimension}: need five probabilities >= 0, got {self.distribution}"
            )
        if abs(sum(self.distribution) - 1) > 1e-6:
            raise ValueError(
                f"{self.dimension}: probabilities must sum to 1, got {self.distribution}"
            )
        low, high = self.interval
        if not LOWEST <= low <= self.value + 1e-9 or not self.value - 1e-9 <= high <= HIGHEST:
            raise ValueError(
                f"{self.dimension}: need 1 <= low <= {self.value} <= high <= 5, got {low}, {high}"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectedLanguage:
    """The language a reply was scored in; `code` is `und` where it is none of the five."""

    code: str
    probability: float
    detected: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """A sentence of the reply, code points [start, end) of the text as sent, and the probability of
    each behavior in it.
    """

    start: int
    end: int
    behaviors: Mapping[Behavior, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """Everything a scorer says about one reply.

    `sentences` is empty where the scorer finds no behaviors. `is_out_of_distribution` is True for
    text that is no reply at all (code, gibberish). `customer_language` is None without a message.
    """

    language: DetectedLanguage
    empathy_need: Mapping[Need, float]
    scores: Mapping[Dimension, Score]
    risk: float
    sentences: tuple[Sentence, ...] = ()
    is_out_of_distribution: bool = False
    customer_language: DetectedLanguage | None = None
