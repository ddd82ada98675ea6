"""Queries of addresses: validated by a schema, like bodies, and described by it."""

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated, TypeVar

from flask import request
from pydantic import BaseModel, BeforeValidator, Field, ValidationError, WithJsonSchema

from service.api.reply_bodies import moment
from service.candidates import Period
from service.errors import Fault, ProblemError, invalid_request, pointer

MOST_ROWS = 500
_DAY = r"\d{4}-\d\d-\d\d"
_WHEN = rf"^{_DAY}([Tt]\d\d:\d\d(:\d\d(\.\d{{1,9}})?)?([Zz]|[+-]\d\d:\d\d))?$"
Query = TypeVar("Query", bound=BaseModel)


def _when(text: object) -> datetime:
    if not isinstance(text, str) or not re.fullmatch(_WHEN, text, re.ASCII):
        raise ValueError("must be a day, or a date and a time with its zone (RFC 3339)")
    return moment(text if len(text) > len("2026-10-01") else f"{text}T00:00Z")


def _flag(text: object) -> object:
    return {"true": True, "false": False}.get(text, text) if isinstance(text, str) else text


def _whole(text: object) -> object:
    return int(text) if isinstance(text, str) and re.fullmatch(r"\d{1,9}", text, re.ASCII) else text


When = Annotated[
    datetime, BeforeValidator(_when), WithJsonSchema({"type": "string", "pattern": _WHEN})
]
"""A day (its midnight, UTC) or a moment."""
Flag = Annotated[bool, Field(strict=True), BeforeValidator(_flag)]
Rows = Annotated[int, Field(strict=True, ge=1, le=MOST_ROWS), BeforeValidator(_whole)]


def query(schema: type[Query]) -> Query:
    """The parameters of the request; what the schema does not know is refused."""
    given = dict(request.args.lists())
    if repeated := [name for name, values in given.items() if len(values) > 1]:
        faults = [Fault(pointer(name), "is given more than once") for name in repeated]
        raise ProblemError("invalid-request", "a parameter is given more than once", faults)
    try:
        return schema.model_validate({name: values[0] for name, values in given.items()})
    except ValidationError as error:
        raise invalid_request(error) from None


def period(start: datetime, end: datetime, *, longest: timedelta | None = None) -> Period:
    """A period; ProblemError where it ends before it starts, or is longer than it may be."""
    fault = None
    if start >= end:
        fault = "must be after the start"
    elif longest and end - start > longest:
        fault = f"must be at most {longest.days} days after the start"
    if fault:
        raise ProblemError("invalid-request", f"/end: {fault}", [Fault("/end", fault)])
    return Period(start=start.astimezone(UTC), end=end.astimezone(UTC))
