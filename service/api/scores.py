"""POST /v1/score and /v1/score/batch. Nothing that is sent here is stored."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from flask import Blueprint, current_app, request
from pydantic import ValidationError

from model import Assessment, Reply, ReplyError, Scorer
from model.advice import advise
from model.evidence import sentence_effects
from model.text import check_text
from service.api.bodies import json_body
from service.api.payloads import BatchRequest, ScoreRequest, score_body
from service.auth import require_scope
from service.errors import (
    Fault,
    ProblemError,
    invalid_reply,
    invalid_request,
    pointer,
    problem,
    unknown_model,
)
from service.registry import ScorerRegistry, UnknownVersionError
from service.telemetry import Metrics, TimedScorer

blueprint = Blueprint("scores", __name__, url_prefix="/v1")


class _Asked(NamedTuple):
    scorer: Scorer
    reply: Reply
    body: ScoreRequest
    wants_advice: bool


@blueprint.before_request
def authorize() -> None:
    """Let nobody in without the scope."""
    require_scope(request, current_app.extensions["keys"], "score")


@blueprint.post("/score")
def score() -> dict[str, object]:
    """Score one reply."""
    return score_one(json_body(ScoreRequest))


@blueprint.post("/score/batch")
def score_batch() -> dict[str, object]:
    """Score up to 256 replies; a bad item yields its problem in its place."""
    current = _registry().current  # one for the whole batch, whatever is promoted meanwhile
    results: list[dict[str, object] | None] = []
    asked: list[_Asked] = []
    for i, item in enumerate(json_body(BatchRequest).items):
        try:
            asked.append(_asked(_item(item), current, has_advice=False))
            results.append(None)
        except ProblemError as error:
            within = [Fault(pointer("items", i) + f.pointer, f.detail) for f in error.faults]
            results.append({"error": problem(ProblemError(error.kind, error.detail, within))})
    scored = iter(_score(asked))
    return {"results": [next(scored) if result is None else result for result in results]}


def score_one(body: ScoreRequest) -> dict[str, object]:
    """What /v1/score answers; whatever else is said of a reply is made of this."""
    return _score([_asked(body, _registry().current, has_advice=True)])[0]


def _item(item: object) -> ScoreRequest:
    try:
        return ScoreRequest.model_validate(item)
    except ValidationError as error:
        raise invalid_request(error) from None


def _registry() -> ScorerRegistry:
    registry: ScorerRegistry = current_app.extensions["registry"]
    return registry


def _asked(body: ScoreRequest, current: Scorer, *, has_advice: bool) -> _Asked:
    """A reply that can be scored, and the scorer that the request wants; `has_advice` where it does
    not say whether it wants advice.
    """
    for name, text in (("reply", body.reply), ("customer_message", body.customer_message)):
        if text is not None:
            try:
                check_text(text, name.replace("_", " "))
            except ReplyError as error:
                raise invalid_reply(error, name) from None
    try:
        scorer = current if body.model is None else _registry().find(body.model)
    except UnknownVersionError as error:
        raise unknown_model(error) from None
    wants = has_advice if body.advice is None else body.advice
    return _Asked(scorer, body.to_reply(), body, wants)


def _score(asked: Sequence[_Asked]) -> list[dict[str, object]]:
    """Score what follows each other with one scorer in one call."""
    metrics: Metrics = current_app.extensions["metrics"]
    bodies: list[dict[str, object]] = []
    for run in _runs(asked):
        scorer = TimedScorer(run[0].scorer, metrics)
        assessments = scorer.score([item.reply for item in run])
        for item, assessment in zip(run, assessments, strict=True):
            metrics.count(assessment, has_message=item.reply.customer_message is not None)
            bodies.append(_answer(item, scorer, assessment))
    return bodies


def _answer(item: _Asked, scorer: Scorer, assessment: Assessment) -> dict[str, object]:
    """The assessment with the evidence and the advice that are wanted."""
    _, reply, body, wants_advice = item
    off = current_app.extensions["settings"].advice_off
    return score_body(
        assessment,
        scorer.version,
        reply.text,
        effects=sentence_effects(scorer, reply, assessment) if body.evidence else (),
        advice=(
            advise(scorer, reply, assessment, level=body.advice_level, off=off)
            if wants_advice
            else ()
        ),
        advice_language=body.advice_language,
    )


def _runs(asked: Sequence[_Asked]) -> Iterator[list[_Asked]]:
    for _, run in groupby(asked, key=lambda item: id(item.scorer)):
        yield list(run)
