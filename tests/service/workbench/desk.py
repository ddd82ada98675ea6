"""A workbench with people, sent replies and a plan, and a browser of few words."""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from html import unescape
from io import StringIO
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from model import Channel, Dimension, Need, Reply, Scorer
from service import create_app
from service.accounts import Accounts
from service.candidates import Period
from service.intake import stored_reply
from service.passwords import Passwords
from service.plan import Arm, Plan
from service.sampling import draw
from service.sent_replies import Purpose, SentReply, StoredReply
from service.storage.database import Database
from service.storage.plans import PlanRepository, Scope
from service.storage.queue import QueueRepository
from service.storage.replies import ReplyRepository
from service.storage.reviews import Ratings, ReviewRepository, Tag
from service.storage.samples import SampleRepository
from service.storage.users import Role, User
from tests.builders import make_settings
from tests.fakes import TaggingScorer

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
OCTOBER = Period(start=datetime(2026, 10, 1, tzinfo=UTC), end=datetime(2026, 11, 1, tzinfo=UTC))
MESSAGE = "My parcel has not arrived and the party is on Saturday."
TEXTS = (
    "Hi Anna! I am sorry that the present is late. I send a new one by courier today.",
    "Read the FAQ.",
    "Hello. We are looking into it and it should work soon.",
    "Hi! Your money is back on Thursday at the latest. Just reply here if it is not.",
)
WORTH = {"sorry": 1.0, "Thursday": 0.8, "FAQ": -1.6, "soon": -0.7}
BEHAVIORS = {"sorry": "takes_ownership", "Thursday": "time_frame", "FAQ": "dismissive"}


class Clock:
    """Stands still until a test moves it."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


class Desk:
    """An application with a clock to move, and what tests do with it."""

    def __init__(self, folder: Path, scorer: Scorer | None = None) -> None:
        self.scorer = scorer or TaggingScorer(WORTH, BEHAVIORS)
        self.app: Flask = create_app(
            make_settings(folder), scorer=self.scorer, log_stream=StringIO()
        )
        del self.app.error_handler_spec[None][None][Exception]  # a fault shows where it is
        self.clock = Clock()
        self.database: Database = self.app.extensions["database"]
        cheap = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        self.accounts = Accounts(self.database, cheap)
        self.app.extensions |= {"now": self.clock, "accounts": self.accounts}
        self.passwords: dict[str, str] = {}

    def hire(self, login: str, role: Role, *teams: str, language: str = "en") -> User:
        """A user whose password is known here."""
        user, self.passwords[login] = self.accounts.create(
            login=login,
            name=login.capitalize(),
            role=role,
            language=language,
            teams=teams,
            actor="test",
            now=self.clock.now,
        )
        return user

    def store(
        self,
        number: int,
        team: str = "east",
        sent_at: datetime = OCTOBER.start,
        purpose: Purpose = "quality",
        channel: Channel | None = Channel.EMAIL,
    ) -> None:
        """So many sent replies of one team, by two agents."""
        sent = [
            SentReply(
                external_id=f"{team}-{i}-{sent_at:%m}",
                conversation=f"c-{team}-{i}",
                agent=f"{team}-{i % 2}",
                sent_at=sent_at + timedelta(hours=i),
                text=TEXTS[i % len(TEXTS)],
                customer_message=MESSAGE,
                team=team,
                channel=channel,
                purpose=purpose,
            )
            for i in range(number)
        ]
        ReplyRepository(self.database).add(list(self._scored(sent)))

    def plan(
        self,
        budget: int,
        *,
        team: str | None = "east",
        arms: dict[Arm, float] | None = None,
        reviewers: Sequence[str] = (),
        period: Period = OCTOBER,
    ) -> str:
        """A plan that was carried out."""
        scope = Scope(team=team)
        plan = Plan(period=period, budget=budget, seed=7, arms=arms or {Arm.RANDOM: 1.0})
        drawn = draw(SampleRepository(self.database).candidates(period, scope), plan)
        return PlanRepository(self.database).add(
            f"{team} {period.start:%Y-%m}",
            plan,
            scope,
            drawn,
            reviewers=reviewers,
            created_by=self.accounts.users.all()[0].id,
            now=self.clock.now,
        )

    def review(
        self, login: str, *ratings: int, number: int = 100, tags: Sequence[Tag] = ()
    ) -> list[str]:
        """Rate what waits for a user, all alike; returns the ids of the reviews."""
        user = self.accounts.users.by_login(login)
        assert user
        given = Ratings(need=Need.SOME, dimensions=dict(zip(Dimension, ratings, strict=True)))
        reviews = ReviewRepository(self.database)
        return [
            reviews.rate(task, user, given, tags=tags, now=self.clock.now)
            for task in QueueRepository(self.database).waiting(user, {}, limit=number)
        ]

    def visitor(self) -> "Visitor":
        """Somebody at a browser."""
        return Visitor(self.app.test_client())

    def log_in(self, login: str) -> "Visitor":
        """A user at a browser, logged in."""
        visitor = self.visitor()
        answer = visitor.log_in(login, self.passwords[login])
        assert answer.status_code == 303, answer.status_code
        return visitor

    def _scored(self, sent: Sequence[SentReply]) -> Iterator[StoredReply]:
        for reply in sent:
            (assessment,) = self.scorer.score(
                [Reply(text=reply.text, customer_message=reply.customer_message)]
            )
            yield stored_reply(
                reply, assessment, self.scorer.version, self.clock.now, timedelta(days=180)
            )


class Visitor:
    """A browser that sends the form's token along, as its pages do."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def get(self, path: str) -> TestResponse:
        """A page, or what a redirect leads to."""
        return self.client.get(f"/workbench{path}", follow_redirects=True)

    def text(self, path: str) -> str:
        """A page's source."""
        answer = self.get(path)
        assert answer.status_code == 200, (path, answer.status_code)
        return unescape(answer.get_data(as_text=True))

    def post(self, path: str, form_from: str = "/account", **fields: Any) -> TestResponse:
        """Send a form that some page holds; redirects are not followed."""
        token = re.search(
            r'name="form_token" value="(\w+)"', self.get(form_from).get_data(as_text=True)
        )
        assert token, form_from
        return self.client.post(f"/workbench{path}", data={"form_token": token[1], **fields})

    def log_in(self, login: str, password: str) -> TestResponse:
        """Try to."""
        return self.post("/login", "/login", login=login, password=password)

    def next_draw(self) -> str:
        """The id of the reply that is next."""
        answer = self.client.get("/workbench/review/next")
        found = re.search(r"/review/([0-9a-f-]{36})", answer.headers["Location"])
        assert found, answer.headers["Location"]
        return found[1]

    def rate(self, draw_id: str, *ratings: int, **fields: Any) -> TestResponse:
        """Give empathy, politeness and clarity."""
        empathy, politeness, clarity = ratings
        return self.post(
            f"/review/{draw_id}",
            need="some",
            empathy=empathy,
            politeness=politeness,
            clarity=clarity,
            **fields,
        )
