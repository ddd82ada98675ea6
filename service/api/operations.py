"""The parts of an OpenAPI operation: bodies, parameters, problems, each from what validates it."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from pydantic import BaseModel

from service.api.payloads import ProblemResult
from service.auth import FORM
from service.errors import PROBLEM_TYPES

REF = "#/components/schemas/{model}"
JSON, PROBLEM = "application/json", "application/problem+json"
NDJSON = "application/x-ndjson"
KEYED = ("missing-key", "unknown-key", "forbidden", "rate-limited", "internal", "not-ready")
"""What can go wrong wherever a key is asked."""
JSON_BODY = ("invalid-json", "too-large", "not-json", "invalid-request")
FORM_BODY = ("bad-request", "too-large", "not-form", "invalid-request")
_RATE_HEADERS = ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset")


def writes(
    operation: str,
    summary: str,
    tag: str,
    body: type[BaseModel],
    answer: type[BaseModel],
    *problems: str,
    media_type: str = JSON,
    status: int = 200,
    parameters: Sequence[Mapping[str, object]] = (),
) -> dict[str, object]:
    """An operation with a body."""
    content: dict[str, object] = {"schema": reference(body)}
    if examples := body.model_config.get("json_schema_extra"):
        assert isinstance(examples, dict)  # noqa: S101
        content["examples"] = _named(examples["examples"])
    kinds = (*(FORM_BODY if media_type == FORM else JSON_BODY), *KEYED, *problems)
    return {
        "operationId": operation,
        "summary": summary,
        "tags": [tag],
        "security": [{"key": []}, {}],
        "parameters": list(parameters),
        "requestBody": {"required": True, "content": {media_type: content}},
        "responses": {str(status): _answer(reference(answer)), **_problems(*kinds)},
    }


def reads(
    operation: str,
    summary: str,
    tag: str,
    schema: Mapping[str, object],
    *problems: str,
    media_type: str = JSON,
    parameters: Sequence[Mapping[str, object]] = (),
) -> dict[str, object]:
    """An operation of a keyed resource that changes nothing."""
    return {
        "operationId": operation,
        "summary": summary,
        "tags": [tag],
        "security": [{"key": []}, {}],
        "parameters": list(parameters),
        "responses": {"200": _answer(schema, media_type), **_problems(*KEYED, *problems)},
    }


def tells(operation: str, summary: str, media_type: str, *problems: str) -> dict[str, object]:
    """An operation for whoever runs the service."""
    kind = "object" if media_type == JSON else "string"
    content = {media_type: {"schema": {"type": kind}}}
    return {
        "operationId": operation,
        "summary": summary,
        "tags": ["operation"],
        "responses": {"200": {"description": "OK.", "content": content}, **_problems(*problems)},
    }


def parameter(
    name: str, place: str, description: str, *, required: bool = True, pattern: str | None = None
) -> dict[str, object]:
    """A parameter in the path, the query or a header."""
    return {
        "name": name,
        "in": place,
        "required": required,
        "description": description,
        "schema": {"type": "string"} | ({"pattern": pattern} if pattern else {}),
    }


def parameters(schema: type[BaseModel]) -> list[dict[str, object]]:
    """The parameters of a query, from the schema that validates it."""
    described = schema.model_json_schema()
    return [
        {
            "name": name,
            "in": "query",
            "required": name in described.get("required", ()),
            "description": field["description"],
            "schema": _plain(field, described.get("$defs", {})),
        }
        for name, field in described["properties"].items()
    ]


def reference(schema: type[BaseModel]) -> dict[str, object]:
    """The schema, by its name among the components."""
    return {"$ref": REF.format(model=schema.__name__)}


def _plain(field: dict[str, Any], definitions: Mapping[str, Any]) -> dict[str, object]:
    """A field's schema without references, and without null: a query cannot say it."""
    (found,) = [s for s in field.get("anyOf", [field]) if s.get("type") != "null"]
    if "$ref" in found:
        found = definitions[found["$ref"].rpartition("/")[2]]
    kept = {k: v for k, v in found.items() if k not in ("title", "description", "default")}
    default = field.get("default")
    return kept | ({} if default is None else {"default": default})


def _answer(schema: Mapping[str, object], media_type: str = JSON) -> dict[str, object]:
    headers = {name: {"$ref": f"#/components/headers/{name}"} for name in _RATE_HEADERS}
    return {
        "description": "Done.",
        "headers": {"X-Request-Id": {"$ref": "#/components/headers/X-Request-Id"}} | headers,
        "content": {media_type: {"schema": schema}},
    }


def _problems(*kinds: str) -> dict[str, object]:
    """A response for each status, with an example for each kind of problem that has it."""
    by_status = sorted(set(kinds), key=lambda kind: (PROBLEM_TYPES[kind][0], kind))
    return {
        str(int(status)): _problem_response(list(group))
        for status, group in groupby(by_status, key=lambda kind: PROBLEM_TYPES[kind][0])
    }


def _problem_response(kinds: Sequence[str]) -> dict[str, object]:
    examples = {kind: {"value": _example(kind)} for kind in kinds}
    return {
        "description": " ".join(PROBLEM_TYPES[kind][1] + "." for kind in kinds),
        "content": {PROBLEM: {"schema": reference(ProblemResult), "examples": examples}},
    }


def _example(kind: str) -> dict[str, object]:
    status, title = PROBLEM_TYPES[kind]
    return {
        "type": f"urn:tonfall:problem:{kind}",
        "title": title,
        "status": int(status),
        "detail": "What is wrong, and what to do.",
        "request_id": "5e1c0f0f8a0b4f0aa2ad0d2c2d5e6f70",
    }


def _named(examples: object) -> dict[str, object]:
    assert isinstance(examples, list)  # noqa: S101
    return {f"example-{i}": {"value": value} for i, value in enumerate(examples, 1)}
