"""A receiver on loopback that answers as a test says."""

import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import NamedTuple


class Got(NamedTuple):
    """A request as it came in."""

    path: str
    headers: dict[str, str]
    body: bytes


class Receiver(ThreadingHTTPServer):
    """Remembers requests; answers with `statuses` in turn, the last one for ever."""

    def __init__(self, statuses: Sequence[int], headers: dict[str, str]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.got: list[Got] = []
        self._statuses, self.answer_headers, self._lock = list(statuses), headers, Lock()

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook?for=qa"

    def keep(self, got: Got) -> int:
        with self._lock:
            self.got.append(got)
            return self._statuses.pop(0) if len(self._statuses) > 1 else self._statuses[0]

    def handle_error(self, *_: object) -> None:
        """A client that hangs up, or trusts no certificate, is what tests are about."""


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        headers = {k.lower(): v for k, v in self.headers.items()}
        self.send_response(self.server.keep(Got(self.path, headers, body)))
        for name, value in self.server.answer_headers.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def receiver(
    *statuses: int, headers: dict[str, str] | None = None, context: ssl.SSLContext | None = None
) -> Iterator[Receiver]:
    """A receiver that runs until the block ends; it answers 204 where no status is given."""
    with Receiver(statuses or (204,), headers or {}) as server:
        if context:
            server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()
