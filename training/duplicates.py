"""Replies that are too much alike: shared openings, shared 4-grams."""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import NamedTuple

from training.corpus import RatedReply

_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_OPENING_WORDS = 5
_GRAM = 4
_LEAST_GRAMS = 4


class Overlap(NamedTuple):
    """Two replies and the share of the shorter one's 4-grams that both have."""

    first: RatedReply
    second: RatedReply
    share: float


def shared_openings(replies: Sequence[RatedReply]) -> Mapping[str, list[RatedReply]]:
    """By language, the replies whose first five words also open a reply outside their
    contrast set.
    """
    by_opening: dict[tuple[str, ...], list[RatedReply]] = defaultdict(list)
    for reply in replies:
        words = _words(reply.reply)[:_OPENING_WORDS]
        if len(words) == _OPENING_WORDS:
            by_opening[reply.language, *words].append(reply)
    shared: dict[str, list[RatedReply]] = defaultdict(list)
    for same in by_opening.values():
        if len({_family(r) for r in same}) > 1:
            shared[same[0].language] += same
    return shared


def overlaps(replies: Sequence[RatedReply], most: float) -> list[Overlap]:
    """The pairs outside contrast sets that share more than `most` of the shorter reply's
    4-grams.
    """
    grams = [_grams(r.reply) for r in replies]
    holders: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for i, own in enumerate(grams):
        if len(own) >= _LEAST_GRAMS:
            for gram in own:
                holders[gram].append(i)
    shared: Counter[tuple[int, int]] = Counter()
    for rows in holders.values():
        shared.update(combinations(rows, 2))
    found = []
    for (i, j), count in shared.items():
        share = count / min(len(grams[i]), len(grams[j]))
        if share > most and _family(replies[i]) != _family(replies[j]):
            found.append(Overlap(replies[i], replies[j], share))
    return sorted(found, key=lambda o: -o.share)


def _family(reply: RatedReply) -> str:
    return reply.contrast_set or reply.id


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())


def _grams(text: str) -> set[tuple[str, ...]]:
    words = _words(text)
    return {tuple(words[i : i + _GRAM]) for i in range(len(words) - _GRAM + 1)}
