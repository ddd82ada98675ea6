"""Start the real server on a loopback port, for tests."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from model import BUNDLED


def environment(folder: Path, port: int, artifact: Path = BUNDLED) -> dict[str, str]:
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("TONFALL_")}
    return inherited | {
        "TONFALL_PORT": str(port),
        "TONFALL_KEYS_FILE": str(folder / "keys.json"),
        "TONFALL_DATABASE_URL": f"sqlite:///{folder / 'tonfall.db'}",
        "TONFALL_ARTIFACT_DIR": str(artifact),
        "TONFALL_RATE_LIMIT": "",
    }


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port: int = s.getsockname()[1]
        return port


def get(url: str, body: object = None) -> tuple[int, dict[str, object]]:
    request = urllib.request.Request(url, headers={"Content-Type": "application/json"})
    if body is not None:
        request.data = json.dumps(body).encode()
    with urllib.request.urlopen(request, timeout=20) as response:
        return response.status, json.loads(response.read())


@contextmanager
def start(env: dict[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run `tonfall serve` until the block ends, then stop it as an operator would."""
    with log.open("wb") as out:
        running = subprocess.Popen(
            [sys.executable, "-m", "service", "serve"], env=env, stdout=out, stderr=out
        )
    try:
        yield running
    finally:
        if running.poll() is None:
            running.send_signal(signal.SIGTERM)
        running.wait(40)


def wait_until_ready(running: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            assert get(f"http://127.0.0.1:{port}/health/ready")[0] == 200
            return
        except OSError:
            assert running.poll() is None, log.read_text("utf-8")
            assert time.monotonic() < deadline, "the server was not ready after a minute"
            time.sleep(0.05)
