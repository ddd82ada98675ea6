"""Bodies of /v1/replies: the schemas that validate, and stored replies as JSON."""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Discriminator, Field, RootModel, Tag
from pydantic.config import JsonDict

from model import Channel, Dimension, Need, Status
from model.text import MAX_CHARACTERS
from service.api.payloads import MAX_ITEMS, ItemError, Language, Probability, Rating
from service.sent_replies import (
    MOST_RETENTION_DAYS,
    Content,
    Purpose,
    SentReply,
    StoredReply,
)
from service.storage.erasure import By

ID = r"^[!-~]{1,200}$"
PSEUDONYM = r"^[A-Za-z0-9_.-]{1,64}$"
TEAM = r"^[^\x00-\x1f\x7f]{0,64}$"
_MOMENT = r"^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?([Zz]|[+-]\d\d:\d\d)$"


def moment(text: str) -> datetime:
    """A date, a time and a time zone, as a moment in UTC."""
    try:
        at = datetime.fromisoformat(text.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError("must be a date and a time that exist, with the time zone") from None
    if not 1990 <= at.year <= 2100:
        raise ValueError("must be between 1990 and 2100")
    return at


_EXAMPLE: JsonDict = {
    "external_id": "zendesk:48213:3",
    "conversation": "zendesk:48213",
    "agent": "a-17",
    "team": "returns",
    "customer": "k-9f31",
    "sent_at": "2026-11-20T10:30:00+01:00",
    "channel": "email",
    "reply": "Hej! Paketet ligger hos ombudet och kan hämtas i dag från kl. 15.",
    "customer_message": "Var är mitt paket?",
    "purpose": "quality",
}


class ReplyRequest(BaseModel):
    """A reply that was sent, to be kept for QA. Its texts are redacted before anything is kept."""

    model_config = ConfigDict(extra="forbid", strict=True)

    external_id: str = Field(
        description="Your id of the reply, unique among all: what was stored is not stored again.",
        pattern=ID,
    )
    conversation: str = Field(description="Your id of the conversation.", pattern=ID)
    agent: str = Field(description="A pseudonym of the agent; no name.", pattern=PSEUDONYM)
    team: str = Field("", description="The agent's team.", pattern=TEAM)
    customer: str | None = Field(
        None, description="A pseudonym of the customer, to erase by.", pattern=PSEUDONYM
    )
    sent_at: Annotated[str, Field(pattern=_MOMENT), AfterValidator(moment)] = Field(
        description="When it was sent, with its time zone (RFC 3339)."
    )
    channel: Annotated[Channel, Field(strict=False)] | None = Field(
        None, description="Where it was sent."
    )
    language: Language | None = Field(
        None, description="The reply's language, BCP 47; null to have it detected."
    )
    reply: str = Field(
        description="The reply as it was sent.", min_length=1, max_length=MAX_CHARACTERS
    )
    customer_message: str | None = Field(
        None, description="What it answers.", min_length=1, max_length=MAX_CHARACTERS
    )
    purpose: Purpose = Field(
        description="`quality`: to be reviewed and counted; `training`: also to fit a scorer on."
    )
    retention_days: Annotated[int, Field(ge=1, le=MOST_RETENTION_DAYS)] | None = Field(
        None, description="After how many days it is erased; null for the service's own setting."
    )

    def to_sent(self) -> SentReply:
        """The reply as the intake takes it."""
        values = {name: getattr(self, name) for name in SentReply.__slots__ if name != "text"}
        return SentReply(text=self.reply, **values)


class RepliesRequest(BaseModel):
    """Up to 256 replies; each is validated by itself, so a bad one fails alone."""

    model_config = ConfigDict(extra="forbid", strict=True)

    items: list[object] = Field(
        min_length=1,
        max_length=MAX_ITEMS,
        json_schema_extra={"items": {"$ref": "#/components/schemas/ReplyRequest"}},
    )


def _kind(body: object) -> str:
    return "many" if isinstance(body, dict) and "items" in body else "one"


class StoreRequest(RootModel[Any]):
    """One reply, or `items`."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [_EXAMPLE, {"items": [_EXAMPLE]}]},
    )

    root: Annotated[
        Annotated[ReplyRequest, Tag("one")] | Annotated[RepliesRequest, Tag("many")],
        Discriminator(_kind),
    ]


class StoredResult(BaseModel):
    """`stored`, or `already_there`: then nothing was changed, and nothing erased comes back."""

    id: str
    result: Literal["stored", "already_there"]


class StoreResponse(BaseModel):
    """Results in the order of the items."""

    results: list[StoredResult | ItemError]


class EraseRequest(BaseModel):
    """Whose replies are erased."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        json_schema_extra={"examples": [{"by": "customer", "value": "k-9f31"}]},
    )

    by: By = Field(description="What `value` is.")
    value: str = Field(description="The id or pseudonym that was stored.", pattern=ID)


class EraseResponse(BaseModel):
    """How many replies had a text that is gone now."""

    erased: int


class StoredScoreResult(BaseModel):
    """One dimension: the expected rating and its 90 % interval."""

    value: Rating
    interval: Annotated[list[Rating], Field(min_length=2, max_length=2)]
    status: Status


class ContentResult(BaseModel):
    """What the reply says, redacted, and whom it concerns."""

    external_id: str
    conversation: str
    customer: str | None
    purpose: Purpose
    expires_at: datetime
    reply: str
    customer_message: str | None


class ReplyResponse(BaseModel):
    """A stored reply; `content` is null once it was erased, which leaves the numbers."""

    id: str
    agent: str
    team: str
    channel: Channel | Literal[""]
    language: str
    sent_at: datetime
    stored_at: datetime
    erased_at: datetime | None
    model_version: str
    scores: dict[Dimension, StoredScoreResult]
    empathy_need: Need
    risk: Probability
    content: ContentResult | None


def reply_body(reply: StoredReply) -> dict[str, object]:
    """A stored reply as the JSON of `ReplyResponse`."""
    content = reply.content
    return ReplyResponse(
        **{name: getattr(reply, name) for name in _ALIKE},
        scores={
            dimension: StoredScoreResult(
                value=round(score.value, 4),
                interval=[round(bound, 4) for bound in score.interval],
                status=score.status,
            )
            for dimension, score in reply.scores.items()
        },
        risk=round(reply.risk, 4),
        content=None if content is None else _content(content),
    ).model_dump(mode="json")


_ALIKE = set(ReplyResponse.model_fields) - {"scores", "risk", "content"}


def _content(content: Content) -> ContentResult:
    names = set(ContentResult.model_fields) - {"reply"}
    return ContentResult(reply=content.text, **{name: getattr(content, name) for name in names})
