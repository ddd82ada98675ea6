"""What a client can get wrong, and the one JSON error shape: RFC 9457 problem details, never with
text of a reply.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import NamedTuple

from flask import Flask, Response, g, json
from pydantic import ValidationError
from pydantic_core import ErrorDetails
from werkzeug.exceptions import HTTPException

from model import ArtifactError, ReplyError
from service.registry import UnknownVersionError
from service.storage.errors import StorageError
from service.storage.keys import KeyFileError

PROBLEM_TYPES: Mapping[str, tuple[HTTPStatus, str]] = {
    "invalid-json": (HTTPStatus.BAD_REQUEST, "The body is not valid JSON in UTF-8"),
    "bad-request": (HTTPStatus.BAD_REQUEST, "The request cannot be understood"),
    "missing-key": (HTTPStatus.UNAUTHORIZED, "An API key is needed"),
    "unknown-key": (HTTPStatus.UNAUTHORIZED, "The API key is not known"),
    "forbidden": (HTTPStatus.FORBIDDEN, "The API key does not allow this"),
    "not-found": (HTTPStatus.NOT_FOUND, "There is nothing at this address"),
    "method-not-allowed": (HTTPStatus.METHOD_NOT_ALLOWED, "The method is not allowed here"),
    "too-large": (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The body is too large"),
    "not-json": (HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "The body must be application/json"),
    "not-form": (HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "The body must be a form"),
    "in-progress": (HTTPStatus.CONFLICT, "A request with this Idempotency-Key is being answered"),
    "already-drawn": (HTTPStatus.CONFLICT, "Another sample drew from these replies"),
    "invalid-request": (
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "The request has fields that cannot be used",
    ),
    "unknown-model": (HTTPStatus.UNPROCESSABLE_ENTITY, "The pinned model is not served here"),
    "invalid-reply": (HTTPStatus.UNPROCESSABLE_ENTITY, "The text cannot be scored"),
    "key-reused": (
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "The Idempotency-Key was used for another request",
    ),
    "rate-limited": (HTTPStatus.TOO_MANY_REQUESTS, "Too many requests"),
    "internal": (HTTPStatus.INTERNAL_SERVER_ERROR, "Something went wrong in the service"),
    "not-ready": (HTTPStatus.SERVICE_UNAVAILABLE, "The service is not ready"),
    "storage-unavailable": (HTTPStatus.SERVICE_UNAVAILABLE, "Nothing can be stored now"),
}
"""Every problem type with its status and title; service/README.md explains them."""


class Fault(NamedTuple):
    """One thing wrong in a body: where (a JSON pointer, RFC 6901) and what."""

    pointer: str
    detail: str


@dataclass
class ProblemError(Exception):
    """A request that cannot be answered."""

    kind: str
    detail: str
    faults: Sequence[Fault] = ()
    headers: Mapping[str, str] = field(default_factory=dict)


def problem(error: ProblemError) -> dict[str, object]:
    """The problem as JSON."""
    status, title = PROBLEM_TYPES[error.kind]
    body: dict[str, object] = {
        "type": f"urn:tonfall:problem:{error.kind}",
        "title": title,
        "status": int(status),
        "detail": error.detail,
    }
    if error.faults:
        body["errors"] = [fault._asdict() for fault in error.faults]
    return body


def invalid_request(error: ValidationError, *, tagged_by: str | None = None) -> ProblemError:
    """What pydantic found, with pointers and without the values.

    `tagged_by` is the field that says which of several schemas the body follows.
    """
    found = error.errors(include_url=False, include_input=False, include_context=False)
    if found[0]["type"] == "json_invalid":
        return ProblemError("invalid-json", found[0]["msg"])
    faults = [Fault(_place(e, tagged_by), _message(e["type"], e["msg"])) for e in found]
    summary = "; ".join(f"{f.pointer or 'the body'}: {f.detail}" for f in faults[:3])
    return ProblemError("invalid-request", summary, faults)


def invalid_reply(error: ReplyError, field_name: str) -> ProblemError:
    """A text that cannot be scored."""
    return ProblemError("invalid-reply", str(error), [Fault(pointer(field_name), str(error))])


def unknown_model(error: UnknownVersionError) -> ProblemError:
    """A pinned version that is not served; names those that are."""
    return ProblemError(
        "unknown-model",
        f"{error}; leave 'model' out to use the current one",
        [Fault("/model", "is not a model that is served")],
    )


def pointer(*parts: object) -> str:
    """A JSON pointer (RFC 6901) from its parts."""
    return "".join("/" + str(p).replace("~", "~0").replace("/", "~1") for p in parts)


def register_errors(app: Flask) -> None:
    """Answer every error with a problem."""

    @app.errorhandler(ProblemError)
    def expected(error: ProblemError) -> Response:
        return _response(error)

    @app.errorhandler(KeyFileError)
    def keys_unreadable(_: KeyFileError) -> Response:
        return _response(
            ProblemError("not-ready", "the API keys cannot be read; see the service's log")
        )

    @app.errorhandler(ArtifactError)
    def store_unreadable(error: ArtifactError) -> Response:
        app.extensions["log"].error("store_unreadable", detail=str(error))
        return _response(
            ProblemError("internal", "the store cannot be read; see the service's log")
        )

    @app.errorhandler(StorageError)
    def database_unusable(error: StorageError) -> Response:
        app.extensions["log"].error("storage_unavailable", detail=str(error))
        return _response(
            ProblemError(
                "storage-unavailable",
                "nothing was stored; send it again later. Scoring works all the same",
                headers={"Retry-After": "30"},
            )
        )

    @app.errorhandler(HTTPException)
    def from_werkzeug(error: HTTPException) -> Response:
        kinds = {
            HTTPStatus.NOT_FOUND: "not-found",
            HTTPStatus.METHOD_NOT_ALLOWED: "method-not-allowed",
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "too-large",
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "not-json",
            HTTPStatus.TOO_MANY_REQUESTS: "rate-limited",
        }
        status = error.code or 500
        kind = kinds.get(HTTPStatus(status), "bad-request" if status < 500 else "internal")
        # only these: the body a werkzeug error brings along would keep the page it replaces
        headers = {k: v for k, v in error.get_headers() if k in ("Allow", "Retry-After")}
        detail = PROBLEM_TYPES[kind][1]
        if kind == "rate-limited":
            detail = f"the limit is {error.description}; Retry-After says when to try again"
        if kind == "too-large":
            detail = (
                f"at most {app.config['MAX_CONTENT_LENGTH']:,} bytes are read; send smaller batches"
            )
        return _response(ProblemError(kind, detail, headers=headers))

    @app.errorhandler(Exception)
    def unexpected(error: Exception) -> Response:
        # the class alone: a message could hold text of a reply
        app.extensions["log"].error("unexpected_error", error=error.__class__.__qualname__)
        return _response(ProblemError("internal", "the request was not carried out; try again"))


def _response(error: ProblemError) -> Response:
    body = problem(error) | {"request_id": g.request_id}
    response = Response(
        json.dumps(body), status=PROBLEM_TYPES[error.kind][0], mimetype="application/problem+json"
    )
    response.headers.extend(error.headers)
    return response


def _place(error: ErrorDetails, tagged_by: str | None) -> str:
    parts = [part for part in error["loc"] if part != "[key]"]  # a name that is no field's
    if tagged_by is None or not (parts or error["type"].startswith("union_tag")):
        return pointer(*parts)
    return pointer(*parts[1:]) if parts else pointer(tagged_by)


def _message(kind: str, message: str) -> str:
    own = {
        "missing": "is required",
        "extra_forbidden": "is no field of this request; remove it",
        "string_type": "must be a string",
        "string_pattern_mismatch": "has a form that the contract does not allow",
        "union_tag_invalid": "is none of the values that the contract allows",
        "union_tag_not_found": "is required",
    }
    return own.get(kind, message.replace("Input should", "must", 1))
