"""GET /v1/reviews: what reviewers gave, in numbers and codes.

Reviews are given in the workbench alone: they count because they are blind and somebody's. A key
reads scores, so whoever holds it is not blind, and a key is not a person.
"""

import base64
import binascii
from datetime import datetime
from typing import Annotated

from flask import Blueprint, current_app, request
from pydantic import BaseModel, ConfigDict, Field

from model import Behavior, Dimension, Need
from service.api.payloads import Offset, Probability, Rating
from service.api.queries import Rows, When, period, query
from service.api.reply_bodies import TEAM
from service.auth import require_scope
from service.errors import Fault, ProblemError
from service.plan import Arm
from service.storage.cases import Case, CaseRepository, Place
from service.storage.reviews import Ratings

blueprint = Blueprint("reviews", __name__, url_prefix="/v1/reviews")
_UUID = r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"
_Given = Annotated[int, Field(ge=1, le=5)]


class ReviewsQuery(BaseModel):
    """Which reviews are wanted."""

    model_config = ConfigDict(extra="forbid")

    start: When = Field(description="Given from then on; a day or a moment.")
    end: When = Field(description="Given before then; a day or a moment.")
    team: Annotated[str, Field(pattern=TEAM)] | None = Field(
        None, description="Of this team's replies."
    )
    sample: Annotated[str, Field(pattern=_UUID)] | None = Field(
        None, description="Of what this sample drew; its id."
    )
    limit: Rows = Field(100, description="How many at once.")
    cursor: Annotated[str, Field(pattern=r"^[A-Za-z0-9_=-]{1,200}$")] | None = Field(
        None, description="`next` of the answer before; with the other parameters as they were."
    )


class RatingsResult(BaseModel):
    """What one reviewer gave one reply."""

    need: Need
    empathy: _Given
    politeness: _Given
    clarity: _Given


class TagResult(BaseModel):
    """A behavior that a reviewer found, in code points of the stored reply."""

    tag: Behavior
    start: Offset
    end: Offset


class ReviewResult(BaseModel):
    """One review; the ratings are the blind ones, `revised` those after the score was seen."""

    id: str
    reply: str = Field(description="The id of the stored reply.")
    sample: str = Field(description="The id of the sample that drew it.")
    arm: Arm
    inclusion_probability: Probability
    reviewer: str = Field(description="The reviewer's id; no name.")
    given_at: datetime
    ratings: RatingsResult
    revised: RatingsResult | None
    behaviors: list[TagResult]
    is_for_coaching: bool
    team: str
    agent: str
    channel: str
    language: str
    sent_at: datetime
    model_version: str
    scores: dict[Dimension, Rating]


class ReviewsResponse(BaseModel):
    """Reviews, oldest first."""

    reviews: list[ReviewResult]
    next: str | None = Field(description="The `cursor` of what follows; null at the end.")


@blueprint.before_request
def authorize() -> None:
    """Let nobody in without the scope."""
    require_scope(request, current_app.extensions["keys"], "reviews")


@blueprint.get("")
def reviews() -> dict[str, object]:
    """The reviews given in a period."""
    asked = query(ReviewsQuery)
    cases = CaseRepository(current_app.extensions["database"]).given(
        period(asked.start, asked.end),
        team=asked.team,
        plan=asked.sample,
        limit=asked.limit + 1,
        after=None if asked.cursor is None else _place(asked.cursor),
    )
    shown = cases[: asked.limit]
    return ReviewsResponse(
        reviews=[_review(case) for case in shown],
        next=_cursor(shown[-1]) if len(cases) > len(shown) else None,
    ).model_dump(mode="json")


def _review(case: Case) -> ReviewResult:
    review = case.review
    alike = ("arm", "inclusion_probability", "team", "agent", "channel", "language", "sent_at")
    return ReviewResult(
        id=review.id,
        reply=review.reply,
        sample=case.plan,
        reviewer=review.reviewer,
        given_at=review.created_at,
        ratings=_ratings(review.blind),
        revised=_ratings(review.revised) if review.revised else None,
        behaviors=[TagResult(tag=t.behavior, start=t.start, end=t.stop) for t in review.tags],
        is_for_coaching=review.is_for_coaching,
        model_version=case.model_version,
        scores={d: round(score, 4) for d, score in case.scores.items()},
        **{name: getattr(case, name) for name in alike},
    )


def _ratings(given: Ratings) -> RatingsResult:
    return RatingsResult(need=given.need, **{d.value: r for d, r in given.dimensions.items()})


def _cursor(case: Case) -> str:
    place = f"{case.review.created_at.isoformat()} {case.review.id}"
    return base64.urlsafe_b64encode(place.encode()).decode()


def _place(cursor: str) -> Place:
    try:
        at, _, review = base64.urlsafe_b64decode(cursor).decode("ascii").partition(" ")
        moment = datetime.fromisoformat(at)
        if moment.tzinfo is None:
            raise ValueError("no time zone")
    except (ValueError, binascii.Error):
        fault = Fault("/cursor", "is no `next` of an answer")
        raise ProblemError("invalid-request", f"/cursor: {fault.detail}", [fault]) from None
    return moment, review
