"""Structured logs and metrics; never the text of a reply, nor who wrote it."""

import logging
import re
import time
import uuid
from collections.abc import Sequence
from typing import TextIO

import structlog
from flask import Flask, Response, g, request
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from structlog.typing import FilteringBoundLogger

from model import Assessment, Reply, Scorer

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,128}")
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


def make_log(level: str, stream: TextIO) -> FilteringBoundLogger:
    """A log of one JSON object a line."""
    log: FilteringBoundLogger = structlog.wrap_logger(
        structlog.PrintLogger(stream),
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
    )
    return log


class Metrics:
    """The service's Prometheus metrics, one registry for each application."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Histogram(
            "tonfall_request_seconds",
            "Time to answer a request.",
            ("route", "method", "status"),
            buckets=_SECONDS,
            registry=self.registry,
        )
        self.scoring = Histogram(
            "tonfall_scoring_seconds",
            "Time in the model for one call; advice and evidence are calls of their own.",
            buckets=_SECONDS,
            registry=self.registry,
        )
        self.replies = Counter(
            "tonfall_scored_replies",
            "Replies scored, by language, customer message, and the status of the empathy score.",
            ("language", "customer_message", "empathy_status"),
            registry=self.registry,
        )
        self.webhook_attempts = Counter(
            "tonfall_webhook_attempts",
            "Webhook deliveries tried, by outcome.",
            ("outcome",),
            registry=self.registry,
        )
        self.webhooks_given_up = Counter(
            "tonfall_webhooks_given_up",
            "Webhook deliveries that are not tried again.",
            registry=self.registry,
        )
        self._current = Gauge(
            "tonfall_model", "The model served.", ("version",), registry=self.registry
        )

    def show_model(self, version: str) -> None:
        """Name the version that is current from now on."""
        self._current.clear()
        self._current.labels(version).set(1)

    def count(self, assessment: Assessment, *, has_message: bool) -> None:
        """Count one scored reply."""
        status = assessment.scores[next(iter(assessment.scores))].status
        given = "given" if has_message else "absent"
        self.replies.labels(assessment.language.code, given, status).inc()


class TimedScorer:
    """A scorer whose every call is timed, those of advice and evidence too."""

    def __init__(self, scorer: Scorer, metrics: Metrics) -> None:
        self.version = scorer.version
        self._scorer = scorer
        self._metrics = metrics

    def score(self, replies: Sequence[Reply]) -> list[Assessment]:
        """Score with the scorer within."""
        with self._metrics.scoring.time():
            return self._scorer.score(replies)


def observe_requests(app: Flask, metrics: Metrics, log: FilteringBoundLogger) -> None:
    """Time, count and log every request under an id, the caller's own if it is one."""

    @app.before_request
    def start() -> None:
        given = request.headers.get("X-Request-Id", "")
        g.started = time.perf_counter()
        g.request_id = given if _REQUEST_ID.fullmatch(given) else uuid.uuid4().hex

    @app.after_request
    def finish(response: Response) -> Response:
        seconds = time.perf_counter() - g.started
        route = request.url_rule.rule if request.url_rule else "unknown"
        metrics.requests.labels(route, request.method, response.status_code).observe(seconds)
        response.headers["X-Request-Id"] = g.request_id
        if not route.startswith("/health"):
            log.info(
                "request",
                request_id=g.request_id,
                route=route,
                method=request.method,
                status=response.status_code,
                milliseconds=round(seconds * 1000, 1),
            )
        return response
