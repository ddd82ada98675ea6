"""A database of many stored replies, their reviews and their audit, made up but life-like.

500 agents in 20 teams wrote for 24 months in five languages; the texts are those of
`data/replies/`, the scores random with a level for each agent. Every month has a plan.
"""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
from sqlalchemy import Connection, insert

from model import LANGUAGES, Behavior, Channel, Dimension, Need, Status
from model.rubric import RUBRIC_VERSION
from service.candidates import Codes, Floats
from service.sent_replies import reply_id
from service.storage.base import Base
from service.storage.database import Database
from service.storage.months import add_to_months
from service.storage.tables import AuditRow, ReplyRow, ReplyTextRow
from service.storage.workbench_tables import (
    DisputeRow,
    DrawRow,
    PlanRow,
    ReviewBehaviorRow,
    ReviewRow,
    UserRow,
    UserTeamRow,
)
from training.corpus import DATA, load_corpus

AGENTS, TEAMS, MONTHS, REVIEWERS = 500, 20, 24, 40
NOW = datetime(2026, 11, 1, tzinfo=UTC)
START = datetime(2024, 11, 1, tzinfo=UTC)
"""The replies are from here up to now."""
DRAWN_EACH = 4
"""Of each agent in each month, but the last, whose plan is left to be drawn."""
AUDITED = 100_000
_AT_ONCE = 10_000
_LARGE_CACHE = "PRAGMA cache_size = -2000000"
"""2 GB, so that a page is written once; ids come in no order."""
_VERSION = "encoder-0000000000"
Row = dict[str, object]
Random = np.random.Generator


@dataclass(frozen=True, slots=True, kw_only=True)
class _Replies:
    """What reviews need to know of the replies."""

    ids: Sequence[str]
    agent: Codes
    month: Codes
    scores: Floats  # (replies, dimensions)


