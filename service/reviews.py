"""What reviewers gave back: ratings, or the reason why there are none."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Any, TypeVar

import numpy as np

from model import Dimension
from model.rubric import RATINGS
from service.candidates import Bools, Candidates, Floats
from service.plan import Arm
from service.sampling import Draw

DRAWN_TWICE = "a reply was drawn twice; estimate the periods of the draws one by one"
Item = TypeVar("Item")


class SkipReason(StrEnum):
    """Why a reviewer could not rate a reply; a code, never free text about a person."""

    NOT_A_REPLY = "not_a_reply"
    OTHER_LANGUAGE = "other_language"
    INVOLVED = "involved"
    UNREADABLE = "unreadable"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """One reviewer's ratings of one reply, given before the score was shown."""

    reply: str
    reviewer: str
    ratings: Mapping[Dimension, int]
    at: datetime

    def __post_init__(self) -> None:
        for dimension, rating in self.ratings.items():
            if rating not in RATINGS:
                raise ValueError(
                    f"{self.reply}: {dimension} is {rating}, the rubric allows 1-5, whole numbers"
                )


@dataclass(frozen=True, slots=True, kw_only=True)
class Skip:
    """A drawn reply that a reviewer did not rate; its place in the draw stays."""

    reply: str
    reviewer: str
    reason: SkipReason
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Outcomes:
    """What came of each candidate: nan where it was not drawn, or not rated."""

    probability: Floats
    ratings: Mapping[Dimension, Floats]
    is_skipped: Bools


@dataclass(frozen=True, kw_only=True, eq=False)
class Sample:
    """Scored replies, what was drawn of them, and what came of it.

    The periods of two plans must not overlap: a reply has one inclusion probability.
    """

    candidates: Candidates
    draws: Sequence[Draw]
    reviews: Sequence[Review]
    skips: Sequence[Skip] = ()

    def probabilities(self) -> dict[str, float]:
        """The inclusion probability of every drawn reply that may enter an estimate."""
        known = [d for d in self.draws if d.arm is not Arm.ACTIVE]
        found = {d.reply: d.inclusion_probability for d in known}
        if len(found) < len(known):
            raise ValueError(DRAWN_TWICE)
        return found

    def ratings(self, dimension: Dimension) -> dict[str, float]:
        """The mean rating of every reviewed reply."""
        given = ratings_by_reply(self.reviews, dimension)
        return {reply: sum(rated.values()) / len(rated) for reply, rated in given.items()}

    @cached_property
    def outcomes(self) -> Outcomes:
        """What came of the candidates, in their order."""
        replies, probabilities = self.candidates.reply.tolist(), self.probabilities()
        skipped = {skip.reply for skip in self.skips}
        ratings = {d: self.ratings(d) for d in Dimension}
        return Outcomes(
            probability=np.array([probabilities.get(r, np.nan) for r in replies]),
            ratings={
                d: np.array([found.get(r, np.nan) for r in replies]) for d, found in ratings.items()
            },
            is_skipped=np.array([r in skipped for r in replies], dtype=np.bool_),
        )


@dataclass(frozen=True, kw_only=True, eq=False)
class ReadSample(Sample):
    """A sample whose outcomes were read as columns, so that nobody works them out."""

    read: Outcomes

    @cached_property
    def outcomes(self) -> Outcomes:
        """What came of the candidates, in their order."""
        return self.read


class Later(Sequence[Item]):
    """Items that are made when they are first asked for."""

    def __init__(self, make: Callable[[], list[Item]]) -> None:
        self._make = make

    @cached_property
    def _made(self) -> list[Item]:
        return self._make()

    def __len__(self) -> int:
        return len(self._made)

    def __getitem__(self, index: Any) -> Any:
        return self._made[index]


def ratings_by_reply(reviews: Iterable[Review], dimension: Dimension) -> dict[str, dict[str, int]]:
    """Each reply's ratings by reviewer; a reviewer's later review replaces an earlier one."""
    found: dict[str, dict[str, int]] = {}
    for review in sorted(reviews, key=lambda r: r.at):
        if dimension in review.ratings:
            found.setdefault(review.reply, {})[review.reviewer] = review.ratings[dimension]
    return found
