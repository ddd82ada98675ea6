"""The OpenAPI 3.1 document, generated from the schemas that validate, and the page that shows it.

APIFlask would do this too; it flattens pydantic's errors, so that a client never learns the JSON
pointer of a fault, and validates every answer a second time.
"""

from functools import cache
from importlib.metadata import version

from flask import Blueprint, Response, json, render_template
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from service.api.feedback import FeedbackRequest, FeedbackResponse
from service.api.languagetool import CheckForm
from service.api.languagetool_answer import CheckResponse, LanguageEntry
from service.api.models import ModelsResponse, ThresholdsResponse
from service.api.operations import (
    JSON,
    REF,
    parameter,
    reads,
    reference,
    tells,
    writes,
)
from service.api.payloads import (
    BatchRequest,
    BatchResponse,
    ItemError,
    ProblemResult,
    ScoreRequest,
    ScoreResponse,
)
from service.api.qa_paths import REQUESTS, RESPONSES, qa_paths
from service.api.reply_bodies import (
    EraseRequest,
    EraseResponse,
    RepliesRequest,
    ReplyRequest,
    ReplyResponse,
    StoreRequest,
    StoreResponse,
)
from service.api.rubric import RubricResponse
from service.auth import FORM

blueprint = Blueprint("openapi", __name__)

_REQUESTS: tuple[type[BaseModel], ...] = (
    ScoreRequest,
    BatchRequest,
    FeedbackRequest,
    ReplyRequest,
    RepliesRequest,
    StoreRequest,
    EraseRequest,
    CheckForm,
    *REQUESTS,
)
_RESPONSES: tuple[type[BaseModel], ...] = (
    ScoreResponse,
    BatchResponse,
    ItemError,
    FeedbackResponse,
    StoreResponse,
    EraseResponse,
    ReplyResponse,
    ModelsResponse,
    ThresholdsResponse,
    RubricResponse,
    CheckResponse,
    LanguageEntry,
    ProblemResult,
    *RESPONSES,
)


@blueprint.get("/openapi.json")
def openapi_json() -> Response:
    """The contract."""
    return Response(json.dumps(document()), mimetype="application/json")


@blueprint.get("/docs")
def docs() -> str:
    """The contract, to read and to try; needs no internet."""
    return render_template("docs.html")