def fill(database: Database, replies: int, *, seed: int = 1) -> None:
    """Store so many replies, and what belongs to them; the database must be new."""
    random = np.random.default_rng(seed)
    with database.open().begin() as db:
        if db.dialect.name == "sqlite":
            db.exec_driver_sql(_LARGE_CACHE)
        stored = _fill_replies(db, replies, random)
        _fill_users(db)
        reviews = _fill_reviews(db, stored, random)
        _fill_disputes(db, reviews[:: max(1, len(reviews) // 300)])
        _insert(db, AuditRow, _deeds(reviews, random))
    with database.open().begin() as db:
        db.exec_driver_sql("ANALYZE")


def month_of(number: int) -> datetime:
    """When the month with this number begins; 0 is the first."""
    months = START.month - 1 + number
    return START.replace(year=START.year + months // 12, month=months % 12 + 1)


def _fill_replies(db: Connection, replies: int, random: Random) -> _Replies:
    texts = _texts()
    agent = random.integers(0, AGENTS, replies)
    at = np.sort(random.integers(0, int((NOW - START).total_seconds()), replies))
    level = random.normal(0, 0.25, AGENTS)[agent]
    scores = np.clip(random.normal(3.4, 0.6, (replies, 3)) + level[:, None], 1, 5)
    risk = random.beta(1.2, 8, replies)
    ids, numbers, contents = [], list[Row](), list[Row]()
    for i in range(replies):
        code = LANGUAGES[0 if random.random() < 0.9 else 1 : 5][agent[i] % 4]
        text, message = texts[code][i % len(texts[code])]
        sent_at = START + timedelta(seconds=int(at[i]))
        ids.append(reply_id(f"m-{i}"))
        numbers.append(_numbers(ids[-1], int(agent[i]), code, sent_at, scores[i], float(risk[i])))
        contents.append(_content(ids[-1], i, sent_at, text, message))
        if len(numbers) == _AT_ONCE or i == replies - 1:
            _insert(db, ReplyRow, numbers)
            _insert(db, ReplyTextRow, contents)
            add_to_months(db, numbers)
            numbers, contents = [], []
    starts = np.array([(month_of(m) - START).total_seconds() for m in range(MONTHS)])
    month = np.searchsorted(starts, at, side="right") - 1
    return _Replies(ids=ids, agent=agent, month=month, scores=scores)


def _texts() -> Mapping[str, Sequence[tuple[str, str | None]]]:
    corpus = list(load_corpus(DATA / "replies"))
    return {
        code: [(r.reply, r.customer_message) for r in corpus if r.language == code]
        for code in LANGUAGES
    }


def _numbers(
    reply: str, agent: int, language: str, sent_at: datetime, scores: Floats, risk: float
) -> Row:
    row: Row = {
        "id": reply,
        "team": f"team-{agent % TEAMS:02}",
        "agent": f"agent-{agent:03}",
        "channel": list(Channel)[agent % 3 if risk < 0.1 else 0].value,
        "language": language,
        "sent_at": sent_at,
        "stored_at": sent_at,
        "erased_at": None,
        "model_version": _VERSION,
        "empathy_need": Need.SOME.value,
        "risk": risk,
    }
    for dimension, score in zip(Dimension, scores.tolist(), strict=True):
        row[dimension.value] = score
        row[f"{dimension}_low"], row[f"{dimension}_high"] = max(1, score - 1), min(5, score + 1)
        row[f"{dimension}_status"] = Status.OK.value
    return row


def _content(reply: str, number: int, sent_at: datetime, text: str, message: str | None) -> Row:
    return {
        "reply": reply,
        "external_id": f"m-{number}",
        "conversation": f"c-{number // 3}",
        "customer": f"k-{number // 5}",
        "purpose": "quality",
        "expires_at": sent_at + timedelta(days=3650),
        "text": text,
        "customer_message": message,
    }


def _fill_users(db: Connection) -> None:
    people = [("admin", "admin"), *((f"r{i:02}", "reviewer") for i in range(REVIEWERS))]
    people += [(f"lead{i:02}", "lead") for i in range(TEAMS)]
    users = [
        {
            "id": login,
            "login": login,
            "name": login.title(),
            "password_hash": "none",
            "role": role,
            "language": "en",
            "failed_logins": 0,
            "created_at": START,
        }
        for login, role in people
    ]
    _insert(db, UserRow, users)
    members: list[Row] = [{"user": f"lead{i:02}", "team": f"team-{i:02}"} for i in range(TEAMS)]
    members += [
        {"user": f"r{i:02}", "team": f"team-{t:02}"} for i in range(REVIEWERS) for t in range(TEAMS)
    ]
    _insert(db, UserTeamRow, members)


def _fill_reviews(db: Connection, replies: _Replies, random: Random) -> list[str]:
    """Monthly plans with their draws; most are reviewed, some skipped, the newest still open."""
    group = replies.month * AGENTS + replies.agent
    order = np.lexsort((random.random(len(group)), group))
    first = np.searchsorted(group[order], group[order])
    place = np.arange(len(group)) - first
    size = np.bincount(group.astype(int), minlength=MONTHS * AGENTS)
    rows = order[(place < DRAWN_EACH) & (replies.month[order] < MONTHS - 1)]
    random.shuffle(rows)
    plans = [_plan(m) for m in range(MONTHS - 1)]
    _insert(db, PlanRow, plans)
    position = dict.fromkeys(range(MONTHS), 0)
    draws, reviews, tags = list[Row](), list[Row](), list[Row]()
    for row in rows.tolist():
        month = int(replies.month[row])
        position[month] += 1
        chance = min(1.0, DRAWN_EACH / size[int(group[row])])
        draw = _draw(replies, row, month, position[month], chance, random)
        draws.append(draw)
        if draw["state"] == "reviewed":
            reviews.append(_review(draw, replies.scores[row], month, random))
            tags.append(_tag(str(reviews[-1]["id"]), random))
    _insert(db, DrawRow, draws)
    _insert(db, ReviewRow, reviews)
    _insert(db, ReviewBehaviorRow, tags)
    return [str(r["id"]) for r in reviews]


def _plan(month: int) -> Row:
    return {
        "id": f"plan-{month:02}",
        "name": f"{month_of(month):%Y-%m}",
        "starts_at": month_of(month),
        "ends_at": month_of(month + 1),
        "strata": ["agent"],
        "arms": {"random": 0.9, "calibration": 0.1},
        "allocation": "equal",
        "budget": DRAWN_EACH * AGENTS,
        "seed": month,
        "created_at": month_of(month + 1),
        "created_by": "admin",
    }


def _draw(
    replies: _Replies, row: int, month: int, position: int, chance: float, random: Random
) -> Row:
    is_open = month == MONTHS - 2 and random.random() < 0.5
    state = "open" if is_open else "skipped" if random.random() < 0.03 else "reviewed"
    reviewer = f"r{int(replies.agent[row]) % REVIEWERS:02}"
    is_shared = random.random() < 0.1
    return {
        "id": str(uuid.UUID(bytes=random.bytes(16))),
        "plan": f"plan-{month:02}",
        "reply": replies.ids[row],
        "arm": "calibration" if is_shared else "random",
        "stratum": [f"agent-{int(replies.agent[row]):03}"],
        "inclusion_probability": chance,
        "position": position,
        "model_version": _VERSION,
        "reviewer": None if is_shared else reviewer,
        "state": state,
        "skip_reason": "unreadable" if state == "skipped" else None,
        "closed_by": None if is_open else reviewer,
        "closed_at": None if is_open else month_of(month + 1),
    }


def _review(draw: Row, scores: Floats, month: int, random: Random) -> Row:
    given = np.clip(np.round(scores + random.normal(0, 0.7, 3)), 1, 5).astype(int)
    return {
        "id": str(uuid.UUID(bytes=random.bytes(16))),
        "draw": draw["id"],
        "reply": draw["reply"],
        "reviewer": draw["closed_by"],
        "rubric_version": RUBRIC_VERSION,
        "need": Need.SOME.value,
        **{d.value: rating for d, rating in zip(Dimension, given.tolist(), strict=True)},
        "comment": "What comes next is not said." if random.random() < 0.3 else None,
        "is_for_coaching": bool(random.random() < 0.05),
        "created_at": month_of(month + 1) + timedelta(minutes=int(random.integers(0, 20_000))),
    }


def _tag(review: str, random: Random) -> Row:
    tag = list(Behavior)[int(random.integers(0, len(Behavior)))]
    return {"review": review, "start": 0, "stop": 5, "tag": tag.value}


def _fill_disputes(db: Connection, reviews: Sequence[str]) -> None:
    rows: list[Row] = [
        {
            "id": f"dispute-{i}",
            "review": review,
            "token_sha256": f"{i:064}",
            "token_expires_at": NOW,
            "state": ("invited", "open", "decided")[i % 3],
            "objection": "The customer wrote twice." if i % 3 else None,
            "objected_at": START if i % 3 else None,
            "outcome": "kept" if i % 3 == 2 else None,
            "decided_by": "admin" if i % 3 == 2 else None,
            "decided_at": START if i % 3 == 2 else None,
            "created_at": START,
        }
        for i, review in enumerate(reviews)
    ]
    _insert(db, DisputeRow, rows)


def _deeds(reviews: Sequence[str], random: Random) -> Iterator[Row]:
    for i in range(AUDITED if reviews else 0):
        yield {
            "at": START + (NOW - START) * i / AUDITED,
            "actor": f"r{int(random.integers(0, REVIEWERS)):02}",
            "action": ("review.rate", "review.revise", "review.skip")[i % 3],
            "subject": reviews[i % len(reviews)],
            "before": None,
            "after": {"need": "some", "empathy": 3},
        }


def _insert(db: Connection, table: type[Base], rows: Sequence[Row] | Iterator[Row]) -> None:
    some = list(rows)
    for at in range(0, len(some), _AT_ONCE):
        db.execute(insert(table.__table__), some[at : at + _AT_ONCE])  # type: ignore[arg-type]
