"""Bodies of requests: read, checked for their type, validated."""

from typing import TypeVar
from urllib.parse import parse_qsl

from flask import request
from pydantic import BaseModel, ValidationError

from service.auth import FORM
from service.errors import ProblemError, invalid_request

_MAX_FIELDS = 100
Body = TypeVar("Body", bound=BaseModel)


def json_body(schema: type[Body], *, tagged_by: str | None = None) -> Body:
    """The request's JSON; of a name that comes twice, the last counts."""
    _require_type("application/json", "not-json")
    try:
        return schema.model_validate_json(request.get_data())
    except ValidationError as error:
        raise invalid_request(error, tagged_by=tagged_by) from None


def form_body(schema: type[Body]) -> Body:
    """The request's form; fields that the schema does not know are passed over."""
    _require_type(FORM, "not-form")
    try:
        fields = parse_qsl(
            request.get_data().decode(),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=_MAX_FIELDS,
        )
    except ValueError:  # not UTF-8, or too many fields
        raise ProblemError(
            "bad-request", f"the form must be UTF-8 with at most {_MAX_FIELDS} fields"
        ) from None
    try:
        return schema.model_validate(dict(fields))
    except ValidationError as error:
        raise invalid_request(error) from None


def _require_type(wanted: str, kind: str) -> None:
    if request.mimetype != wanted:
        raise ProblemError(
            kind, f"Content-Type is {request.mimetype or 'missing'}, it must be {wanted}"
        )
