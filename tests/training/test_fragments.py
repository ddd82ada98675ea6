from dataclasses import replace

import numpy as np
import pytest

from tests.builders import make_reply
from training.corpus import BehaviorSpan
from training.fragments import fragments

WARM, COLD = "Tack för att du säger till.", "Läs villkoren."


def test_a_sentence_alone_gets_what_its_behaviors_are_worth() -> None:
    def spans(thanks: bool, commanding: bool) -> tuple[BehaviorSpan, ...]:
        found = []
        if thanks:
            found.append(BehaviorSpan(start=0, end=len(WARM), tag="thanks"))
        if commanding:
            end = len(WARM) + 1 + len(COLD)
            found.append(BehaviorSpan(start=len(WARM) + 1, end=end, tag="commanding"))
        return tuple(found)

    kinds = [(True, False), (False, True), (True, True)] * 40
    replies = [
        replace(make_reply(f"r{i}", f"{WARM} {COLD}"), behaviors=spans(*kind))
        for i, kind in enumerate(kinds)
    ]
    targets = np.array([[4.0 - 2.0 * commanding, 3.0] for _, commanding in kinds])
    alone = fragments(replies, targets)

    worth = {r.text: t[0] for r, t in zip(alone.replies, alone.targets, strict=True)}
    assert worth[WARM] == pytest.approx(4, abs=0.25)
    assert worth[COLD] == pytest.approx(2, abs=0.25)
    assert all(r.message is None for r in alone.replies)


def test_replies_that_nobody_tagged_give_no_fragments() -> None:
    alone = fragments([make_reply()], np.zeros((1, 4)))

    assert (len(alone.replies), alone.targets.shape) == (0, (0, 4))
