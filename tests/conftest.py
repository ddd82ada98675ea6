"""Fixtures used by more than one folder."""

import pytest
from hypothesis import settings

from model import Scorer, load_scorer

# The same examples in every run, and no time limit for one: a slow machine is no bug.
settings.register_profile("tonfall", derandomize=True, deadline=None)
settings.load_profile("tonfall")


@pytest.fixture(scope="session")
def shipped() -> Scorer:
    """The scorer that ships."""
    return load_scorer()
