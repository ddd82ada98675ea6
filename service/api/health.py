"""Is the process alive, can it score, and what has it done: /health/live, /health/ready,
/metrics.
"""

from flask import Blueprint, Response, current_app
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from service.errors import ProblemError
from service.registry import ScorerRegistry

blueprint = Blueprint("health", __name__)


@blueprint.get("/health/live")
def live() -> dict[str, str]:
    """The process answers."""
    return {"status": "live"}


@blueprint.get("/health/ready")
def ready() -> dict[str, str]:
    """A first reply was scored, so the next one will be; `problem` where a promotion was not
    taken.
    """
    if not current_app.extensions["warmed_up"].is_set():
        raise ProblemError("not-ready", "the model is loading", headers={"Retry-After": "1"})
    registry: ScorerRegistry = current_app.extensions["registry"]
    body = {"status": "ready", "model_version": registry.current.version}
    return body | ({"problem": registry.problem} if registry.problem else {})


@blueprint.get("/metrics")
def metrics() -> Response:
    """Prometheus metrics."""
    registry = current_app.extensions["metrics"].registry
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
