"""Simulated reviewers: what the panel said, with a severity and a hand of their own."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from model import Behavior, Need
from model.rubric import HIGHEST, LOWEST, POOR
from service.reviews import SkipReason
from service.storage.reviews import Ratings
from service.storage.users import User
from tests.demo.corpus import Rated

_WORDS = tomllib.loads((Path(__file__).parent / "words.toml").read_text("utf-8"))
_OTHER_NEED, _SKIPS, _COMMENTS, _REVISIONS, _COACHING = 0.08, 0.02, 0.5, 0.06, 0.04
_NOISE = 0.45
Random = np.random.Generator


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewer:
    """A user and how they rate: `severity` points lower than the panel."""

    user: User
    severity: float

    def rates(self, rated: Rated, random: Random) -> Ratings:
        """What they give at first sight."""
        return Ratings(
            need=Need(random.choice(list(Need))) if random.random() < _OTHER_NEED else rated.need,
            dimensions={d: self._rating(rating, random) for d, rating in rated.ratings.items()},
        )

    def revises(self, blind: Ratings, rated: Rated, random: Random) -> Ratings | None:
        """Seldom: what the panel gave, once they have seen the score."""
        if random.random() >= _REVISIONS:
            return None
        return Ratings(need=blind.need, dimensions={d: round(r) for d, r in rated.ratings.items()})

    def _rating(self, panel: float, random: Random) -> int:
        meant = panel - self.severity + random.normal(0, _NOISE)
        return int(np.clip(round(meant), LOWEST, HIGHEST))


def comment(rated: Rated, ratings: Ratings, random: Random) -> str | None:
    """Now and then a word on what stands out, in the language of the reply."""
    if random.random() >= _COMMENTS:
        return None
    return next(_remarks(rated, is_poor=min(ratings.dimensions.values()) <= POOR), None)


def objection(language: str, random: Random) -> str:
    """What an agent says against a review."""
    return str(random.choice(_WORDS[language]["objections"]))


def skips(random: Random) -> SkipReason | None:
    """Seldom: why a reply is not rated."""
    return SkipReason(random.choice(list(SkipReason))) if random.random() < _SKIPS else None


def is_for_coaching(random: Random) -> bool:
    """Now and then a reply is worth keeping."""
    return bool(random.random() < _COACHING)


def _remarks(rated: Rated, *, is_poor: bool) -> Iterator[str]:
    words = _WORDS[rated.reply.language or "en"]["comments"]
    praised = (Behavior.TAKES_OWNERSHIP, Behavior.TIME_FRAME, Behavior.ACKNOWLEDGES_FEELING)
    for tag in rated.tags:
        if tag.behavior in words and (tag.behavior in praised) != is_poor:
            yield words[tag.behavior]
