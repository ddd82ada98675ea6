"""Erasure: nothing of the text, the customer or the conversation is left, and the numbers stay."""

import random
import string
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from service.sent_replies import StoredReply
from service.storage.audit import AuditRepository, digest
from service.storage.database import Database
from service.storage.erasure import BY, By, Eraser
from service.storage.replies import ReplyRepository
from service.storage.reply_columns import reply_columns
from service.storage.tables import FeedbackRow
from service.storage.workbench_tables import (
    DisputeRow,
    DrawRow,
    PlanRow,
    ReviewRow,
    UserRow,
)
from tests.builders import make_stored

NOW = datetime(2026, 11, 22, tzinfo=UTC)
DAY = (datetime(2026, 11, 20, tzinfo=UTC), datetime(2026, 11, 21, tzinfo=UTC))


@pytest.fixture
def repository(database: Database) -> ReplyRepository:
    return ReplyRepository(database)


@pytest.fixture
def eraser(database: Database) -> Eraser:
    return Eraser(database, lambda: NOW)


@pytest.mark.parametrize(
    ("by", "value"), [("conversation", "c-1"), ("customer", "k-1"), ("agent", "a-1")]
)
def test_replies_are_erased_by_whom_they_concern(
    database: Database, repository: ReplyRepository, eraser: Eraser, by: By, value: str
) -> None:
    ours = make_stored("m-1")
    others = make_stored("m-2", conversation="c-2", customer="k-2", agent="a-2")
    repository.add([ours, others])

    assert eraser.erase(by, value, actor="key k1") == 1
    assert eraser.erase(by, value, actor="key k1") == 0

    left = repository.get(ours.id)
    assert left
    assert (left.content, left.erased_at, left.scores) == (None, NOW, ours.scores)
    assert left.agent == ("" if by == "agent" else "a-1")
    assert repository.get(others.id) == others
    assert len(reply_columns(database, *DAY)) == 2
    deed = list(AuditRepository(database).read())[-1]
    assert (deed.actor, deed.action, deed.after) == ("key k1", "erase", {"replies": 1})
    assert deed.subject == digest(by, value)


def test_what_was_erased_is_not_stored_again(repository: ReplyRepository, eraser: Eraser) -> None:
    stored = make_stored("m-1")
    repository.add([stored])
    eraser.erase("customer", "k-1", actor="key k1")

    assert repository.known([stored.id]) == {stored.id}
    assert repository.add([stored]) == set()
    left = repository.get(stored.id)
    assert left
    assert left.content is None


def test_what_expired_is_purged_and_the_rest_stays(
    database: Database, repository: ReplyRepository, eraser: Eraser
) -> None:
    old = [make_stored(f"old-{i}", days=0, conversation=f"c-{i}") for i in range(1_001)]
    kept = make_stored("kept", days=2)
    repository.add([*old, kept])

    assert (eraser.purge(actor="purge"), eraser.purge(actor="purge")) == (1_001, 0)
    assert repository.get(kept.id) == kept
    assert [d.after for d in AuditRepository(database).read()] == [{"replies": 1_001}]


def test_comments_objections_and_the_agents_name_go_too(
    database: Database, repository: ReplyRepository, eraser: Eraser
) -> None:
    stored = make_stored("m-1")
    repository.add([stored])
    review(database, stored.id)

    eraser.erase("agent", "a-1", actor="key k1")

    with database.reading() as db:
        assert db.get_one(ReviewRow, "v1").comment is None
        assert db.get_one(ReviewRow, "v1").empathy == 2
        assert db.get_one(DisputeRow, "o1").objection is None
        assert db.get_one(DrawRow, "d1").stratum == ["", "email"]
        assert db.get_one(FeedbackRow, "f1").writer is None


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path / 'state' / 'tonfall.db'}")
    yield database
    database.close()


@pytest.mark.parametrize("by", BY)
def test_no_file_of_sqlite_holds_a_byte_of_what_was_erased(
    sqlite: Database, tmp_path: Path, by: By
) -> None:
    repository, eraser = ReplyRepository(sqlite), Eraser(sqlite, lambda: NOW)
    chance = random.Random(7)
    for _ in range(6):
        repository.add([make_mixed(chance, by) for _ in range(200)])
    assert count(tmp_path) > 100

    assert eraser.erase(by, "Hemligt", actor="key k1")
    assert eraser.scrub()

    assert count(tmp_path) == 0


def make_mixed(chance: random.Random, by: By) -> StoredReply:
    """A reply of anybody, or one to be erased, in random order of every index: pages split."""
    whom: dict[str, str] = {key: "".join(chance.choices(string.ascii_letters, k=9)) for key in BY}
    words = " ".join(chance.choices(["paket", "retur", "kvitto"], k=chance.randint(3, 900)))
    if chance.random() < 0.3:
        whom[by], words = "Hemligt", f"{words} Hemligt"
    return make_stored(str(chance.random()), text=words, days=180, **whom)


def count(folder: Path) -> int:
    """How often the word stands in the raw files."""
    files = (folder / "state").iterdir()
    return sum(file.read_bytes().count(b"Hemligt") for file in files)


def test_the_log_is_cleared_when_nobody_reads_any_more(sqlite: Database) -> None:
    repository, eraser = ReplyRepository(sqlite), Eraser(sqlite, lambda: NOW)
    repository.add([make_stored("m-1")])
    with sqlite.reading() as db:
        db.get(UserRow, "somebody")
        eraser.erase("customer", "k-1", actor="key k1")

        assert not eraser.scrub()
    assert eraser.scrub()


def review(database: Database, reply: str) -> None:
    """A plan, a draw, a review with a comment, an objection to it, and feedback of the agent."""
    user = UserRow(
        id="u1",
        login="eva",
        name="Eva",
        password_hash="",
        role="lead",
        language="sv",
        failed_logins=0,
        created_at=NOW,
    )
    plan = PlanRow(
        id="p1",
        name="November",
        starts_at=DAY[0],
        ends_at=DAY[1],
        strata=["agent", "channel"],
        arms={"random": 1.0},
        allocation="equal",
        budget=1,
        seed=1,
        created_at=NOW,
        created_by="u1",
    )
    draw = DrawRow(
        id="d1",
        plan="p1",
        reply=reply,
        arm="random",
        stratum=["a-1", "email"],
        inclusion_probability=0.5,
        position=1,
        model_version="fake-1",
        state="reviewed",
    )
    review = ReviewRow(
        id="v1",
        draw="d1",
        reply=reply,
        reviewer="u1",
        rubric_version="1",
        need="some",
        empathy=2,
        politeness=3,
        clarity=4,
        comment="Hemligt",
        is_for_coaching=True,
        created_at=NOW,
    )
    dispute = DisputeRow(
        id="o1",
        review="v1",
        token_sha256="x",
        token_expires_at=NOW + timedelta(days=1),
        state="open",
        objection="Hemligt",
        created_at=NOW,
    )
    feedback = FeedbackRow(
        id="f1",
        created_at=NOW,
        score_id="s1",
        model_version="fake-1",
        about="score",
        verdict="accepted",
        writer="a-1",
        caller="k1",
    )
    for rows in ([user, plan, feedback], [draw], [review], [dispute]):
        with database.writing() as db:
            db.add_all(rows)
