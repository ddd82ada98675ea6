"""GET /v1/rubric: what is rated, and what each rating means."""

from flask import Blueprint, Response, current_app, json, request
from pydantic import BaseModel

from model.rubric import (
    BEHAVIOR_MEANING,
    MEANING,
    NEED_MEANING,
    QUESTION,
    RATINGS,
    RUBRIC_VERSION,
    Behavior,
    Dimension,
    Need,
)
from service.auth import require_scope

blueprint = Blueprint("rubric", __name__, url_prefix="/v1/rubric")


class RatingMeaning(BaseModel):
    """What one rating means."""

    rating: int
    meaning: str


class DimensionResult(BaseModel):
    """One dimension, and its ratings from 1 to 5."""

    name: Dimension
    question: str
    ratings: list[RatingMeaning]


class NeedMeaning(BaseModel):
    """One degree of empathy that a customer message calls for."""

    name: Need
    meaning: str


class BehaviorMeaning(BaseModel):
    """What a sentence with the tag does."""

    tag: Behavior
    meaning: str


class RubricResponse(BaseModel):
    """The rubric, in English."""

    version: str
    dimensions: list[DimensionResult]
    empathy_needs: list[NeedMeaning]
    behaviors: list[BehaviorMeaning]


@blueprint.before_request
def authorize() -> None:
    """Let nobody in without the scope."""
    require_scope(request, current_app.extensions["keys"], "score")


@blueprint.get("")
def rubric() -> Response:
    """The rubric, with an ETag that changes when the rubric does."""
    response = Response(json.dumps(_rubric()), mimetype="application/json")
    response.headers["Cache-Control"] = "private, no-cache"  # ask each time, take 304 for an answer
    response.add_etag()
    response.make_conditional(request)
    return response


def _rubric() -> dict[str, object]:
    return {
        "version": RUBRIC_VERSION,
        "dimensions": [
            {
                "name": dimension,
                "question": QUESTION[dimension],
                "ratings": [
                    {"rating": rating, "meaning": meaning}
                    for rating, meaning in zip(RATINGS, MEANING[dimension], strict=True)
                ],
            }
            for dimension in Dimension
        ],
        "empathy_needs": [{"name": need, "meaning": NEED_MEANING[need]} for need in Need],
        "behaviors": [{"tag": tag, "meaning": BEHAVIOR_MEANING[tag]} for tag in Behavior],
    }
