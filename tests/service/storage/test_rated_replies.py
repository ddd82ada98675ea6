from datetime import UTC, datetime

from model import Channel, Dimension, Need
from service.candidates import Period
from service.plan import Arm, Plan
from service.sampling import Draw
from service.storage.database import Database
from service.storage.plans import PlanRepository, Scope
from service.storage.queue import QueueRepository
from service.storage.rated_replies import RatedReplyRepository, Wanted
from service.storage.replies import ReplyRepository
from service.storage.reviews import Ratings, ReviewRepository
from service.storage.users import Role, UserRepository
from tests.builders import make_stored

NOVEMBER = Period(start=datetime(2026, 11, 1, tzinfo=UTC), end=datetime(2026, 12, 1, tzinfo=UTC))
GIVEN = Ratings(need=Need.SOME, dimensions=dict.fromkeys(Dimension, 4))


def test_reviewed_replies_come_page_by_page_in_either_database(database: Database) -> None:
    kim = UserRepository(database).add(
        login="kim",
        name="Kim",
        role=Role.ADMIN,
        language="en",
        teams=(),
        password_hash="x",
        now=NOVEMBER.end,
    )
    stored = [
        make_stored(f"m-{i}", purpose=("training", "quality")[i % 2], channel=Channel.CHAT)
        for i in range(450)
    ]
    ReplyRepository(database).add(stored)
    plan = Plan(period=NOVEMBER, budget=450, seed=7, arms={Arm.RANDOM: 1.0})
    draws = [
        Draw(
            reply=reply.id,
            arm=Arm.RANDOM,
            stratum=("a",),
            inclusion_probability=1.0,
            model_version="fake-1",
            position=position,
        )
        for position, reply in enumerate(stored, 1)
    ]
    PlanRepository(database).add(
        "all", plan, Scope(), draws, reviewers=(), created_by=kim.id, now=NOVEMBER.end
    )
    with database.writing():
        for task in QueueRepository(database).waiting(kim, {}, limit=450):
            ReviewRepository(database).rate(task, kim, GIVEN, now=NOVEMBER.end)

    repository = RatedReplyRepository(database)
    found = list(repository.read(Wanted()))

    assert [r.id for r in found] == sorted(r.id for r in stored[::2])
    assert {len(r.reviews) for r in found} == {1}
    counted = repository.count(Wanted())
    assert (counted.replies, counted.left_out) == (225, {"quality": 225})
