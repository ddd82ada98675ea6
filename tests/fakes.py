"""Stand-ins that satisfy the real protocols."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from io import BytesIO
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from werkzeug.test import run_wsgi_app
from werkzeug.wrappers import Response

from model import Assessment, Reply
from model.text import check_text
from tests.builders import make_advice, make_assessment


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


class AdvisingApp:
    """The service, with advice in its answers for planted words; goes when the service advises by
    itself.
    """

    def __init__(self, app: WSGIApplication, replacements: Mapping[str, str]) -> None:
        self._app = app
        self._replacements = replacements

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"] != "/v1/score":
            return self._app(environ, start_response)
        sent = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        chunks, status, headers = run_wsgi_app(self._app, environ | {"wsgi.input": BytesIO(sent)})
        answer = Response(chunks, status, headers)
        if answer.status_code == 200:
            body = json.loads(answer.get_data())
            body["advice"] = list(self._advice(json.loads(sent)["reply"]))
            answer.set_data(json.dumps(body))
        return answer(environ, start_response)

    def _advice(self, reply: str) -> Iterator[dict[str, object]]:
        for words, replacement in self._replacements.items():
            if words in reply:
                yield make_advice(reply, words, replacements=[replacement])
