"""The application factory: wiring only."""

import os
import sys
from datetime import UTC, datetime
from threading import Event
from typing import TextIO

from flask import Flask, Response, request

from model import Scorer
from service import access, errors, playground, telemetry, widget
from service.accounts import Accounts
from service.api import (
    estimates,
    exports,
    feedback,
    health,
    languagetool,
    models,
    openapi,
    replies,
    reviews,
    rubric,
    samples,
    scores,
)
from service.courier import Courier
from service.drift_watch import DriftWatch
from service.intake import Intake
from service.registry import ScorerRegistry
from service.settings import Settings
from service.storage.answers import AnswerRepository
from service.storage.database import Database
from service.storage.deliveries import DeliveryRepository
from service.storage.drift import DriftRepository
from service.storage.erasure import Eraser
from service.storage.feedback import FeedbackRepository
from service.storage.keys import KeyRepository
from service.storage.replies import ReplyRepository
from service.webhooks.addresses import Guard
from service.webhooks.delivery import Deliverer
from service.webhooks.sending import HttpSender
from service.workbench import wiring as workbench

_BLUEPRINTS = (
    scores.blueprint,
    feedback.blueprint,
    replies.blueprint,
    samples.blueprint,
    reviews.blueprint,
    estimates.blueprint,
    exports.blueprint,
    models.blueprint,
    rubric.blueprint,
    languagetool.blueprint,
    health.blueprint,
    openapi.blueprint,
    widget.blueprint,
    playground.blueprint,
    workbench.blueprint,
)
_POLICY = (
    "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
    "object-src 'none'"
)
# Swagger UI writes styles into its page and draws its icons from data: URLs
_POLICY_OF = {
    "openapi.docs": f"{_POLICY}; img-src 'self' data:; style-src 'self' 'unsafe-inline'",
}


def create_app(
    settings: Settings | None = None,
    *,
    scorer: Scorer | None = None,
    log_stream: TextIO = sys.stderr,
) -> Flask:
    """Build the service. Tests pass all three arguments; production passes none.

    With settings given, the caller starts the courier, or does without.
    """
    is_alone = settings is None
    settings = settings or Settings.from_env(os.environ)
    app = Flask("service")
    app.config["MAX_CONTENT_LENGTH"] = settings.max_body_bytes
    app.json.sort_keys = False  # type: ignore[attr-defined]
    log = telemetry.make_log(settings.log_level, log_stream)
    registry = ScorerRegistry(
        settings.artifact_dir, log, scorer=scorer, most_pinned=settings.pinned_models
    )
    metrics = telemetry.Metrics()
    metrics.show_model(registry.current.version)
    keys, database = KeyRepository(settings.keys_file), Database(settings.database_url)
    stored = ReplyRepository(database)
    sender = HttpSender(Guard(settings.webhook_hosts))
    deliverer = Deliverer(DeliveryRepository(database), sender, metrics, log)
    drift_watch = DriftWatch(DriftRepository(database), log)
    app.extensions |= {
        "settings": settings,
        "log": log,
        "registry": registry,
        "metrics": metrics,
        "keys": keys,
        "database": database,
        "answers": AnswerRepository(database),
        "feedback": FeedbackRepository(database),
        "accounts": Accounts(database),
        "now": lambda: datetime.now(UTC),
        "replies": stored,
        "intake": Intake(
            stored, retention_days=settings.retention_days, webhook_risk=settings.webhook_risk
        ),
        "courier": Courier([deliverer.deliver_one, drift_watch.look], log),
        "eraser": Eraser(database),
        "warmed_up": Event(),
    }
    telemetry.observe_requests(app, metrics, log)
    errors.register_errors(app)
    access.limit_rates(app, settings.rate_limit, keys)
    access.allow_origins(app, settings.cors_origins)
    for blueprint in _BLUEPRINTS:
        app.register_blueprint(blueprint)
    app.after_request(_secure)
    app.extensions["warmed_up"].set()
    registry.watch(metrics.show_model)
    if is_alone:
        app.extensions["courier"].start()
    return app


def _secure(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = _POLICY_OF.get(request.endpoint or "", _POLICY)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers.setdefault("Cache-Control", "no-store")
    return response
