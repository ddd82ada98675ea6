"""Picks for training: drawn where the model would learn most, and in no figure."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from model import Dimension
from service.candidates import Facet
from service.estimates import estimates
from service.exporting import RatingsExport
from service.plan import Arm
from service.sampling import draw
from service.storage.queue import QueueRepository
from service.storage.rated_replies import Wanted
from service.storage.samples import SampleRepository
from service.storage.users import Role
from tests.service.workbench.desk import OCTOBER, Desk
from tests.service.worlds import make_candidates, make_plan

MIXED = {Arm.RANDOM: 0.5, Arm.ACTIVE: 0.5}
FORM = {"team": "east", "budget": "8", "draw": "1", "arm_random": "50", "arm_active": "50"}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A lead and a reviewer."""
    desk = Desk(tmp_path)
    desk.hire("lena", Role.LEAD, "east")
    desk.hire("rune", Role.REVIEWER, "east")
    return desk


def figures(desk: Desk) -> list[Any]:
    sample = SampleRepository(desk.database).covered(OCTOBER, None).sample
    return [estimates(sample, d, OCTOBER, by=(Facet.TEAM,)) for d in Dimension]


def test_only_replies_that_are_kept_for_training_are_picked() -> None:
    pool = make_candidates(agent=np.arange(40) % 4, risk=0.5)
    kept = np.arange(40) < 15

    draws = draw(replace(pool, is_for_training=kept), make_plan(40, arms=MIXED))

    picked = [d.reply for d in draws if d.arm is Arm.ACTIVE]
    assert picked
    assert set(picked) <= set(pool.reply[kept])


def test_what_is_least_certain_is_picked_most() -> None:
    risk = np.where(np.arange(400) < 200, 0.5, 0.01)
    pool = make_candidates(agent=np.zeros(400), risk=risk)

    draws = draw(pool, make_plan(100, arms={Arm.ACTIVE: 1.0}))

    unsure = sum(int(d.reply[1:]) < 200 for d in draws)
    assert unsure > 75
    assert len(draws) == 100


def test_picks_reach_the_queue_and_the_export_and_no_figure(desk: Desk) -> None:
    desk.store(40, purpose="training")
    desk.plan(20, arms=MIXED)
    lena, rune = desk.accounts.users.by_login("lena"), desk.log_in("rune")
    assert lena
    queue = QueueRepository(desk.database)
    assert queue.count(lena, {"arm": "active"}) == 10
    for task in queue.waiting(lena, {"arm": "random"}, limit=100):
        rune.rate(task.id, 4, 4, 4)
    before = figures(desk)
    assert before[0][0].reviews == 10

    assert len(desk.review("rune", 1, 1, 1)) == 10

    assert figures(desk) == before
    records = [
        json.loads(line) for line in RatingsExport(desk.database, Wanted(arm=Arm.ACTIVE)).lines()
    ]
    assert [record["ratings"][0]["empathy"] for record in records] == [1] * 10


def test_a_plan_for_training_alone_speaks_for_no_reply(desk: Desk) -> None:
    desk.store(40, purpose="training")
    desk.plan(10, arms={Arm.ACTIVE: 1.0})
    desk.review("rune", 1, 1, 1)

    covered = SampleRepository(desk.database).covered(OCTOBER, None)

    assert (covered.replies, len(covered.sample.candidates)) == (40, 0)
    assert figures(desk) == [[], [], []]


def test_the_page_draws_picks_from_what_is_kept_for_training(desk: Desk) -> None:
    lena = desk.log_in("lena")
    desk.store(20)
    desk.store(20, sent_at=OCTOBER.end, purpose="training")
    october = {"start": "2026-10-01", "end": "2026-10-31", **FORM}
    november = {"start": "2026-11-01", "end": "2026-11-30", **FORM}

    refused, drawn = (lena.post("/plans/new", **form) for form in (october, november))

    assert 'name="arm_active"' in lena.text("/plans/new")
    assert refused.status_code == 422
    assert "kept for training" in refused.get_data(as_text=True)
    assert drawn.status_code == 303
    user = desk.accounts.users.by_login("lena")
    assert user
    assert QueueRepository(desk.database).count(user, {"arm": "active"}) == 4
    assert "Training" in lena.text("/queue")
