"""Reviewed replies with their texts, for whoever fits a scorer on them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select

from model import LANGUAGES
from service.plan import Arm
from service.storage.database import Database
from service.storage.reviews import KeptReview, kept_reviews
from service.storage.tables import ReplyRow, ReplyTextRow
from service.storage.workbench_tables import DrawRow, ReviewRow

_PAGE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which reviewed replies: sent from `start` up to `end`; None: whatever it is.

    `channel` is taken for that of a reply whose own is not known; without it, such a reply is left
    out.
    """

    start: datetime | None = None
    end: datetime | None = None
    team: str | None = None
    arm: Arm | None = None
    channel: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """How many replies may be used, and how many reviewed ones may not, by reason: `erased`, kept
    for `quality` alone, in no `language` of ours, `channel` not known.
    """

    replies: int
    left_out: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewedReply:
    """A reply that may be fitted on, how it was drawn, and its reviews: one of each reviewer."""

    id: str
    language: str
    channel: str
    team: str
    agent: str
    conversation: str
    text: str
    customer_message: str | None
    arm: Arm
    inclusion_probability: float
    model_version: str
    reviews: Sequence[KeptReview]


class RatedReplyRepository:
    """Replies that were reviewed and kept for `training`, each with all its reviews."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def count(self, wanted: Wanted) -> Found:
        """How many there are, and how many are left out."""
        columns = (ReplyTextRow.purpose, ReplyRow.language, ReplyRow.channel)
        query = (
            select(*columns, func.count(ReviewRow.reply.distinct()))
            .join(DrawRow, ReviewRow.draw == DrawRow.id)
            .join(ReplyRow, ReviewRow.reply == ReplyRow.id)
            .outerjoin(ReplyTextRow, ReplyTextRow.reply == ReplyRow.id)
            .where(*_among(wanted))
            .group_by(*columns)
        )
        counts: dict[str | None, int] = {}
        with self._database.reading() as db:
            for purpose, language, channel, replies in db.execute(query):
                reason = _reason(purpose, language, channel or wanted.channel)
                counts[reason] = counts.get(reason, 0) + replies
        return Found(
            replies=counts.pop(None, 0), left_out={str(k): n for k, n in sorted(counts.items())}
        )

    def read(self, wanted: Wanted) -> Iterator[ReviewedReply]:
        """All of them, in the order of their ids; no transaction stays open."""
        page = (
            select(ReviewRow.reply)
            .distinct()
            .join(DrawRow, ReviewRow.draw == DrawRow.id)
            .join(ReplyRow, ReviewRow.reply == ReplyRow.id)
            .join(ReplyTextRow, ReplyTextRow.reply == ReplyRow.id)
            .where(*_among(wanted), *_usable(wanted))
            .order_by(ReviewRow.reply)
            .limit(_PAGE)
        )
        after = ""
        while True:
            with self._database.reading() as db:
                ids = list(db.scalars(page.where(ReviewRow.reply > after)))
            yield from self._replies(ids, wanted)
            if len(ids) < _PAGE:
                return
            after = ids[-1]

    def _replies(self, ids: Sequence[str], wanted: Wanted) -> Iterator[ReviewedReply]:
        query = (
            select(ReviewRow.id, DrawRow, ReplyRow, ReplyTextRow)
            .join(DrawRow, ReviewRow.draw == DrawRow.id)
            .join(ReplyRow, ReviewRow.reply == ReplyRow.id)
            .join(ReplyTextRow, ReplyTextRow.reply == ReplyRow.id)
            .where(ReviewRow.reply.in_(ids), *_among(wanted))
            .order_by(ReviewRow.reply, ReviewRow.created_at, ReviewRow.id)
        )
        with self._database.reading() as db:
            rows = db.execute(query).all()
            reviews = {r.id: r for r in kept_reviews(db, [row[0] for row in rows])}
            last = {reply.id: (draw, reply, text) for _, draw, reply, text in rows}
            given: dict[str, dict[str, KeptReview]] = {reply: {} for reply in last}
            for review in (reviews[row[0]] for row in rows):
                given[review.reply][review.reviewer] = review  # a later one replaces an earlier
            found = [
                _reviewed(draw, reply, text, tuple(given[reply.id].values()))
                for draw, reply, text in last.values()
            ]
        yield from found


def _among(wanted: Wanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.start is not None:
        found.append(ReplyRow.sent_at >= wanted.start)
    if wanted.end is not None:
        found.append(ReplyRow.sent_at < wanted.end)
    if wanted.team is not None:
        found.append(ReplyRow.team == wanted.team)
    if wanted.arm is not None:
        found.append(DrawRow.arm == wanted.arm)
    return found


def _usable(wanted: Wanted) -> list[ColumnElement[bool]]:
    """The conditions of a reply for which `_reason` has none."""
    found = [ReplyTextRow.purpose == "training", ReplyRow.language.in_(LANGUAGES)]
    return found if wanted.channel else [*found, ReplyRow.channel != ""]


def _reason(purpose: str | None, language: str, channel: str | None) -> str | None:
    """Why a reviewed reply is left out; None where it is not."""
    if purpose is None:
        return "erased"
    if purpose != "training":
        return purpose
    if language not in LANGUAGES:
        return "language"
    return None if channel else "channel"


def _reviewed(
    draw: DrawRow, reply: ReplyRow, text: ReplyTextRow, reviews: Sequence[KeptReview]
) -> ReviewedReply:
    return ReviewedReply(
        id=reply.id,
        language=reply.language,
        channel=reply.channel,
        team=reply.team,
        agent=reply.agent,
        conversation=text.conversation,
        text=text.text,
        customer_message=text.customer_message,
        arm=Arm(draw.arm),
        inclusion_probability=draw.inclusion_probability,
        model_version=draw.model_version,
        reviews=reviews,
    )
