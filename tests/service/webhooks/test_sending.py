"""Against a receiver on loopback: what is sent, to which address, and what is made of answers."""

import shutil
import socket
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from standardwebhooks import Webhook

from service.webhooks.addresses import Guard
from service.webhooks.notices import Answer, Outcome
from service.webhooks.sending import HttpSender
from service.webhooks.signing import new_secret, signed_headers
from tests.service.webhooks.receiver import receiver

LOOPBACK = Guard({"127.0.0.1"})
HOST = "hook.example"


class Resolver:
    """Finds every host on loopback, and remembers who was asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, host: str, port: int, **_: object) -> list[Any]:
        self.asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of hook.example alone, signed by itself, with its key."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("no openssl to make a certificate with")
    path = tmp_path_factory.mktemp("tls") / "receiver.pem"
    options = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
    names = ["-subj", f"/CN={HOST}", "-addext", f"subjectAltName=DNS:{HOST}"]
    command = [
        openssl,
        "req",
        "-x509",
        *options,
        *names,
        "-keyout",
        str(path),
        "-out",
        f"{path}.crt",
    ]
    subprocess.run(command, check=True, capture_output=True)
    path.write_bytes(path.read_bytes() + Path(f"{path}.crt").read_bytes())
    return path


def post(url: str, sender: HttpSender | None = None) -> Answer:
    return (sender or HttpSender(LOOPBACK))(url, "{}", {"webhook-id": "msg_1"})


def test_what_arrives_is_what_the_reference_library_verifies() -> None:
    secret, body = new_secret(), '{"type":"score.low"}'
    headers = signed_headers("msg_1", body, [secret], datetime.now(UTC))
    with receiver() as server:
        answer = HttpSender(LOOPBACK)(server.url, body, headers)

    (got,) = server.got
    assert answer == Answer(outcome=Outcome.DELIVERED, status=204)
    assert Webhook(secret).verify(got.body, got.headers) == {"type": "score.low"}
    assert (got.path, got.headers["host"]) == ("/hook?for=qa", f"127.0.0.1:{server.port}")


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (200, Outcome.DELIVERED),
        (299, Outcome.DELIVERED),
        (400, Outcome.NOT_ACCEPTED),
        (410, Outcome.GONE),
        (500, Outcome.NOT_ACCEPTED),
    ],
)
def test_only_2xx_accepts(status: int, outcome: Outcome) -> None:
    with receiver(status) as server:
        assert post(server.url) == Answer(outcome=outcome, status=status)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(status: int) -> None:
    with receiver() as other, receiver(status, headers={"Location": other.url}) as server:
        assert post(server.url) == Answer(outcome=Outcome.NOT_ACCEPTED, status=status)

    assert other.got == []


def test_a_host_that_was_not_named_is_not_even_connected_to() -> None:
    with receiver() as server:
        assert post(server.url, HttpSender(Guard(()))) == Answer(outcome=Outcome.FORBIDDEN)

    assert server.got == []


def test_the_name_is_resolved_once_and_the_certificate_is_held_against_it(
    certificate: Path,
) -> None:
    served = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    served.load_cert_chain(certificate)
    asked_for: list[str | None] = []
    served.sni_callback = lambda _, name, __: asked_for.append(name)
    trusting, resolver = ssl.create_default_context(cafile=certificate), Resolver()
    sender = HttpSender(Guard({HOST, "other.example"}, resolve=resolver), context=trusting)
    with receiver(context=served) as server:
        right = post(f"https://{HOST}:{server.port}/", sender)
        wrong = post(f"https://other.example:{server.port}/", sender)

    assert (right.outcome, wrong.outcome) == (Outcome.DELIVERED, Outcome.UNTRUSTED)
    assert resolver.asked == asked_for == [HOST, "other.example"]
    assert [got.headers["host"] for got in server.got] == [f"{HOST}:{server.port}"]


def test_a_certificate_that_nobody_signed_is_not_trusted(certificate: Path) -> None:
    served = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    served.load_cert_chain(certificate)
    sender = HttpSender(Guard({HOST}, resolve=Resolver()))
    with receiver(context=served) as server:
        answer = post(f"https://{HOST}:{server.port}/", sender)

    assert answer == Answer(outcome=Outcome.UNTRUSTED)
    assert server.got == []


@pytest.mark.parametrize("url", ["https://nowhere.invalid/", f"https://{'a' * 70}.example/"])
def test_a_host_without_an_address_is_unreachable(url: str) -> None:
    assert post(url) == Answer(outcome=Outcome.UNREACHABLE)


def test_a_port_where_nobody_listens_is_unreachable() -> None:
    with receiver() as server:
        url = server.url

    assert post(url) == Answer(outcome=Outcome.UNREACHABLE)


@contextmanager
def saying(said: bytes, again: bytes = b"") -> Iterator[str]:
    """A receiver of few words, which repeats `again` until it is cut off."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.settimeout(0.02)
                connection.sendall(said)
                while True:
                    try:
                        if again:
                            connection.sendall(again)
                        if not connection.recv(65536):
                            return
                    except TimeoutError:
                        continue
                    except OSError:
                        return

        thread = Thread(target=serve)
        thread.start()
        yield f"127.0.0.1:{listening.getsockname()[1]}"
        thread.join()


@pytest.mark.parametrize(
    ("said", "again"),
    [(b"", b""), (b"HTTP/1.1 2", b"0"), (b"", b"HTTP/1.1 100 Continue\r\n\r\n")],
)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_who_is_silent_or_drips_is_cut_off(scheme: str, said: bytes, again: bytes) -> None:
    if scheme == "https":
        said, again = b"\x16\x03\x03\x40\x00", again[:1]  # a handshake that never ends
    with saying(said, again) as place:
        answer = post(f"{scheme}://{place}/", HttpSender(LOOPBACK, total_s=0.3))

    assert answer.outcome in (Outcome.TIMED_OUT, Outcome.UNREACHABLE)


def test_an_endless_body_is_not_read() -> None:
    with saying(b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 60_000) as place:
        answer = post(f"http://{place}/")

    assert answer == Answer(outcome=Outcome.DELIVERED, status=200)


def test_nonsense_is_no_answer() -> None:
    with saying(b"SSH-2.0-OpenSSH_9.2\r\n") as place:
        assert post(f"http://{place}/") == Answer(outcome=Outcome.UNREACHABLE)
