"""POST /v1/score and /v1/score/batch. Nothing that is sent here is stored."""

import time
from collections.abc import Sequence
from typing import TypeVar

from flask import Blueprint, current_app, request
from pydantic import BaseModel, ValidationError

from model import Assessment, Reply, ReplyError, Scorer
from model.text import check_text
from service.api.payloads import BatchRequest, ScoreRequest, score_body
from service.auth import require_scope
from service.errors import Fault, ProblemError, invalid_reply, invalid_request, pointer, problem
from service.telemetry import Metrics

blueprint = Blueprint("scores", __name__, url_prefix="/v1")
Body = TypeVar("Body", bound=BaseModel)


@blueprint.before_request
def authorize() -> None:
    """Let nobody in without the scope."""
    require_scope(request, current_app.extensions["keys"], "score")


@blueprint.post("/score")
def score() -> dict[str, object]:
    """Score one reply."""
    reply = _reply(_body(ScoreRequest))
    return _score([reply])[0]


@blueprint.post("/score/batch")
def score_batch() -> dict[str, object]:
    """Score up to 256 replies; a bad item yields its problem in its place."""
    results: list[dict[str, object] | None] = []
    replies: list[Reply] = []
    for i, item in enumerate(_body(BatchRequest).items):
        try:
            replies.append(_reply(_item(item)))
            results.append(None)
        except ProblemError as error:
            within = [Fault(pointer("items", i) + f.pointer, f.detail) for f in error.faults]
            results.append({"error": problem(ProblemError(error.kind, error.detail, within))})
    scored = iter(_score(replies))
    return {"results": [next(scored) if result is None else result for result in results]}


def _body(schema: type[Body]) -> Body:
    if request.mimetype != "application/json":
        raise ProblemError(
            "not-json",
            f"Content-Type is {request.mimetype or 'missing'}, it must be application/json",
        )
    try:
        return schema.model_validate_json(request.get_data())
    except ValidationError as error:
        raise invalid_request(error) from None


def _item(item: object) -> ScoreRequest:
    try:
        return ScoreRequest.model_validate(item)
    except ValidationError as error:
        raise invalid_request(error) from None


def _reply(body: ScoreRequest) -> Reply:
    """The reply of a request that can be scored with the model served."""
    scorer: Scorer = current_app.extensions["scorer"]
    if body.model not in (None, scorer.version):
        raise ProblemError(
            "unknown-model",
            f"only {scorer.version} is served; leave 'model' out to use it",
            [Fault("/model", "is not a model that is served")],
        )
    for name, text in (("reply", body.reply), ("customer_message", body.customer_message)):
        if text is not None:
            try:
                check_text(text, name.replace("_", " "))
            except ReplyError as error:
                raise invalid_reply(error, name) from None
    return body.to_reply()


def _score(replies: Sequence[Reply]) -> list[dict[str, object]]:
    scorer: Scorer = current_app.extensions["scorer"]
    metrics: Metrics = current_app.extensions["metrics"]
    started = time.perf_counter()
    assessments: list[Assessment] = scorer.score(replies)
    metrics.scoring.observe(time.perf_counter() - started)
    for reply, assessment in zip(replies, assessments, strict=True):
        metrics.count(assessment, has_message=reply.customer_message is not None)
    return [score_body(assessment, scorer.version) for assessment in assessments]
