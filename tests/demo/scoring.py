"""Scores that are made once, with progress."""

from collections.abc import Callable, Sequence

from model import Assessment, Reply, Scorer

_AT_ONCE = 256


class Remembering:
    """A scorer that scores no reply twice."""

    def __init__(self, scorer: Scorer) -> None:
        self.version = scorer.version
        self._scorer = scorer
        self._known: dict[Reply, Assessment] = {}

    def score(self, replies: Sequence[Reply]) -> list[Assessment]:
        """As the scorer says, or said before."""
        new = [reply for reply in dict.fromkeys(replies) if reply not in self._known]
        self._known |= zip(new, self._scorer.score(new) if new else [], strict=True)
        return [self._known[reply] for reply in replies]

    def learn(self, replies: Sequence[Reply], advance: Callable[[int], None]) -> None:
        """Score all of them, similar lengths together: padding is work too."""
        by_length = sorted(replies, key=lambda r: len(r.text))
        for start in range(0, len(by_length), _AT_ONCE):
            batch = by_length[start : start + _AT_ONCE]
            self.score(batch)
            advance(len(batch))
