"""Stand-ins that satisfy the real protocols."""

from collections.abc import Sequence

from model import Assessment, Reply
from model.text import check_text
from tests.builders import make_assessment


class FakeScorer:
    """Gives every reply the same assessment and remembers what it was asked."""

    def __init__(self, version: str = "fake-1") -> None:
        self.version = version
        self.asked: list[Reply] = []

    def score(self, replies: Sequence[Reply]) -> list[Assessment]:
        for reply in replies:
            check_text(reply.text)
        self.asked += replies
        return [make_assessment() for _ in replies]


class FakeClock:
    """Stands still until a test moves it."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


class LengthScorer(FakeScorer):
    """Gives a reply the more, the longer it is: what no scorer may do."""

    version = "length-1"

    def score(self, replies: Sequence[Reply]) -> list[Assessment]:
        return [make_assessment(value=1 + min(len(r.text), 400) / 100) for r in replies]


class BrokenScorer(FakeScorer):
    """Works for the warm-up, then fails with a message that holds the reply."""

    def score(self, replies: Sequence[Reply]) -> list[Assessment]:
        if self.asked:
            raise RuntimeError(f"cannot score {replies[0].text}")
        return super().score(replies)
