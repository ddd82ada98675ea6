"""Requests made from the contract, sound and unsound, and answers held against it."""

from io import StringIO
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import BaseSchema, Case, GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

from service import create_app
from service.api.openapi import document
from tests.builders import make_settings
from tests.fakes import FakeScorer

PATHS: Any = document()["paths"]
OPERATIONS = [(path, method) for path, methods in PATHS.items() for method in methods]
UNSAYABLE: list[Any] = [positive_data_acceptance]
"""A schema cannot say which texts hold nothing, nor which versions there are."""


@pytest.fixture(scope="module")
def contract(tmp_path_factory: pytest.TempPathFactory) -> BaseSchema:
    settings = make_settings(tmp_path_factory.mktemp("contract"), rate_limit="")
    app = create_app(settings, scorer=FakeScorer(), log_stream=StringIO())
    return schemathesis.openapi.from_wsgi("/openapi.json", app)


@pytest.mark.parametrize("mode", GenerationMode)
@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_the_service_keeps_its_contract(
    contract: BaseSchema, path: str, method: str, mode: GenerationMode
) -> None:
    operation = contract[path][method.upper()]
    if mode == GenerationMode.NEGATIVE and not (operation.body or len(operation.query)):
        return  # nothing can be wrong with it

    @given(case=operation.as_strategy(mode))
    @settings(max_examples=30, suppress_health_check=list(HealthCheck))
    def keeps(case: Case[Any]) -> None:
        if mode == GenerationMode.POSITIVE:
            _pin_none(case.body)
        case.call_and_validate(excluded_checks=UNSAYABLE)

    keeps()


def _pin_none(body: object) -> None:
    """Without a version that hardly any is the name of, requests get as far as the scorer."""
    if isinstance(body, dict):
        body.pop("model", None)
        for item in body.get("items", ()):
            _pin_none(item)
