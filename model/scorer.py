"""What every scorer satisfies."""

from collections.abc import Sequence
from typing import Protocol

from model.scores import Assessment, Reply


class Scorer(Protocol):
    """Scores replies. Safe to share between threads once loaded."""

    @property
    def version(self) -> str:
        """The artifact's version; the same version gives the same scores for the same text."""

    def score(self, replies: Sequence[Reply]) -> list[Assessment]:
        """Assess each reply, in input order; none depends on its neighbors."""
