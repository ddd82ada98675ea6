"""From reviews to a scorer: what the service exports, training reads with one command."""

import random
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from model import Channel, Dimension, Need, load_scorer
from service.cli import main as tonfall
from service.plan import Arm
from service.sent_replies import SentReply
from service.storage.queue import QueueRepository
from service.storage.reviews import Ratings, ReviewRepository
from service.storage.users import Role
from tests.service.workbench.desk import NOW, OCTOBER, Desk
from training.cli import main as tonfall_train
from training.corpus import DATA, RatedReply, load_corpus
from training.splits import groups

ARMS = {Arm.RANDOM: 0.5, Arm.CALIBRATION: 0.2, Arm.ACTIVE: 0.3}


def train(*arguments: object) -> str:
    result = CliRunner().invoke(tonfall_train, [str(a) for a in arguments])
    assert result.exit_code == 0, result.output
    return result.output


def store(desk: Desk, replies: list[RatedReply]) -> None:
    """As sent replies, two of a conversation; the last two say the same."""
    replies[-1] = replies[-2]
    sent = [
        SentReply(
            external_id=f"m-{i}",
            conversation=f"c-{i // 2}",
            agent=f"a-{i % 5}",
            sent_at=OCTOBER.start + timedelta(hours=i),
            text=reply.reply,
            customer_message=reply.customer_message,
            team="Retur & bytte",
            channel=Channel(reply.channel),
            language=reply.language,
            purpose="training",
        )
        for i, reply in enumerate(replies)
    ]
    intake = desk.app.extensions["intake"]
    masked = [intake.mask(reply) for reply in sent]
    intake.store(intake.prepare(masked, desk.scorer))


def review(desk: Desk, login: str, draws: random.Random) -> None:
    user = desk.hire(login, Role.ADMIN)
    with desk.database.writing():
        for task in QueueRepository(desk.database).waiting(user, {}, limit=1_000):
            given = {d: draws.randint(1, 5) for d in Dimension}
            ratings = Ratings(need=draws.choice(list(Need)), dimensions=given)
            ReviewRepository(desk.database).rate(task, user, ratings, now=NOW)


@pytest.mark.slow
def test_reviews_become_a_scorer_by_export_check_and_fit(tmp_path: Path) -> None:
    desk, draws = Desk(tmp_path), random.Random(4)
    desk.hire("root", Role.ADMIN)
    store(desk, draws.sample([r for r in load_corpus(DATA / "replies") if r.language == "sv"], 240))
    desk.plan(240, team="Retur & bytte", arms=ARMS)
    for login in ("kim", "sam"):
        review(desk, login, draws)
    own, file = tmp_path / "own", tmp_path / "october.jsonl"

    result = CliRunner().invoke(
        tonfall,
        ["export-ratings", str(file)],
        env={"TONFALL_DATABASE_URL": desk.app.extensions["settings"].database_url},
    )
    assert result.exit_code == 0, result.output
    train("import", file, "--out", own)
    checked = train("check", own, "--plots", tmp_path / "plots")
    train("fit", "linear", "--data", own, "--out", tmp_path / "mine")

    replies = load_corpus(own / "replies")
    assert len(replies) == 240
    assert "the same text as in" in checked
    assert {str(r.origin["arm"]) for r in replies} == set(ARMS)
    assert max(len(r.ratings) for r in replies) == 2
    assert len(set(groups(replies))) == 120
    assert load_scorer(tmp_path / "mine").version.startswith("linear-")
