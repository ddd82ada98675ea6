"""The OpenAPI 3.1 document, generated from the schemas that validate, and the page that shows it.

APIFlask would do this too; it flattens pydantic's errors, so that a client never learns the JSON
pointer of a fault, and validates every answer a second time.
"""

from functools import cache
from importlib.metadata import version

from flask import Blueprint, Response, json, render_template
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from service.api.models import ModelsResponse, ThresholdsResponse
from service.api.payloads import (
    BatchRequest,
    BatchResponse,
    ItemError,
    ProblemResult,
    ScoreRequest,
    ScoreResponse,
)
from service.errors import PROBLEM_TYPES

blueprint = Blueprint("openapi", __name__)

_REF = "#/components/schemas/{model}"
_REQUESTS: tuple[type[BaseModel], ...] = (ScoreRequest, BatchRequest)
_RESPONSES: tuple[type[BaseModel], ...] = (
    ScoreResponse,
    BatchResponse,
    ItemError,
    ModelsResponse,
    ThresholdsResponse,
    ProblemResult,
)
_POST_PROBLEMS = (
    "invalid-json",
    "missing-key",
    "forbidden",
    "too-large",
    "not-json",
    "invalid-request",
    "internal",
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
        "paths": {
            "/v1/score": {"post": _post("score", "Score one reply", ScoreRequest, ScoreResponse)},
            "/v1/score/batch": {
                "post": _post("score_batch", "Score up to 256 replies", BatchRequest, BatchResponse)
            },
            "/v1/models": {"get": _read("models", "List the model versions", ModelsResponse)},
            "/v1/models/{version}/thresholds": {
                "get": _read(
                    "thresholds",
                    "What a threshold on an earlier version's scores became",
                    ThresholdsResponse,
                    "bad-request",
                    "not-found",
                )
                | {
                    "parameters": [
                        _parameter("version", "path", "The version that scores now."),
                        _parameter("from", "query", "The version that the threshold was made for."),
                    ]
                }
            },
            "/health/live": {"get": _get("live", "The process answers", "application/json")},
            "/health/ready": {
                "get": _get("ready", "The model can score", "application/json", "not-ready")
            },
            "/metrics": {"get": _get("metrics", "Prometheus metrics", "text/plain")},
        },
        "components": {
            "schemas": _schemas(),
            "securitySchemes": {
                "key": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "An API key; none is asked on loopback while none was made.",
                }
            },
        },
    }


def _schemas() -> dict[str, object]:
    models = [(m, "validation") for m in _REQUESTS] + [(m, "serialization") for m in _RESPONSES]
    _, schema = models_json_schema(models, ref_template=_REF)  # type: ignore[arg-type]
    return dict(schema["$defs"])


def _post(
    operation: str, summary: str, request: type[BaseModel], response: type[BaseModel]
) -> dict[str, object]:
    return {
        "operationId": operation,
        "summary": summary,
        "tags": ["scores"],
        "security": [{"key": []}, {}],
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": _ref(request)}},
        },
        "responses": {
            "200": {
                "description": "Scored.",
                "content": {"application/json": {"schema": _ref(response)}},
            },
            **_problems(*_POST_PROBLEMS),
        },
    }


def _read(
    operation: str, summary: str, response: type[BaseModel], *problems: str
) -> dict[str, object]:
    return {
        "operationId": operation,
        "summary": summary,
        "tags": ["models"],
        "security": [{"key": []}, {}],
        "responses": {
            "200": {
                "description": "Found.",
                "content": {"application/json": {"schema": _ref(response)}},
            },
            **_problems("missing-key", "forbidden", *problems, "internal"),
        },
    }


def _parameter(name: str, place: str, description: str) -> dict[str, object]:
    return {
        "name": name,
        "in": place,
        "required": True,
        "description": description,
        "schema": {"type": "string"},
    }


def _get(operation: str, summary: str, media_type: str, *problems: str) -> dict[str, object]:
    kind = "object" if media_type == "application/json" else "string"
    content = {media_type: {"schema": {"type": kind}}}
    return {
        "operationId": operation,
        "summary": summary,
        "tags": ["operation"],
        "responses": {"200": {"description": "OK.", "content": content}, **_problems(*problems)},
    }


def _problems(*kinds: str) -> dict[str, object]:
    return {
        str(int(PROBLEM_TYPES[kind][0])): {
            "description": PROBLEM_TYPES[kind][1] + ".",
            "content": {"application/problem+json": {"schema": _ref(ProblemResult)}},
        }
        for kind in kinds
    }


def _ref(schema: type[BaseModel]) -> dict[str, str]:
    return {"$ref": _REF.format(model=schema.__name__)}
