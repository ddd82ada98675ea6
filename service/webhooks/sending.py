"""One POST to one address that was checked.

The standard library suffices, and lets us connect by ourselves: to the very address that the guard
saw, while certificate and Host are those of the name.
"""

import socket
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPException
from threading import Event, Timer

from service.webhooks.addresses import ForbiddenAddressError, Guard, Target
from service.webhooks.notices import Answer, Outcome

CONNECT_S = 5.0
TOTAL_S = 15.0
"""From the connection to the answer's status, however slowly a receiver drips."""
_GONE = 410

Send = Callable[[str, str, Mapping[str, str]], Answer]
"""Sends a body with headers to a URL."""


class HttpSender:
    """Sends; follows no redirect, uses no proxy, and reads no body of an answer."""

    def __init__(
        self,
        guard: Guard,
        *,
        context: ssl.SSLContext | None = None,
        connect_s: float = CONNECT_S,
        total_s: float = TOTAL_S,
    ) -> None:
        self._guard, self._context = guard, context
        self._connect_s, self._total_s = connect_s, total_s

    def __call__(self, url: str, body: str, headers: Mapping[str, str]) -> Answer:
        """The answer's status, or why there was none."""
        target = Target.of(url)
        try:
            status = self._post(target, body, headers)
        except ForbiddenAddressError:
            return Answer(outcome=Outcome.FORBIDDEN)
        except TimeoutError:
            return Answer(outcome=Outcome.TIMED_OUT)
        except ssl.SSLCertVerificationError:
            return Answer(outcome=Outcome.UNTRUSTED)
        except (OSError, HTTPException, UnicodeError):  # the last: a name that DNS cannot hold
            return Answer(outcome=Outcome.UNREACHABLE)
        if status == _GONE:
            return Answer(outcome=Outcome.GONE, status=status)
        is_accepted = 200 <= status < 300
        outcome = Outcome.DELIVERED if is_accepted else Outcome.NOT_ACCEPTED
        return Answer(outcome=outcome, status=status)

    def _post(self, target: Target, body: str, headers: Mapping[str, str]) -> int:
        raw = self._connect(self._guard.addresses(target), target.port)
        with raw, _deadline(raw, self._total_s):
            raw.settimeout(self._total_s)
            connection = HTTPConnection(target.host, target.port)
            connection.sock = self._encrypted(raw, target.host) if target.is_encrypted else raw
            try:
                sent = {"Host": target.authority, "Connection": "close", **headers}
                connection.request("POST", target.path, body.encode(), sent)
                return connection.getresponse().status
            finally:
                connection.close()

    def _connect(self, addresses: list[str], port: int) -> socket.socket:
        """A connection to the first address that answers."""
        for address in addresses[:-1]:
            with suppress(OSError):
                return socket.create_connection((address, port), self._connect_s)
        return socket.create_connection((addresses[-1], port), self._connect_s)

    def _encrypted(self, raw: socket.socket, host: str) -> ssl.SSLSocket:
        if self._context is None:
            self._context = ssl.create_default_context()
        return self._context.wrap_socket(raw, server_hostname=host)


@contextmanager
def _deadline(raw: socket.socket, seconds: float) -> Iterator[None]:
    """Cut a connection off after so long: a time-out of the socket counts from its last byte."""
    handle, is_over = raw.dup(), Event()  # TLS takes `raw` over, not its duplicate

    def cut() -> None:
        is_over.set()
        with suppress(OSError):
            handle.shutdown(socket.SHUT_RDWR)

    timer = Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    except (OSError, HTTPException) as error:
        if is_over.is_set():
            raise TimeoutError from error
        raise
    finally:
        timer.cancel()
        handle.close()
