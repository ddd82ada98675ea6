"""Reviewing one reply: blind first, and only then what the scorer and the others say."""

from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, abort, current_app, request
from werkzeug.wrappers import Response as AnyResponse

from model import LANGUAGES, Behavior, Channel, Dimension, ModelError, Need, Reply
from model.evidence import Effect, sentence_effects
from model.rubric import RATINGS
from model.scores import Sentence
from model.sentences import sentence_spans
from service.registry import UnknownVersionError
from service.reviews import SkipReason
from service.storage.queue import QueueRepository, Task
from service.storage.reviews import (
    BlindError,
    ClosedError,
    KeptReview,
    Ratings,
    ReviewRepository,
    Tag,
)
from service.workbench.guard import require
from service.workbench.queue import chosen
from service.workbench.site import database, go, note, now, page, user

blueprint = Blueprint("review", __name__, url_prefix="/review")
_MOST_COMMENT = 2000
_LIKELY = 0.5


@blueprint.before_request
def authorize() -> None:
    """Whoever reviews; the teams are asked for with each reply."""
    require(user(), "review")


@blueprint.get("/next")
def first() -> AnyResponse:
    """The reply that is next in the queue, or the queue where there is none."""
    filters = chosen()
    waiting = QueueRepository(database()).waiting(user(), filters, limit=1)
    if not waiting:
        return go("queue.show", "done", **filters)
    return go("review.show", request.args.get("said"), draw_id=waiting[0].id, **filters)


@blueprint.get("/<draw_id>")
def show(draw_id: str) -> Response:
    """The reply to rate, or what came of it."""
    task = _task(draw_id)
    mine = ReviewRepository(database()).mine(task.id, user())
    if mine:
        return _revealed(task, mine)
    if task.state == "skipped" or task.text is None:
        return page("problem.html", HTTPStatus.GONE, kind="closed")
    return _blind(task)


@blueprint.post("/<draw_id>")
def rate(draw_id: str) -> AnyResponse:
    """Keep the blind ratings, then show the rest."""
    task, reviews = _task(draw_id), ReviewRepository(database())
    ratings = _ratings()
    if ratings is None or task.text is None:
        return _blind(task, fault="review.fault.missing")
    try:
        with database().writing():
            review = reviews.rate(
                task,
                user(),
                ratings,
                tags=_tags(task.text),
                comment=_comment(),
                is_for_coaching="coaching" in request.form,
                now=now(),
            )
            note("review.rate", review, after=_numbers(ratings))
    except ClosedError:
        return go("review.first", "taken", **chosen())
    return go("review.show", "rated", draw_id=draw_id, **chosen())


@blueprint.post("/<draw_id>/revise")
def revise(draw_id: str) -> AnyResponse:
    """Other ratings after the score was seen; the blind ones stay beside them."""
    task, reviews = _task(draw_id), ReviewRepository(database())
    mine, ratings = _mine(task), _ratings()
    if ratings is None:
        return go("review.show", draw_id=draw_id, **chosen())
    with database().writing():
        reviews.revise(mine.id, ratings, now=now())
        note("review.revise", mine.id, before=_numbers(mine.ratings), after=_numbers(ratings))
    return go("review.show", "saved", draw_id=draw_id, **chosen())


@blueprint.post("/<draw_id>/coaching")
def mark(draw_id: str) -> AnyResponse:
    """Keep the reply for coaching, or no longer."""
    mine = _mine(_task(draw_id))
    ReviewRepository(database()).mark(mine.id, is_for_coaching=not mine.is_for_coaching)
    return go("review.show", "saved", draw_id=draw_id, **chosen())


@blueprint.post("/<draw_id>/skip")
def skip(draw_id: str) -> AnyResponse:
    """Close it without ratings, and say why; its place in the sample stays."""
    task, reason = _task(draw_id), request.form.get("reason", "")
    if reason not in list(SkipReason):
        return _blind(task, fault="review.fault.reason")
    try:
        with database().writing():
            ReviewRepository(database()).skip(task, user(), SkipReason(reason), now=now())
            note("review.skip", task.id, after={"reason": reason})
    except ClosedError:
        return go("review.first", "taken", **chosen())
    return go("review.first", "skipped", **chosen())


