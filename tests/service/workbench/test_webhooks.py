"""What the workbench tells webhooks, and that it tells nothing more."""

import json
import re
from datetime import timedelta
from io import StringIO

import pytest

from model import Dimension
from service.drift import drift, watch
from service.drift_watch import EVERY, DriftWatch
from service.plan import Arm
from service.storage.deliveries import DeliveryRepository
from service.storage.disputes import DisputeRepository
from service.storage.drift import DriftRepository
from service.storage.endpoints import EndpointRepository
from service.storage.reviews import ReviewRepository
from service.storage.samples import SampleRepository
from service.storage.users import Role, User
from service.telemetry import make_log
from service.webhooks.notices import Event
from tests.service.workbench.desk import NOW, OCTOBER, Desk, Visitor

ARMS = {Arm.RANDOM: 0.5, Arm.RISK: 0.3, Arm.ACTIVE: 0.2}


def told(desk: Desk) -> list[dict[str, object]]:
    """The payloads of everything that is due, oldest first."""
    deliveries, found = DeliveryRepository(desk.database), []
    while claim := deliveries.claim(now=NOW + timedelta(days=30)):
        found.append(json.loads(claim.payload))
    return found


def user(desk: Desk, login: str) -> User:
    found = desk.accounts.users.by_login(login)
    assert found is not None
    return found


@pytest.fixture
def hooked(desk: Desk) -> Desk:
    EndpointRepository(desk.database).add(
        "https://hook.example/", list(Event), actor="test", now=NOW
    )
    return desk


def test_a_plan_and_an_objection_are_told_by_their_ids_alone(hooked: Desk) -> None:
    plan, rune = hooked.plan(10), hooked.log_in("rune")
    draw = rune.next_draw()
    rune.rate(draw, 1, 2, 3, comment="Names no date.")
    review = ReviewRepository(hooked.database).mine(draw, user(hooked, "rune"))
    assert review is not None
    page = hooked.log_in("root").post(f"/disputes/of/{review.id}").get_data(as_text=True)
    path = re.findall(r'readonly value="[^"]*/workbench([^"]+)"', page)[0]
    hooked.visitor().post(path, path, objection="The carrier had given no date yet.")

    drawn, disputed = told(hooked)

    at = NOW.isoformat().replace("+00:00", "Z")
    dispute = DisputeRepository(hooked.database).all(user(hooked, "root"))[0]
    ids = {"dispute": dispute.id, "review": review.id}
    assert drawn == {"type": "sample.ready", "timestamp": at, "data": {"plan": plan}}
    assert disputed == {"type": "review.disputed", "timestamp": at, "data": ids}


def rate_all(desk: Desk, who: Visitor, number: int, rating: int) -> None:
    for _ in range(number):
        desk.clock.now += timedelta(seconds=1)
        who.rate(who.next_draw(), rating, 3, 3)


def test_the_alarm_looks_at_what_the_drift_of_a_sample_looks_at(desk: Desk) -> None:
    desk.hire("kim", Role.REVIEWER, "east")
    desk.store(60)
    desk.store(40, "west")
    desk.plan(40, arms=ARMS)
    rate_all(desk, desk.log_in("kim"), 20, 4)

    found = DriftRepository(desk.database).residuals(desk.scorer.version)
    sample = SampleRepository(desk.database).covered(OCTOBER, None).sample

    for dimension in Dimension:
        expected = drift(sample, dimension, OCTOBER)
        seen = watch(found.by_dimension[dimension], found.weights)
        assert len(seen.low) == len(expected.low) > 0
        assert (seen.low == expected.low).all()
        assert (seen.high == expected.high).all()


def test_a_model_that_drifts_is_told_once_for_each_dimension(hooked: Desk) -> None:
    hooked.hire("kim", Role.REVIEWER, "east")
    hooked.store(100)
    hooked.plan(100)
    told(hooked)
    log = StringIO()
    repository = DriftRepository(hooked.database)
    watches = [DriftWatch(repository, make_log("info", log), now=hooked.clock) for _ in range(2)]
    for each in watches:
        each.look()
    assert told(hooked) == []

    rate_all(hooked, hooked.log_in("kim"), 60, 5)
    for each in watches:
        each.look()
    assert told(hooked) == [], "it was looked today"

    hooked.clock.now += EVERY
    for each in watches:
        each.look()
    (alarm,) = told(hooked)
    assert alarm["type"] == "drift.alarm"
    assert alarm["data"] == {"model_version": hooked.scorer.version, "dimension": "empathy"}
    assert log.getvalue().count("drift_alarm") == 1

    hooked.clock.now += EVERY
    rate_all(hooked, hooked.log_in("kim"), 1, 5)
    hooked.clock.now += EVERY
    for each in watches:
        each.look()
    assert told(hooked) == []
