"""Deterministic splits that keep on one side what belongs together.

What was written in one go (a batch: one writer, one desk), one conversation, one contrast set and
counterparts across languages share a group. A group's split follows from its name alone, so that a
corpus that grows never moves a reply from the test split into training.
"""

import hashlib
from collections.abc import Sequence
from enum import StrEnum

from training.corpus import RatedReply

_SALT = "tonfall-2551"
"""Of 3,000 tried, the salt with the most even sizes by language; no rating was looked at."""
_TEST, _CALIBRATION = 0.15, 0.30


class Split(StrEnum):
    """What a reply is used for; the test split is never used for a choice."""

    TRAIN = "train"
    CALIBRATION = "calibration"
    TEST = "test"


def groups(replies: Sequence[RatedReply]) -> list[str]:
    """The name of each reply's group: the least name of what it is tied to, directly or through
    others.
    """
    parent: dict[str, str] = {}

    def root(name: str) -> str:
        while parent.setdefault(name, name) != name:
            parent[name] = name = parent[parent[name]]
        return name

    for reply in replies:
        ties = _ties(reply)
        for tie in ties[1:]:
            low, high = sorted((root(ties[0]), root(tie)))
            parent[high] = low
    return [root(_ties(reply)[0]) for reply in replies]


def splits(replies: Sequence[RatedReply]) -> list[Split]:
    """The split of each reply: about 70 % train, 15 % calibration, 15 % test."""
    return [_split(name) for name in groups(replies)]


def parts(replies: Sequence[RatedReply]) -> dict[Split, list[RatedReply]]:
    """The replies of each split, in their order."""
    found: dict[Split, list[RatedReply]] = {split: [] for split in Split}
    for reply, split in zip(replies, splits(replies), strict=True):
        found[split].append(reply)
    return found


def ids_digest(replies: Sequence[RatedReply]) -> str:
    """SHA-256 of the sorted ids: which replies a run was given."""
    return hashlib.sha256("\n".join(sorted(r.id for r in replies)).encode()).hexdigest()


def _ties(reply: RatedReply) -> list[str]:
    names = [
        ("batch", reply.origin.get("batch")),
        ("conversation", reply.origin.get("conversation")),
        ("set", reply.contrast_set),
        ("reply", reply.id if reply.counterpart_of is None else reply.counterpart_of),
        ("reply", reply.id),
    ]
    return [f"{kind}:{name}" for kind, name in names if name is not None]


def hashed_share(text: str) -> float:
    """A number in [0, 1) that follows from the text alone: the same in every run."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8]) / 2**64


def _split(group: str) -> Split:
    share = hashed_share(f"{_SALT}:{group}")
    if share < _TEST:
        return Split.TEST
    return Split.CALIBRATION if share < _CALIBRATION else Split.TRAIN
