"""Databases to test on: SQLite always, PostgreSQL where it is installed."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from service.storage.database import Database


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database of either kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'state' / 'tonfall.db'}"
    url: str = request.getfixturevalue("postgresql_url")
    return url


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    """A database of either kind, with its tables."""
    database = Database(url)
    database.migrate()
    yield database
    database.close()
