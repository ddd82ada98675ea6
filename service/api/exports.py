"""GET /v1/export/ratings: reviewed replies for training, line by line."""

from typing import Annotated

from flask import Blueprint, Response, current_app, g, request
from pydantic import BaseModel, ConfigDict, Field

from model import Channel
from service.api.operations import NDJSON
from service.api.queries import Flag, When, period, query
from service.api.reply_bodies import TEAM
from service.auth import require_scope
from service.exporting import RatingsExport
from service.plan import Arm
from service.storage.rated_replies import Wanted

blueprint = Blueprint("exports", __name__, url_prefix="/v1/export")
_Team = Annotated[str, Field(pattern=TEAM)]


class RatingsQuery(BaseModel):
    """Which rated replies are wanted; without any parameter, all."""

    model_config = ConfigDict(extra="forbid")

    start: When | None = Field(None, description="Sent from then on; a day or a moment.")
    end: When | None = Field(None, description="Sent before then; a day or a moment.")
    team: _Team | None = Field(None, description="Of this team alone.")
    arm: Arm | None = Field(None, description="Drawn for this reason alone.")
    channel: Channel | None = Field(
        None, description="The channel of replies whose own is not known; without it they are out."
    )
    behaviors: Flag = Field(
        False,
        description="With the behaviors that reviewers tagged. A sentence without a tag then "
        "counts as one that shows none, so only where reviewers tag every sentence.",
    )


@blueprint.before_request
def authorize() -> None:
    """Let nobody in without the scope."""
    require_scope(request, current_app.extensions["keys"], "export")


@blueprint.get("/ratings")
def export_ratings() -> Response:
    """Every reviewed reply that is kept for training, with its blind ratings."""
    asked = query(RatingsQuery)
    if asked.start and asked.end:
        period(asked.start, asked.end)
    wanted = Wanted(**asked.model_dump(exclude={"behaviors"}))
    export = RatingsExport(
        current_app.extensions["database"], wanted, with_behaviors=asked.behaviors
    )
    found = export.begin(actor=f"key {g.caller}", now=current_app.extensions["now"]())
    response = Response(export.lines(), mimetype=NDJSON)
    response.headers["X-Rated-Replies"] = str(found.replies)
    response.headers["X-Left-Out"] = ", ".join(f"{k}={n}" for k, n in found.left_out.items())
    return response
