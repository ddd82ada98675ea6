"""Replies that are too much alike: shared openings, shared 4-grams."""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from itertools import combinations, islice
from typing import NamedTuple

from training.corpus import RatedReply

_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_OPENING_WORDS = 5
_GRAM = 4
_LEAST_GRAMS = 4
_MOST_COMPARED = 2_000
"""Stock sentences are shared by thousands; a copy is found long before this many."""


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


def near_copies(
    replies: Sequence[RatedReply], known: Sequence[RatedReply], most: float
) -> list[Overlap]:
    """The replies of which more than `most` of the 4-grams stand in one of `known`, with that one.

    A reply that shares more than `most` shares one of its rarest 4-grams, so only replies that hold
    one of those are compared (prefix filtering, Chaudhuri et al. 2006), of each wording one.
    """
    wordings = {frozenset(grams): r for r in known if len(grams := _grams(r.reply)) >= _LEAST_GRAMS}
    candidates = list(wordings)
    holders: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for i, held in enumerate(candidates):
        for gram in held:
            holders[gram].append(i)
    found = []
    for reply in replies:
        own = sorted(_grams(reply.reply), key=lambda gram: (len(holders.get(gram, ())), gram))
        if len(own) < _LEAST_GRAMS:
            continue
        rarest = own[: math.floor(len(own) * (1 - most)) + 1]
        near = dict.fromkeys(i for gram in rarest for i in holders.get(gram, ()))
        for i in islice(near, _MOST_COMPARED):
            share = len(candidates[i].intersection(own)) / len(own)
            if share > most and _family(reply) != _family(wordings[candidates[i]]):
                found.append(Overlap(wordings[candidates[i]], reply, share))
                break
    return found


def _family(reply: RatedReply) -> str:
    return reply.contrast_set or reply.id


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())


def _grams(text: str) -> set[tuple[str, ...]]:
    words = _words(text)
    return {tuple(words[i : i + _GRAM]) for i in range(len(words) - _GRAM + 1)}
