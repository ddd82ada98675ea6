"""Rated replies as they leave the service: by the function, the command and the API."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from jsonschema import Draft202012Validator

from model import Behavior, Channel, Dimension, Need
from service.candidates import Period
from service.cli import main
from service.exporting import RatingsExport
from service.plan import Arm
from service.reviews import SkipReason
from service.sent_replies import reply_id
from service.storage.audit import AuditRepository
from service.storage.erasure import Eraser
from service.storage.queue import QueueRepository
from service.storage.rated_replies import Found, Wanted
from service.storage.reviews import Ratings, ReviewRepository, Tag
from service.storage.users import Role
from tests.service.workbench.desk import NOW, OCTOBER, TEXTS, Desk
from training.corpus import SCHEMA

NOVEMBER = Period(start=OCTOBER.end, end=datetime(2026, 12, 1, tzinfo=UTC))
DECEMBER = Period(start=NOVEMBER.end, end=datetime(2027, 1, 1, tzinfo=UTC))
BOTH = {Arm.RANDOM: 0.5, Arm.CALIBRATION: 0.5}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Two reviewers, and twelve replies of a team that are kept for training."""
    desk = Desk(tmp_path)
    for login in ("rune", "rita"):
        desk.hire(login, Role.REVIEWER, "east")
    desk.store(12, purpose="training")
    return desk


def export(desk: Desk, *, behaviors: bool = False, **wanted: Any) -> list[Any]:
    taken = RatingsExport(desk.database, Wanted(**wanted), with_behaviors=behaviors)
    return [json.loads(line) for line in taken.lines()]


def counted(desk: Desk, **wanted: Any) -> Found:
    return RatingsExport(desk.database, Wanted(**wanted)).begin(actor="test", now=NOW)


def run(desk: Desk, *arguments: object) -> Result:
    url = f"sqlite:///{desk.app.extensions['settings'].database_url.removeprefix('sqlite:///')}"
    return CliRunner().invoke(
        main, ["export-ratings", *map(str, arguments)], env={"TONFALL_DATABASE_URL": url}
    )


def faults(records: list[Any]) -> Iterator[str]:
    validator = Draft202012Validator(json.loads(SCHEMA.read_text("utf-8")))
    for record in records:
        yield from (error.message for error in validator.iter_errors(record))


def test_every_line_follows_the_schema_and_says_where_it_is_from(desk: Desk) -> None:
    desk.plan(6, arms=BOTH)
    desk.review("rune", 3, 4, 2, tags=[Tag(start=0, stop=3, behavior=Behavior.GREETING)])
    desk.review("rita", 2, 4, 1)

    records = export(desk)

    assert list(faults(records + export(desk, behaviors=True))) == []
    assert len(records) == 6
    assert {r["origin"]["arm"] for r in records} == {"random", "calibration"}
    for record in records:
        assert record["reply"] in TEXTS
        assert (record["domain"], record["channel"]) == ("east", "email")
        assert record["origin"]["model_version"] == desk.scorer.version
        assert record["origin"]["inclusion_probability"] == 0.5
        assert "behaviors" not in record


def test_a_reply_for_calibration_carries_the_ratings_of_all(desk: Desk) -> None:
    desk.plan(4, arms={Arm.CALIBRATION: 1.0})
    desk.review("rune", 3, 4, 2)
    desk.review("rita", 2, 4, 1)

    records = export(desk)

    assert [sorted(r["empathy"] for r in record["ratings"]) for record in records] == [[2, 3]] * 4
    assert len({r["rater"] for record in records for r in record["ratings"]}) == 2


def test_pseudonyms_stay_the_same_and_name_nobody(desk: Desk) -> None:
    desk.store(12, "west", purpose="training")
    desk.plan(12)
    desk.review("rune", 3, 4, 2)

    first, again = export(desk), export(desk)

    assert first == again
    assert len({r["origin"]["conversation"] for r in first}) == 12
    assert len({r["origin"]["writer"] for r in first}) == 2
    people = desk.accounts.users.all()
    for told in ("east-0", "c-east", *(p.login for p in people), *(p.id for p in people)):
        assert told not in json.dumps(first)


def test_a_revised_rating_is_not_exported(desk: Desk) -> None:
    desk.plan(1)
    (review,) = desk.review("rune", 3, 4, 2)
    revised = Ratings(need=Need.NONE, dimensions=dict.fromkeys(Dimension, 5))

    ReviewRepository(desk.database).revise(review, revised, now=NOW)

    ((rating,),) = [record["ratings"] for record in export(desk)]
    assert (rating["empathy_need"], rating["empathy"], rating["clarity"]) == ("some", 3, 2)


