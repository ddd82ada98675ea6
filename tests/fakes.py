"""Stand-ins that satisfy the real protocols."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from model import Assessment, Reply, Sentence
from model.sentences import sentence_spans
from model.text import check_text, prepare
from service.webhooks.notices import Answer
from tests.builders import make_assessment, make_sentence


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


class FakeSender:
    """Answers every delivery as a test says, and remembers what was sent."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.sent: list[tuple[str, str, Mapping[str, str]]] = []

    def __call__(self, url: str, body: str, headers: Mapping[str, str]) -> Answer:
        self.sent.append((url, body, headers))
        return self.answer

    @property
    def ids(self) -> list[str]:
        return [headers["webhook-id"] for _, _, headers in self.sent]


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


class WordScorer(FakeScorer):
    """Starts at 3 on every dimension and moves by the worth of each word that a reply holds."""

    def __init__(self, worth: Mapping[str, float]) -> None:
        super().__init__()
        self.version = f"words-{len(worth)}"
        self._worth = worth

    def score(self, replies: Sequence[Reply]) -> list[Assessment]:
        super().score(replies)
        return [
            make_assessment(value=self._value(r.text), risk=self._risk(r.text)) for r in replies
        ]

    def _value(self, text: str) -> float:
        return min(5.0, max(1.0, 3.0 + sum(w for word, w in self._worth.items() if word in text)))

    def _risk(self, text: str) -> float:
        return (5 - self._value(text)) / 4


class TaggingScorer(WordScorer):
    """A WordScorer that finds a behavior in each sentence that holds its word."""

    def __init__(self, worth: Mapping[str, float], behaviors: Mapping[str, str]) -> None:
        super().__init__(worth)
        self._behaviors = behaviors

    def score(self, replies: Sequence[Reply]) -> list[Assessment]:
        found = super().score(replies)
        return [
            replace(assessment, sentences=tuple(self._sentences(reply.text)))
            for reply, assessment in zip(replies, found, strict=True)
        ]

    def _sentences(self, sent: str) -> Iterator[Sentence]:
        text = prepare(sent)
        for span in sentence_spans(text.text):
            start, end = text.sent_span(*span)
            yield make_sentence(start, end, **self._tags(sent[start:end]))

    def _tags(self, sentence: str) -> dict[str, float]:
        return {tag: 0.9 for word, tag in self._behaviors.items() if word in sentence}
