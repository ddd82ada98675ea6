"""gunicorn, configured by Settings."""

from flask import Flask
from gunicorn.app.base import BaseApplication

from service.app import create_app
from service.heap import share_one_heap
from service.settings import Settings


class Server(BaseApplication):  # type: ignore[misc]
    """Serves the application with gunicorn's threads until a stop signal; requests at hand are
    finished.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        super().__init__()

    def load_config(self) -> None:
        """Settings as gunicorn's own."""
        s = self._settings
        host = f"[{s.host}]" if ":" in s.host else s.host
        options = {
            "bind": f"{host}:{s.port}",
            "workers": s.workers,
            "threads": s.threads,
            "worker_class": "gthread",
            "timeout": 60,
            "graceful_timeout": 30,
            "keepalive": 15,
            "loglevel": "warning",
            "control_socket_disable": True,
            "proc_name": "tonfall",
        }
        for name, value in options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """Called in each worker, so that no thread of a library is lost in a fork."""
        share_one_heap()
        app = create_app(self._settings)
        app.extensions["courier"].start()
        return app
