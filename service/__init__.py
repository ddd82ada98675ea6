"""The scoring API: `gunicorn 'service:create_app()'` or `tonfall serve`."""

from service.app import create_app

__all__ = ["create_app"]
