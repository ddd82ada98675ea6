from collections.abc import Sequence

import pytest

from model import Assessment, Reply
from tests.builders import make_assessment
from tests.fakes import FakeScorer
from training.odd import EVALUATION_ODD, REPLIES, TRAINING_ODD, flagged, load_odd


def test_evaluation_and_training_have_no_text_in_common() -> None:
    texts = [
        {text for part in load_odd(path).values() for text in part}
        for path in (TRAINING_ODD, EVALUATION_ODD)
    ]

    assert texts[0] & texts[1] == set()


def test_text_in_no_language_counts_as_flagged() -> None:
    class Foreign(FakeScorer):
        def score(self, replies: Sequence[Reply]) -> list[Assessment]:
            return [make_assessment("und") for _ in replies]

    found = {f.kind: f.share.value for f in flagged(Foreign(), [make_assessment()] * 4)}

    assert found.pop(REPLIES) == 0
    assert set(found.values()) == {1.0}


def test_a_scorer_that_flags_nothing_is_seen() -> None:
    found = flagged(FakeScorer(), [make_assessment("und"), make_assessment()])

    assert {f.kind: f.share.value for f in found}[REPLIES] == pytest.approx(0.5)
    assert {f.share.value for f in found if f.kind != REPLIES} == {0.0}
