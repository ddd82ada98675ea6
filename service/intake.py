"""Take in sent replies for QA: redact, score what is left, store."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import NewType

from model import Assessment, Reply, Scorer, Status
from model.redaction import redact
from model.text import check_text
from service.sent_replies import Content, SentReply, StoredReply, StoredScore, reply_id
from service.storage.replies import ReplyRepository

MaskedReply = NewType("MaskedReply", SentReply)
"""A reply whose texts were redacted."""
_NEWS = timedelta(days=7)
"""A reply that was sent longer ago is history: importing it tells no webhook."""


def without_personal(text: str) -> str:
    """The text without personal data."""
    return redact(text).text


class Intake:
    """Stores replies once each; what was stored before, or erased since, is neither scored nor
    stored again.
    """

    def __init__(
        self,
        repository: ReplyRepository,
        *,
        retention_days: int,
        webhook_risk: float = 0.5,
        redact: Callable[[str], str] = without_personal,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._repository, self._redact, self._now = repository, redact, now
        self._retention_days, self._webhook_risk = retention_days, webhook_risk

    def mask(self, sent: SentReply) -> MaskedReply:
        """The reply without personal data; ReplyError where a text of it cannot be scored."""
        check_text(sent.text, "reply")
        text, message = self._redact(sent.text), sent.customer_message
        check_text(text, "reply")  # a mask may be longer than what it covers
        if message is not None:
            check_text(message, "customer message")
            message = self._redact(message)
            check_text(message, "customer message")
        return MaskedReply(replace(sent, text=text, customer_message=message))

    def prepare(self, masked: Sequence[MaskedReply], scorer: Scorer) -> list[StoredReply]:
        """Score those that are new: as they are kept, so that the score can be made again."""
        known = self._repository.known(reply_id(reply.external_id) for reply in masked)
        new = [r for r in masked if reply_id(r.external_id) not in known]
        asked = [_as_scored(reply) for reply in new]
        different = list(dict.fromkeys(asked))  # a macro that was sent as it is comes many times
        assessments = dict(zip(different, scorer.score(different), strict=True)) if new else {}
        now = self._now()
        return [
            stored_reply(reply, assessments[read], scorer.version, now, self._retention(reply))
            for reply, read in zip(new, asked, strict=True)
        ]

    def store(self, prepared: Sequence[StoredReply]) -> set[str]:
        """Store what was prepared in one transaction; the ids of those that were not there yet."""
        return self._repository.add(prepared, low={r.id for r in prepared if self._is_low(r)})

    def _is_low(self, reply: StoredReply) -> bool:
        """True for what webhooks are told of; where the language is none of ours, risk is void."""
        statuses = {score.status for score in reply.scores.values()}
        is_news = reply.stored_at - reply.sent_at <= _NEWS
        is_scored = Status.UNSUPPORTED_LANGUAGE not in statuses
        return is_news and is_scored and reply.risk >= self._webhook_risk

    def _retention(self, sent: SentReply) -> timedelta:
        return timedelta(days=sent.retention_days or self._retention_days)


def stored_reply(
    sent: SentReply,
    assessment: Assessment,
    model_version: str,
    stored_at: datetime,
    retention: timedelta,
) -> StoredReply:
    """A reply as it is kept; `sent` is redacted."""
    need = assessment.empathy_need
    return StoredReply(
        id=reply_id(sent.external_id),
        agent=sent.agent,
        team=sent.team,
        channel=sent.channel or "",
        language=assessment.language.code,
        sent_at=sent.sent_at,
        stored_at=stored_at,
        model_version=model_version,
        scores={
            dimension: StoredScore(value=score.value, interval=score.interval, status=score.status)
            for dimension, score in assessment.scores.items()
        },
        empathy_need=max(need, key=need.__getitem__),
        risk=assessment.risk,
        content=Content(
            external_id=sent.external_id,
            conversation=sent.conversation,
            customer=sent.customer,
            purpose=sent.purpose,
            expires_at=stored_at + retention,
            text=sent.text,
            customer_message=sent.customer_message,
        ),
    )


def _as_scored(sent: SentReply) -> Reply:
    return Reply(
        text=sent.text,
        customer_message=sent.customer_message,
        channel=sent.channel,
        language=sent.language,
    )
