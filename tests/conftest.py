"""Fixtures used by more than one folder."""

import pytest

from model import Scorer, load_scorer


@pytest.fixture(scope="session")
def shipped() -> Scorer:
    """The scorer that ships."""
    return load_scorer()