def _blind(task: Task, fault: str | None = None) -> Response:
    text = task.text or ""
    return page(
        "review.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if fault else HTTPStatus.OK,
        task=task,
        sentences=[(start, stop, text[start:stop]) for start, stop in sentence_spans(text)],
        given=request.form if fault else {},
        fault=fault,
        **_vocabulary(),
    )


def _revealed(task: Task, mine: KeptReview) -> Response:
    try:
        seen = ReviewRepository(database()).reveal(task.id, user(), now=now())
    except BlindError:
        abort(HTTPStatus.NOT_FOUND)
    return page(
        "revealed.html",
        task=task,
        mine=mine,
        seen=seen,
        evidence=_evidence(task, seen.model_version),
        **_vocabulary(),
    )


def _vocabulary() -> dict[str, Any]:
    return {
        "left": QueueRepository(database()).count(user(), chosen()),
        "dimensions": list(Dimension),
        "needs": list(Need),
        "ratings": RATINGS,
        "behaviors": list(Behavior),
        "reasons": list(SkipReason),
        "filters": chosen(),
    }


def _task(draw_id: str) -> Task:
    """The drawn reply, if this user may see it; otherwise there is none."""
    found = QueueRepository(database()).find(draw_id, user())
    return found or abort(HTTPStatus.NOT_FOUND)


def _mine(task: Task) -> KeptReview:
    mine = ReviewRepository(database()).mine(task.id, user())
    return mine or abort(HTTPStatus.NOT_FOUND)


def _ratings() -> Ratings | None:
    """The ratings of the form; None where one is missing."""
    try:
        return Ratings(
            need=Need(request.form["need"]),
            dimensions={d: int(request.form[d]) for d in Dimension},
        )
    except (KeyError, ValueError):
        return None


def _tags(text: str) -> list[Tag]:
    """The ticked behaviors: `tag` is a sentence's number and a behavior."""
    spans, found = sentence_spans(text), []
    for value in request.form.getlist("tag"):
        number, _, behavior = value.partition(":")
        if number.isdecimal() and int(number) < len(spans) and behavior in list(Behavior):
            start, stop = spans[int(number)]
            found.append(Tag(start=start, stop=stop, behavior=Behavior(behavior)))
    return found


def _comment() -> str | None:
    return request.form.get("comment", "").strip()[:_MOST_COMMENT] or None


def _numbers(ratings: Ratings) -> dict[str, object]:
    return {"need": ratings.need, **{d.value: r for d, r in ratings.dimensions.items()}}


def _evidence(
    task: Task, version: str
) -> list[tuple[str, list[Behavior], dict[Dimension, float]]] | None:
    """Each sentence with the behaviors found in it and its effects; None where the version that
    scored it is gone.
    """
    if task.text is None:
        return None
    reply = Reply(
        text=task.text,
        customer_message=task.customer_message,
        channel=Channel(task.channel) if task.channel in list(Channel) else None,
        language=task.language if task.language in LANGUAGES else None,
    )
    try:
        scorer = current_app.extensions["registry"].find(version)
        (assessment,) = scorer.score([reply])
        effects = {e.start: e for e in sentence_effects(scorer, reply, assessment)}
    except (ModelError, UnknownVersionError):
        return None
    return [_sentence(task.text, s, effects.get(s.start)) for s in assessment.sentences]


def _sentence(
    text: str, sentence: Sentence, effect: Effect | None
) -> tuple[str, list[Behavior], dict[Dimension, float]]:
    found = [b for b, p in sentence.behaviors.items() if p >= _LIKELY]
    return text[sentence.start : sentence.end], found, dict(effect.effects) if effect else {}
