"""GET /v1/models: the versions there are; and what became of a threshold from one to another."""

from collections.abc import Mapping

from flask import Blueprint, current_app, request
from pydantic import BaseModel, Field

from service.auth import require_scope
from service.errors import ProblemError
from service.registry import ScorerRegistry

blueprint = Blueprint("models", __name__, url_prefix="/v1/models")


class ModelResult(BaseModel):
    """One version that a request may pin."""

    version: str
    kind: str = Field(description="How it scores: linear, encoder.")
    is_current: bool = Field(description="True for the one that scores what pins none.")
    is_loaded: bool = Field(description="False where the first request that pins it waits for it.")
    languages: list[str]
    rubric_version: str
    trained_on: dict[str, int] = Field(description="Rated replies, by what they were used for.")
    promoted_at: str | None = Field(description="When it last became current; ISO 8601, UTC.")
    thresholds_from: list[str] = Field(
        description="The versions from which there is a table of thresholds to this one."
    )


class ModelsResponse(BaseModel):
    """Every version that is kept."""

    current: str
    models: list[ModelResult]


class ThresholdResult(BaseModel):
    """`new` has the same share of replies below it as `old`, to within `error`."""

    old: float
    new: float
    error: float = Field(description="Standard error of `new`.")
    share_below: float = Field(description="Of the replies compared, below `old`.")
    is_extrapolated: bool = Field(description="True where no reply scored as low or as high.")


class ThresholdsResult(BaseModel):
    """A table for everything that rules are built on."""

    empathy: list[ThresholdResult]
    politeness: list[ThresholdResult]
    clarity: list[ThresholdResult]
    risk: list[ThresholdResult]


class ThresholdsResponse(BaseModel):
    """Thresholds on the scores of one version that do what others did on those of another."""

    method: str
    old_version: str
    new_version: str
    replies: int = Field(description="How many replies both versions scored for it.")
    thresholds: ThresholdsResult


@blueprint.before_request
def authorize() -> None:
    """Let nobody in without the scope."""
    require_scope(request, current_app.extensions["keys"], "score")


@blueprint.get("")
def models() -> dict[str, object]:
    """List the versions, current or not."""
    registry: ScorerRegistry = current_app.extensions["registry"]
    current = registry.current.version
    history = registry.store.history() if registry.store else []
    promoted_at = {promotion.version: promotion.at for promotion in history}
    return {
        "current": current,
        "models": [_model(registry, v, current, promoted_at) for v in registry.versions()],
    }


@blueprint.get("/<version>/thresholds")
def thresholds(version: str) -> Mapping[str, object]:
    """The table that leads to `version` from the version named by `from`."""
    registry: ScorerRegistry = current_app.extensions["registry"]
    store = registry.store
    if store is None or not (known := store.mapped_to(version)):
        raise ProblemError(
            "not-found", "no table of thresholds leads to that version; GET /v1/models names those"
        )
    table = store.thresholds(request.args.get("from", ""), version)
    if table is None:
        raise ProblemError(
            "bad-request", f"name the version it leads from: ?from={' or ?from='.join(known)}"
        )
    return table


def _model(
    registry: ScorerRegistry, version: str, current: str, promoted_at: Mapping[str, str]
) -> dict[str, object]:
    manifest = registry.manifest(version)
    replies = manifest.trained_on.get("replies")
    return {
        "version": version,
        "kind": manifest.kind,
        "is_current": version == current,
        "is_loaded": registry.is_loaded(version),
        "languages": list(manifest.languages),
        "rubric_version": manifest.rubric_version,
        "trained_on": replies if isinstance(replies, dict) else {},
        "promoted_at": promoted_at.get(version),
        "thresholds_from": list(registry.store.mapped_to(version)) if registry.store else [],
    }
