"""How often, and from which web pages, the API may be called."""

from collections.abc import Sequence
from http import HTTPStatus

from flask import Flask, Response, request
from flask_cors import CORS
from flask_limiter import HeaderNames, Limiter

from service.auth import limited_as
from service.storage.keys import KeyRepository

_LIMITED = ("/v1/", "/compat/")
_LIMITERS_OWN = "X-RateLimit-Retry-After"
"""Where the limiter puts what it sends with every answer, refused or not."""
_ASKED_HEADERS = ("Authorization", "Content-Type", "Idempotency-Key", "X-Request-Id")
_SHOWN_HEADERS = (
    "X-Request-Id",
    "X-RateLimit-Limit",
    "X-RateLimit-Remaining",
    "X-RateLimit-Reset",
    "Retry-After",
    "Idempotency-Replayed",
)


def limit_rates(app: Flask, limit: str, keys: KeyRepository) -> None:
    """Refuse what comes oftener than `limit`, for each key or address, and say so in headers.

    Counted in memory, so each worker counts for itself. A batch is one request.
    """
    if not limit:
        return
    limiter = Limiter(
        lambda: limited_as(request, keys),
        application_limits=[limit],
        headers_enabled=True,
        strategy="sliding-window-counter",
        storage_uri="memory://",
        header_name_mapping={HeaderNames.RETRY_AFTER: _LIMITERS_OWN},
    )
    limiter.request_filter(
        lambda: request.method == "OPTIONS" or not request.path.startswith(_LIMITED)
    )
    app.after_request(_retry_only_where_refused)
    limiter.init_app(app)


def allow_origins(app: Flask, origins: Sequence[str]) -> None:
    """Let pages of these origins call the API from a browser."""
    if origins:
        CORS(
            app,
            resources=[f"{prefix}.*" for prefix in _LIMITED],
            origins=list(origins),
            methods=["GET", "POST"],
            allow_headers=list(_ASKED_HEADERS),
            expose_headers=list(_SHOWN_HEADERS),
            max_age=600,
        )


def _retry_only_where_refused(response: Response) -> Response:
    after = response.headers.pop(_LIMITERS_OWN, None)
    if after and response.status_code == HTTPStatus.TOO_MANY_REQUESTS:
        response.headers["Retry-After"] = after
    return response
