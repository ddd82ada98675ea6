from collections.abc import Mapping
from types import SimpleNamespace
from typing import cast

import pytest

from model import Assessment, Behavior
from tests.builders import make_assessment, make_reply
from training.behaviors import behaviors_found
from training.corpus import BehaviorSpan, RatedReply

SENTENCES = ((0, 4), (5, 30))
"""Of the reply "Hej! Paketet kommer i morgon."."""


def tagged(i: int, *tags: tuple[int, int, str]) -> RatedReply:
    spans = tuple(BehaviorSpan(start=s, end=e, tag=t, readers=("a", "b")) for s, e, t in tags)
    return make_reply(f"sv-{i}", batch=f"b{i}", behaviors=spans)


def told(*probabilities: Mapping[Behavior, float]) -> Assessment:
    """An assessment with a sentence for each of `probabilities`."""
    sentences = tuple(
        SimpleNamespace(start=start, end=end, behaviors=p)
        for (start, end), p in zip(SENTENCES, probabilities, strict=False)
    )
    return cast("Assessment", SimpleNamespace(sentences=sentences))


def test_a_scorer_that_tells_no_behavior_gets_no_figures() -> None:
    assert behaviors_found([tagged(0, (0, 4, "greeting"))], [make_assessment()], seed=1) == []


def test_behaviors_that_are_found_in_their_sentence_score_one() -> None:
    test = [tagged(i, (0, 4, "greeting"), (5, 29, "time_frame")) for i in range(3)]
    scored = [told({Behavior.GREETING: 0.9}, {Behavior.TIME_FRAME: 0.8}) for _ in test]
    found = {f.behavior: f for f in behaviors_found(test, scored, seed=1)}

    assert set(found) == {Behavior.GREETING, Behavior.TIME_FRAME}
    for figures in found.values():
        assert (figures.f1.value, figures.average_precision.value) == (1, 1)
        assert (figures.sentences, figures.readers_f1) == (3, 1)


def test_a_tag_outside_every_sentence_is_a_miss() -> None:
    test = [tagged(0, (0, 4, "greeting"), (40, 44, "greeting"))]
    (found,) = behaviors_found(test, [told({Behavior.GREETING: 0.9})], seed=1)

    assert found.sentences == 2
    assert found.f1.value == pytest.approx(2 / 3)


def test_what_one_reader_found_alone_counts_for_nothing() -> None:
    alone = BehaviorSpan(start=0, end=4, tag="greeting", readers=("a",))
    test = [make_reply(behaviors=(alone,))]

    assert behaviors_found(test, [told({Behavior.GREETING: 0.9})], seed=1) == []