@cache
def document() -> dict[str, object]:
    """The OpenAPI document of every route meant for clients."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Tonfall",
            "version": version("tonfall"),
            "summary": "Rates customer-service replies for empathy, politeness and clarity.",
            "description": "Scoring stores nothing. Facts, response time and policy are not rated.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "paths": _scoring()
        | _feedback()
        | _replies()
        | qa_paths(_IDEMPOTENCY_KEY, _IDEMPOTENT_PROBLEMS)
        | _knowledge()
        | _languagetool()
        | _operation(),
        "components": {
            "schemas": _schemas(),
            "headers": _headers(),
            "securitySchemes": {
                "key": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "An API key; none is asked on loopback while none was made.",
                }
            },
        },
    }


def _scoring() -> dict[str, object]:
    return {
        "/v1/score": {
            "post": writes(
                "score",
                "Score one reply",
                "scores",
                ScoreRequest,
                ScoreResponse,
                "invalid-reply",
                "unknown-model",
            )
        },
        "/v1/score/batch": {
            "post": writes(
                "score_batch", "Score up to 256 replies", "scores", BatchRequest, BatchResponse
            )
        },
    }


def _feedback() -> dict[str, object]:
    return {
        "/v1/feedback": {
            "post": writes(
                "add_feedback",
                "Say what a writer makes of a score or an advice",
                "feedback",
                FeedbackRequest,
                FeedbackResponse,
                *_IDEMPOTENT_PROBLEMS,
                status=201,
                parameters=[_IDEMPOTENCY_KEY],
            )
        }
    }


def _replies() -> dict[str, object]:
    return {
        "/v1/replies": {
            "post": writes(
                "add_replies",
                "Store one sent reply for QA, or up to 256",
                "replies",
                StoreRequest,
                StoreResponse,
                "invalid-reply",
                *_IDEMPOTENT_PROBLEMS,
                parameters=[_IDEMPOTENCY_KEY],
            )
        },
        "/v1/replies/erase": {
            "post": writes(
                "erase_replies",
                "Erase the replies of a conversation, a customer or an agent",
                "replies",
                EraseRequest,
                EraseResponse,
                *_IDEMPOTENT_PROBLEMS,
                parameters=[_IDEMPOTENCY_KEY],
            )
        },
        "/v1/replies/{id}": {
            "get": reads(
                "get_reply",
                "Read a stored reply",
                "replies",
                reference(ReplyResponse),
                "not-found",
                "storage-unavailable",
                parameters=[parameter("id", "path", "Its id, as storing it answered.")],
            )
        },
    }


def _knowledge() -> dict[str, object]:
    rubric = reads("rubric", "Read what is rated", "rubric", reference(RubricResponse))
    responses = rubric["responses"]
    assert isinstance(responses, dict)  # noqa: S101
    responses["304"] = {"description": "It is what If-None-Match names."}
    return {
        "/v1/rubric": {"get": rubric},
        "/v1/models": {
            "get": reads("models", "List the model versions", "models", reference(ModelsResponse))
        },
        "/v1/models/{version}/thresholds": {
            "get": reads(
                "thresholds",
                "What a threshold on an earlier version's scores became",
                "models",
                reference(ThresholdsResponse),
                "bad-request",
                "not-found",
                parameters=[
                    parameter("version", "path", "The version that scores now."),
                    parameter("from", "query", "The version that the threshold was made for."),
                ],
            )
        },
    }


def _languagetool() -> dict[str, object]:
    listed: dict[str, object] = {"type": "array", "items": reference(LanguageEntry)}
    languages = reads("languages", "List the languages, as LanguageTool does", "compat", listed)
    return {
        "/compat/languagetool/v2/check": {
            "post": writes(
                "check",
                "Get advice in LanguageTool's shape; the key may be the field apiKey",
                "compat",
                CheckForm,
                CheckResponse,
                "invalid-reply",
                media_type=FORM,
            )
        },
        "/compat/languagetool/v2/languages": {"get": languages | {"security": []}},
    }


def _operation() -> dict[str, object]:
    return {
        "/health/live": {"get": tells("live", "The process answers", JSON)},
        "/health/ready": {"get": tells("ready", "The model can score", JSON, "not-ready")},
        "/metrics": {"get": tells("metrics", "Prometheus metrics", "text/plain")},
    }


_IDEMPOTENT_PROBLEMS = ("bad-request", "in-progress", "key-reused", "storage-unavailable")
_IDEMPOTENCY_KEY = parameter(
    "Idempotency-Key",
    "header",
    "Makes it safe to send the request again within 24 hours; a UUID will do.",
    required=False,
    pattern=r"^[\x21-\x7e]{1,255}$",
)


def _schemas() -> dict[str, object]:
    models = [(m, "validation") for m in _REQUESTS] + [(m, "serialization") for m in _RESPONSES]
    _, schema = models_json_schema(models, ref_template=REF)  # type: ignore[arg-type]
    return dict(schema["$defs"])


def _headers() -> dict[str, object]:
    described = {
        "X-Request-Id": ("string", "The caller's own id, or one that was made; the log has it."),
        "X-RateLimit-Limit": ("integer", "Requests allowed in the time that is limited."),
        "X-RateLimit-Remaining": ("integer", "Of those, the ones left."),
        "X-RateLimit-Reset": ("number", "When all are allowed again; seconds since 1970."),
    }
    return {
        name: {"description": description, "schema": {"type": kind}}
        for name, (kind, description) in described.items()
    }
