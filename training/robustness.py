"""What changes in a reply that must not matter do to its scores: names by group, numbers, cities,
quotes, stock phrases. Held-out replies, a fixed random part of them.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from model import LANGUAGES, Assessment, Dimension, Scorer
from training.assessments import assess_texts, values
from training.corpus import RatedReply
from training.metrics import Figure, Floats, Resamples, Rows, share
from training.perturb import (
    BACKGROUNDS,
    GENDERS,
    TRAINING_SWAPS,
    Place,
    Role,
    Swaps,
    load_swaps,
    with_city,
    with_name,
    with_other_numbers,
    with_other_quotes,
    with_phrase,
    with_quoted_mail,
)
from training.slices import ALL, LEAST_REPLIES, by_language
from training.splits import groups

MOST_REPLIES = 200
_CITIES = 4
BAR, AIM = 0.15, 0.05
"""A value may change by so much where a name, a number, a city or a quote is another one."""
RISE = 0.1
"""A value may rise by so much where a stock phrase is added."""
_GROUPS = tuple(product(BACKGROUNDS, GENDERS))
CONTRASTS = {
    "female − male": ("female", "male"),
    "immigrant − majority": ("immigrant", "majority"),
    "foreign − majority": ("foreign", "majority"),
}
_DIMENSIONS = tuple(Dimension)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """How far values moved under one kind of change: the share of changed replies whose values all
    stayed within the limits; `replies` were changed, some several times.
    """

    what: str
    replies: int
    within_bar: Figure
    within_aim: Figure
    largest: float
    mean: Mapping[Dimension, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """The mean signed difference of values between names of two groups in the same replies."""

    role: Role
    contrast: str
    language: str
    dimension: Dimension
    difference: Figure


@dataclass(frozen=True, slots=True, kw_only=True)
class Rise:
    """How far values rose when a stock phrase was added; `at_most` is the share within RISE."""

    what: str
    language: str
    at_most: Figure
    largest: float
    mean: Mapping[Dimension, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Robustness:
    """Everything that was changed, and what it did."""

    changes: Sequence[Change]
    gaps: Sequence[Gap]
    rises: Sequence[Rise]


def robustness(scorer: Scorer, test: Sequence[RatedReply], *, seed: int) -> Robustness:
    """Change a fixed random part of the replies and score them again."""
    chosen = np.random.default_rng(seed).permutation(len(test))
    probe = _Probe(scorer, [test[i] for i in chosen], load_swaps(), seed)
    named = {role: probe.named(role) for role in Role}
    return Robustness(
        changes=[
            *(c for role, (_, found) in named.items() for c in _among(f"{role}'s name", found)),
            *_among("cities", probe.in_cities()),
            *probe.changes(),
        ],
        gaps=[gap for role in Role for gap in _gaps(role, *named[role], seed)],
        rises=list(probe.rises()),
    )


class _Probe:
    """Scores changed replies; every choice follows from the seed."""

    def __init__(
        self, scorer: Scorer, replies: Sequence[RatedReply], swaps: Mapping[str, Swaps], seed: int
    ) -> None:
        self._scorer, self._replies, self._swaps = scorer, replies, swaps
        self._random = np.random.default_rng(seed)

    def named(self, role: Role) -> tuple[list[RatedReply], Floats]:
        """Replies that can carry a name, and their values (replies, 6 groups, 3 dimensions)."""
        replies: list[RatedReply] = []
        variants: list[RatedReply] = []
        for reply in self._replies:
            names = self._swaps[reply.language].names
            drawn = [str(self._random.choice(names[b][g])) for b, g in _GROUPS]
            carrying = [v for name in drawn if (v := with_name(reply, role, name))]
            if carrying and len(replies) < MOST_REPLIES:
                replies.append(reply)
                variants += carrying
        return replies, self._values(variants, f"{role} names").reshape(-1, len(_GROUPS), 3)

    def in_cities(self) -> Floats:
        """Values (replies, cities, 3) of replies that can carry a city."""
        known = [
            city
            for lists in (*load_swaps(TRAINING_SWAPS).values(), *self._swaps.values())
            for city in lists.cities
        ]
        replies: list[RatedReply] = []
        for reply in self._replies:
            drawn = self._random.choice(self._swaps[reply.language].cities, _CITIES, replace=False)
            variants = [v for city in drawn if (v := with_city(reply, str(city), known))]
            if len(replies) < MOST_REPLIES * _CITIES:
                replies += variants
        return self._values(replies, "cities").reshape(-1, _CITIES, 3)

    def changes(self) -> Iterator[Change]:
        """Numbers and quotes: each reply beside itself, changed once."""
        for what, change in {
            "numbers": with_other_numbers,
            "quotation marks": with_other_quotes,
            "quoted mail below": with_quoted_mail,
        }.items():
            pairs = [(r, c) for r in self._replies if (c := change(r))][:MOST_REPLIES]
            if pairs:
                before = self._values([r for r, _ in pairs], what)
                moved = np.abs(self._values([c for _, c in pairs], what) - before)
                yield _change(what, moved[:, None])

    def rises(self) -> Iterator[Rise]:
        """One phrase at each place; then a second and a third one on top of it."""
        replies = self._replies[:MOST_REPLIES]
        none = self._values(replies, "without phrases")
        phrases = [self._phrases(r) for r in replies]
        pairs = list(zip(replies, phrases, strict=True))
        at = {
            place: self._values([with_phrase(r, p[0], place) for r, p in pairs], f"phrase, {place}")
            for place in Place
        }
        two = [with_phrase(with_phrase(r, p[0], Place.START), p[1], Place.MIDDLE) for r, p in pairs]
        three = [with_phrase(r, p[2], Place.END) for r, (_, p) in zip(two, pairs, strict=True)]
        second, third = self._values(two, "second phrase"), self._values(three, "third phrase")
        rows = dict(by_language(replies))
        for place in Place:
            yield _rise(f"a phrase at the {place}", ALL, at[place] - none)
        for code in LANGUAGES:
            if len(rows[code]) >= LEAST_REPLIES:
                each = [at[place][rows[code]] - none[rows[code]] for place in Place]
                yield _rise("a phrase anywhere", code, np.concatenate(each), len(rows[code]))
        every = np.concatenate([at[place] - none for place in Place])
        yield _rise("a phrase anywhere", ALL, every, len(replies))
        yield _rise("a second phrase", ALL, second - at[Place.START])
        yield _rise("a third phrase", ALL, third - second)

    def _phrases(self, reply: RatedReply) -> list[str]:
        return [str(p) for p in self._random.permutation(self._swaps[reply.language].phrases)[:3]]

    def _values(self, replies: Sequence[RatedReply], what: str) -> Floats:
        return _matrix(assess_texts(self._scorer, [r.to_reply() for r in replies], what))


def _matrix(assessments: Sequence[Assessment]) -> Floats:
    """(replies, 3): values by dimension."""
    return np.stack([values(assessments, d) for d in _DIMENSIONS], axis=1)


def _among(what: str, found: Floats) -> Iterator[Change]:
    """From values (replies, variants, 3): each variant beside the first one; nothing of nothing."""
    if len(found):
        yield _change(what, np.abs(found[:, 1:] - found[:, :1]))


def _change(what: str, moved: Floats) -> Change:
    """From absolute changes (replies, variants, 3)."""
    most = moved.max(axis=2)
    return Change(
        what=what,
        replies=len(moved),
        within_bar=share((most <= BAR).ravel(), len(moved)),
        within_aim=share((most <= AIM).ravel(), len(moved)),
        largest=float(most.max()),
        mean={d: float(moved[..., k].mean()) for k, d in enumerate(_DIMENSIONS)},
    )


def _rise(what: str, language: str, moved: Floats, n: int | None = None) -> Rise:
    most = moved.max(axis=1)
    return Rise(
        what=what,
        language=language,
        at_most=share(most <= RISE, n),
        largest=float(most.max()),
        mean={d: float(moved[:, k].mean()) for k, d in enumerate(_DIMENSIONS)},
    )


def _gaps(role: Role, replies: Sequence[RatedReply], found: Floats, seed: int) -> Iterator[Gap]:
    columns: dict[str, list[int]] = defaultdict(list)
    for column, names in enumerate(_GROUPS):
        for name in names:
            columns[name].append(column)
    resample = Resamples(groups(replies), seed)
    for language, rows in by_language(replies):
        if len(rows) < LEAST_REPLIES:
            continue
        for contrast, (one, other) in CONTRASTS.items():
            apart = found[:, columns[one]].mean(axis=1) - found[:, columns[other]].mean(axis=1)
            for k, dimension in enumerate(_DIMENSIONS):
                yield Gap(
                    role=role,
                    contrast=contrast,
                    language=language,
                    dimension=dimension,
                    difference=resample.figure(rows, _mean(apart[:, k])),
                )


def _mean(apart: Floats) -> Callable[[Rows], float]:
    return lambda r: float(apart[r].mean())
