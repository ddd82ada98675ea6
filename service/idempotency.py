"""Requests that write, made safe to send again: the Idempotency-Key header."""

import re
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from flask import Response, current_app, g, make_response, request
from flask.typing import ResponseReturnValue

from service.errors import ProblemError
from service.storage.answers import (
    Answer,
    AnswerRepository,
    Claim,
    InProgressError,
    OtherRequestError,
)
from service.storage.database import Database

_KEY = re.compile(r"[\x21-\x7e]{1,255}")
P = ParamSpec("P")
T = TypeVar("T")


def idempotent(
    view: Callable[P, ResponseReturnValue],
) -> Callable[P, ResponseReturnValue]:
    """Carry out a request with an Idempotency-Key once, and give its answer again for a day.

    What the view writes and the answer are committed together. A request that fails keeps nothing,
    so it may be sent again, corrected, with its key. The answer is stored: it must hold no text.
    """

    @wraps(view)
    def answered(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        return _once(lambda: None, lambda _: view(*args, **kwargs))

    return answered


def idempotent_after(
    prepare: Callable[[], T],
) -> Callable[[Callable[[T], ResponseReturnValue]], Callable[[], ResponseReturnValue]]:
    """As `idempotent`; `prepare` does what takes long, before the transaction, and only reads."""

    def decorate(view: Callable[[T], ResponseReturnValue]) -> Callable[[], ResponseReturnValue]:
        @wraps(view)
        def answered() -> ResponseReturnValue:
            return _once(prepare, view)

        return answered

    return decorate


def _once(
    prepare: Callable[[], T], view: Callable[[T], ResponseReturnValue]
) -> ResponseReturnValue:
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return view(prepare())
    found = _claim(key)
    if isinstance(found, Answer):
        return _response(found, replayed=True)
    return _carry_out(found, prepare, view)


def _claim(key: str) -> Claim | Answer:
    if not _KEY.fullmatch(key):
        raise ProblemError(
            "bad-request", "Idempotency-Key must be 1-255 visible ASCII characters, such as a UUID"
        )
    sent = f"{request.method} {request.full_path}\n".encode() + request.get_data()
    try:
        return _answers().claim(caller=g.caller, key=key, request=sent)
    except InProgressError:
        raise _in_progress() from None
    except OtherRequestError:
        raise ProblemError(
            "key-reused", "another request was sent with this Idempotency-Key; make a new key"
        ) from None


def _carry_out(
    claim: Claim, prepare: Callable[[], T], view: Callable[[T], ResponseReturnValue]
) -> Response:
    database: Database = current_app.extensions["database"]
    try:
        prepared = prepare()
        with database.writing():
            response = make_response(view(prepared))
            answer = Answer(status=response.status_code, body=response.get_data(as_text=True))
            _answers().keep(claim, answer)
    except InProgressError:
        raise _in_progress() from None
    except BaseException:
        _answers().release(claim)
        raise
    return _response(answer, replayed=False)


def _response(answer: Answer, *, replayed: bool) -> Response:
    response = Response(answer.body, status=answer.status, mimetype="application/json")
    if replayed:
        response.headers["Idempotency-Replayed"] = "true"
    return response


def _in_progress() -> ProblemError:
    return ProblemError(
        "in-progress",
        "the first request with this Idempotency-Key is not answered yet; ask again in a second",
        headers={"Retry-After": "1"},
    )


def _answers() -> AnswerRepository:
    answers: AnswerRepository = current_app.extensions["answers"]
    return answers
