"""Reviewed replies as rated replies in the format of data/schema, which training reads.

The blind ratings alone: a rating that was revised after the score was seen leans towards the score,
and a scorer that is fitted on it would learn from itself.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime

from model import Channel
from model.pseudonym import pseudonym, slug
from service.storage.audit import AuditRepository, Deed
from service.storage.database import Database
from service.storage.rated_replies import Found, RatedReplyRepository, ReviewedReply, Wanted
from service.storage.reviews import KeptReview

_NO_TEAM = "unknown"


class RatingsExport:
    """One export: what there is, and the lines."""

    def __init__(self, database: Database, wanted: Wanted, *, with_behaviors: bool = False) -> None:
        self._database, self._wanted = database, wanted
        self._with_behaviors = with_behaviors
        self._replies = RatedReplyRepository(database)

    def begin(self, *, actor: str, now: datetime) -> Found:
        """Count the replies and write down who takes them; do it before the first line is read."""
        found = self._replies.count(self._wanted)
        after: dict[str, object] = {
            name: value.isoformat() if isinstance(value, datetime) else value
            for name, value in asdict(self._wanted).items()
            if value is not None
        }
        after |= {"replies": found.replies, "left_out": dict(found.left_out)}
        AuditRepository(self._database).append(
            Deed(at=now, actor=actor, action="export.ratings", subject="reviews", after=after)
        )
        return found

    def lines(self) -> Iterator[str]:
        """One JSON object a reply, in the order of their ids, a page in memory at a time."""
        for reply in self._replies.read(self._wanted):
            record = rated_reply(
                reply, channel=self._wanted.channel, with_behaviors=self._with_behaviors
            )
            yield json.dumps(record, ensure_ascii=False) + "\n"


def rated_reply(
    reply: ReviewedReply, *, channel: str | None, with_behaviors: bool
) -> dict[str, object]:
    """A record of data/schema/rated-reply.schema.json."""
    origin = {
        "text": "person",
        "ratings": "person",
        "writer": pseudonym("person", reply.agent),
        "conversation": pseudonym("conversation", reply.conversation),
        "arm": reply.arm.value,
        "inclusion_probability": reply.inclusion_probability,
        "model_version": reply.model_version,
    }
    record: dict[str, object] = {
        "id": reply.id,
        "language": reply.language,
        "channel": Channel(reply.channel or channel or "").value,
        "domain": slug(reply.team) or _NO_TEAM,
        "customer_message": reply.customer_message,
        "reply": reply.text,
        "ratings": [_rating(review) for review in reply.reviews],
    }
    if with_behaviors and (behaviors := _behaviors(reply.reviews)):
        record["behaviors"] = behaviors
    return record | {"origin": {k: v for k, v in origin.items() if v is not None}}


def _rating(review: KeptReview) -> dict[str, object]:
    given = review.blind
    return {
        "rater": _rater(review),
        "empathy_need": given.need.value,
        **{d.value: rating for d, rating in given.dimensions.items()},
    }


def _behaviors(reviews: Sequence[KeptReview]) -> list[dict[str, object]]:
    """What was tagged, by place; who found it where several tagged. A review without tags says
    nothing: nobody has to tag.
    """
    tagging = [review for review in reviews if review.tags]
    found: dict[tuple[int, int, str], list[str | None]] = {}
    for review in tagging:
        for tag in review.tags:
            found.setdefault((tag.start, tag.stop, tag.behavior.value), []).append(_rater(review))
    return [
        {"start": start, "end": stop, "tag": tag} | ({"readers": by} if len(tagging) > 1 else {})
        for (start, stop, tag), by in sorted(found.items())
    ]


def _rater(review: KeptReview) -> str | None:
    return pseudonym("person", review.reviewer)
