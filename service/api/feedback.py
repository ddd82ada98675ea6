"""POST /v1/feedback: what a writer makes of a score or an advice. No field takes text."""

from datetime import UTC, datetime
from typing import Annotated, Literal

from flask import Blueprint, current_app, g, request
from pydantic import BaseModel, ConfigDict, Field, RootModel

from model import Dimension
from service.api.bodies import json_body
from service.auth import require_scope
from service.idempotency import idempotent
from service.storage.feedback import Feedback, FeedbackRepository, Verdict

blueprint = Blueprint("feedback", __name__, url_prefix="/v1/feedback")


class _FeedbackRequest(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    score_id: str = Field(
        description="`id` of the score.",
        pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
    )
    model_version: str = Field(
        description="`model_version` of the score.", pattern=r"^[A-Za-z0-9._-]{1,100}$"
    )
    verdict: Verdict = Field(
        description="Accepted: it is right, or was followed. Dismissed: of no use here. Contested: "
        "it is wrong."
    )
    suggested_rating: Annotated[int, Field(ge=1, le=5)] | None = Field(
        None, description="The rating that the writer would give."
    )
    writer: str | None = Field(
        None,
        description="A pseudonym of the writer, the same each time; no name and no address.",
        pattern=r"^[A-Za-z0-9_-]{1,64}$",
    )


class ScoreFeedback(_FeedbackRequest):
    """A verdict on one dimension of a score."""

    about: Literal["score"]
    dimension: Annotated[Dimension, Field(strict=False)]
    rule: None = None


class AdviceFeedback(_FeedbackRequest):
    """A verdict on an advice, by its rule."""

    about: Literal["advice"]
    dimension: Annotated[Dimension, Field(strict=False)] | None = None
    rule: str = Field(description="`rule` of the advice.", pattern=r"^[a-z0-9_-]{1,64}$")


class FeedbackRequest(RootModel[ScoreFeedback | AdviceFeedback]):
    """What a writer makes of a score or an advice; never text."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "score_id": "0b6f0a3e-5a3f-4f3c-9c7a-6f4be8f5d7aa",
                    "model_version": "encoder-d8300bd983",
                    "about": "score",
                    "dimension": "empathy",
                    "verdict": "contested",
                    "suggested_rating": 4,
                }
            ]
        }
    )

    root: ScoreFeedback | AdviceFeedback = Field(discriminator="about")

    def to_feedback(self) -> Feedback:
        """The feedback as it is stored."""
        return Feedback(**self.root.model_dump())


class FeedbackResponse(BaseModel):
    """The feedback was stored."""

    id: str


@blueprint.before_request
def authorize() -> None:
    """Let nobody in without the scope."""
    require_scope(request, current_app.extensions["keys"], "feedback")


@blueprint.post("")
@idempotent
def add_feedback() -> tuple[dict[str, object], int]:
    """Store what a writer made of a score or an advice."""
    feedback: FeedbackRepository = current_app.extensions["feedback"]
    body = json_body(FeedbackRequest, tagged_by="about")
    return {"id": feedback.add(body.to_feedback(), caller=g.caller, now=datetime.now(UTC))}, 201
