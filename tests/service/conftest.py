"""A service with a fake scorer."""

from io import StringIO
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from service import create_app
from tests.builders import make_settings
from tests.fakes import FakeScorer


@pytest.fixture
def scorer() -> FakeScorer:
    return FakeScorer()


@pytest.fixture
def log() -> StringIO:
    return StringIO()


@pytest.fixture
def app(tmp_path: Path, scorer: FakeScorer, log: StringIO) -> Flask:
    return create_app(make_settings(tmp_path), scorer=scorer, log_stream=log)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()
