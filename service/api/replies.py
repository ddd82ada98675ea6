"""/v1/replies: sent replies, kept for QA until they expire or are erased."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from flask import Blueprint, Response, after_this_request, current_app, g, request
from flask.typing import ResponseReturnValue
from pydantic import ValidationError

from model import ReplyError
from service.api.bodies import json_body
from service.api.reply_bodies import (
    EraseRequest,
    ReplyRequest,
    StoreRequest,
    reply_body,
)
from service.auth import require_scope
from service.errors import (
    Fault,
    ProblemError,
    invalid_reply,
    invalid_request,
    pointer,
    problem,
)
from service.idempotency import idempotent, idempotent_after
from service.intake import Intake, MaskedReply
from service.registry import ScorerRegistry
from service.sent_replies import StoredReply, reply_id
from service.storage.erasure import Eraser
from service.storage.replies import ReplyRepository

blueprint = Blueprint("replies", __name__, url_prefix="/v1/replies")
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class _Prepared(NamedTuple):
    items: Sequence[MaskedReply | ProblemError]
    new: Sequence[StoredReply]


@blueprint.before_request
def authorize() -> None:
    """Let nobody in without the scope: `reviews` to read, `replies` for the rest."""
    scope = "reviews" if request.endpoint == "replies.get_reply" else "replies"
    require_scope(request, current_app.extensions["keys"], scope)


def _prepare() -> _Prepared:
    """Redact and score, before the transaction: others may write meanwhile."""
    body = json_body(StoreRequest, tagged_by="items").root
    intake, registry = _intake(), _registry()
    if isinstance(body, ReplyRequest):
        items: list[MaskedReply | ProblemError] = [_mask(intake, body)]
    else:
        items = [_item(intake, i, item) for i, item in enumerate(body.items)]
    masked = [item for item in items if not isinstance(item, ProblemError)]
    new = intake.prepare(masked, registry.current)
    return _Prepared(items, new)


@blueprint.post("")
@idempotent_after(_prepare)
def add_replies(prepared: _Prepared) -> ResponseReturnValue:
    """Store one reply, or up to 256."""
    new = _intake().store(prepared.new)
    results: list[dict[str, object]] = []
    for item in prepared.items:
        if isinstance(item, ProblemError):
            results.append({"error": problem(item)})
            continue
        known = reply_id(item.external_id)
        results.append({"id": known, "result": "stored" if known in new else "already_there"})
        new.discard(known)  # the second of two alike was there already
    return {"results": results}


@blueprint.post("/erase")
@idempotent
def erase_replies() -> ResponseReturnValue:
    """Erase the replies of a conversation, a customer or an agent."""
    body = json_body(EraseRequest)
    eraser: Eraser = current_app.extensions["eraser"]
    erased = eraser.erase(body.by, body.value, actor=f"key {g.caller}")

    @after_this_request
    def scrub(response: Response) -> Response:  # once the transaction is over
        if not eraser.scrub():
            current_app.extensions["log"].warning("erasure_not_scrubbed")
        return response

    return {"erased": erased}


@blueprint.get("/<id>")
def get_reply(id: str) -> dict[str, object]:  # noqa: A002
    """One stored reply."""
    replies: ReplyRepository = current_app.extensions["replies"]
    reply = replies.get(id) if _ID.fullmatch(id) else None
    if reply is None:
        raise ProblemError("not-found", "no reply with this id was ever stored")
    return reply_body(reply)


def _item(intake: Intake, number: int, item: object) -> MaskedReply | ProblemError:
    try:
        return _mask(intake, ReplyRequest.model_validate(item))
    except ValidationError as error:
        found = invalid_request(error)
    except ProblemError as error:
        found = error
    within = [Fault(pointer("items", number) + f.pointer, f.detail) for f in found.faults]
    return ProblemError(found.kind, found.detail, within)


def _mask(intake: Intake, body: ReplyRequest) -> MaskedReply:
    try:
        return intake.mask(body.to_sent())
    except ReplyError as error:
        field = "customer_message" if "customer message" in str(error) else "reply"
        raise invalid_reply(error, field) from None


def _intake() -> Intake:
    intake: Intake = current_app.extensions["intake"]
    return intake


def _registry() -> ScorerRegistry:
    registry: ScorerRegistry = current_app.extensions["registry"]
    return registry