def test_what_may_not_be_used_is_left_out_and_counted(desk: Desk) -> None:
    rune = desk.accounts.users.by_login("rune")
    assert rune
    desk.store(2, sent_at=NOVEMBER.start, purpose="quality")
    desk.store(1, sent_at=NOVEMBER.end, purpose="training", channel=None)
    desk.store(1, sent_at=DECEMBER.end, purpose="training")  # no plan drew it
    for period in (OCTOBER, NOVEMBER, DECEMBER):
        desk.plan(12, period=period)
    (skipped,) = QueueRepository(desk.database).waiting(rune, {}, limit=1)
    ReviewRepository(desk.database).skip(skipped, rune, SkipReason.OTHER, now=NOW)
    desk.review("rune", 3, 4, 2)
    erased = next(i for i in (4, 5) if reply_id(f"east-{i}-10") != skipped.reply)
    Eraser(desk.database).erase("conversation", f"c-east-{erased}", actor="test")

    exported, with_channel = export(desk), export(desk, channel="chat")

    assert counted(desk) == Found(replies=10, left_out={"channel": 1, "erased": 1, "quality": 2})
    assert counted(desk, channel="chat").replies == 11
    assert (len(exported), len(with_channel)) == (10, 11)
    assert skipped.reply not in {r["id"] for r in with_channel}
    assert [r["channel"] for r in with_channel if r not in exported] == ["chat"]


def test_behaviors_are_exported_where_they_are_asked_for(desk: Desk) -> None:
    desk.plan(2, arms={Arm.CALIBRATION: 1.0})
    greeting = Tag(start=0, stop=3, behavior=Behavior.GREETING)
    vague = Tag(start=0, stop=3, behavior=Behavior.VAGUE)
    desk.review("rune", 3, 4, 2, tags=[greeting])

    alone = export(desk, behaviors=True)
    desk.review("rita", 3, 4, 2, tags=[greeting, vague])
    both = export(desk, behaviors=True)

    assert alone[0]["behaviors"] == [{"start": 0, "end": 3, "tag": "greeting"}]
    assert [(b["tag"], len(b["readers"])) for b in both[0]["behaviors"]] == [
        ("greeting", 2),
        ("vague", 1),
    ]
    assert list(faults(alone + both)) == []


def test_an_export_can_be_limited(desk: Desk) -> None:
    desk.store(12, "west", purpose="training")
    desk.hire("root", Role.ADMIN)
    for team in ("east", "west"):
        desk.plan(8, team=team, arms=BOTH)
    desk.review("root", 3, 4, 2)
    noon = OCTOBER.start + timedelta(hours=6)

    calibration = export(desk, team="east", arm=Arm.CALIBRATION)

    assert {(r["domain"], r["origin"]["arm"]) for r in calibration} == {("east", "calibration")}
    halves = export(desk, end=noon), export(desk, start=noon)
    assert all(halves)
    assert sum(map(len, halves)) == len(export(desk)) == counted(desk).replies == 16


def test_the_command_writes_the_whole_file_once(desk: Desk, tmp_path: Path) -> None:
    desk.plan(6)
    desk.review("rune", 3, 4, 2)
    file = tmp_path / "ratings.jsonl"

    first, again = run(desk, file), run(desk, file)

    assert first.exit_code == 0, first.output
    assert [json.loads(line) for line in file.read_text("utf-8").splitlines()] == export(desk)
    assert file.stat().st_mode & 0o077 == 0
    assert not list(tmp_path.glob("*.part"))
    assert again.exit_code == 1
    assert "is there already" in again.output
    (deed,) = AuditRepository(desk.database).read(action="export.ratings")
    assert (deed.actor, deed.after) == ("tonfall export-ratings", {"replies": 6, "left_out": {}})


def test_the_command_says_why_nothing_can_be_exported(desk: Desk, tmp_path: Path) -> None:
    desk.store(3, "west")
    desk.hire("root", Role.ADMIN)
    desk.plan(3, team="west")
    desk.review("root", 3, 4, 2)
    file = tmp_path / "ratings.jsonl"

    result = run(desk, file, "--team", "west", "--start", "2026-10-01", "--end", "2026-11-01")

    assert result.exit_code == 1
    assert "3 left out, kept for quality alone" in result.output
    assert "nothing was written" in result.output
    assert not file.exists()


def test_the_api_streams_the_same_and_counts_it(desk: Desk) -> None:
    desk.store(4, "west", channel=Channel.CHAT)
    desk.hire("root", Role.ADMIN)
    for team, budget in {"east": 6, "west": 2}.items():
        desk.plan(budget, team=team)
    desk.review("root", 3, 4, 2)
    client = desk.app.test_client()

    answer = client.get("/v1/export/ratings?start=2026-10-01&end=2026-11-01T00:00:00Z")

    assert answer.mimetype == "application/x-ndjson"
    assert [json.loads(line) for line in answer.text.splitlines()] == export(desk)
    assert (answer.headers["X-Rated-Replies"], answer.headers["X-Left-Out"]) == ("6", "quality=2")
    (deed,) = AuditRepository(desk.database).read(action="export.ratings")
    assert deed.actor == "key local"
    assert deed.after
    assert deed.after["start"] == "2026-10-01T00:00:00+00:00"


@pytest.mark.parametrize(
    ("query", "where"),
    [
        ("start=2026-13-01", "/start"),
        ("start=yesterday", "/start"),
        ("start=2026-10-01&start=2026-10-02", "/start"),
        ("start=2026-10-02&end=2026-10-02", "/end"),
        ("arm=worst", "/arm"),
        ("behaviors=yes", "/behaviors"),
        ("teams=east", "/teams"),
    ],
)
def test_a_parameter_that_cannot_be_used_is_pointed_at(desk: Desk, query: str, where: str) -> None:
    answer = desk.app.test_client().get(f"/v1/export/ratings?{query}")

    assert answer.status_code == 422
    assert answer.json
    assert [e["pointer"] for e in answer.json["errors"]] == [where]
