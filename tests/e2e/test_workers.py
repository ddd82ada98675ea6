"""A real server with two workers, one of which dies, and its stop while requests run."""

import os
import signal
import time
import urllib.error
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPException
from pathlib import Path
from threading import Event, Lock, Thread

import psutil
import pytest

from model import BUNDLED
from model.store import Store
from tests.e2e.server import environment, free_port, get, start, wait_until_ready

CLIENTS = 16
THREADS = 4
"""Of a worker: the most requests that it can hold."""


def linear() -> Path:
    """The fast scorer that ships."""
    store = Store(BUNDLED)
    return next(store.artifact(v) for v in store.versions() if v.startswith("linear"))


class Load:
    """Scores from many clients without a pause; remembers when each request began and how it
    ended.
    """

    def __init__(self, url: str) -> None:
        self.ended: list[tuple[float, bool]] = []
        self._url, self._stopped, self._lock = url, Event(), Lock()

    @contextmanager
    def running(self) -> Iterator[None]:
        threads = [Thread(target=self._send, daemon=True) for _ in range(CLIENTS)]
        for thread in threads:
            thread.start()
        yield
        self._stopped.set()
        for thread in threads:
            thread.join(30)
            assert not thread.is_alive()

    def _send(self) -> None:
        deadline = time.monotonic() + 90  # so that a failed test leaves no load behind
        while not self._stopped.is_set() and time.monotonic() < deadline:
            began = time.monotonic()
            try:
                is_scored = get(f"{self._url}/v1/score", {"reply": "Hej! Det är klart."})[0] == 200
            except (OSError, HTTPException):
                is_scored = False
            with self._lock:
                self.ended.append((began, is_scored))

    def wait_for(self, requests: int) -> None:
        goal, deadline = len(self.ended) + requests, time.monotonic() + 60
        while len(self.ended) < goal:
            assert time.monotonic() < deadline, f"no {requests} requests in a minute"
            time.sleep(0.02)


@pytest.mark.slow
def test_a_worker_that_is_killed_costs_the_requests_it_held_and_no_later_one(
    tmp_path: Path,
) -> None:
    port, log = free_port(), tmp_path / "log"
    workers = {"TONFALL_WORKERS": "2", "TONFALL_THREADS": str(THREADS)}
    env = environment(tmp_path, port, linear()) | workers
    load = Load(f"http://127.0.0.1:{port}")
    with start(env, log) as running:
        wait_until_ready(running, port, log)
        with load.running():
            load.wait_for(200)
            victim, *_ = psutil.Process(running.pid).children()
            victim.kill()
            killed = time.monotonic()
            load.wait_for(400)

    failed = [began for began, is_scored in load.ended if not is_scored]
    assert [began for began in failed if began > killed] == []
    assert len(failed) <= CLIENTS, "each client can have had one request with the worker"
    assert running.returncode == 0


@pytest.mark.slow
def test_a_stop_lets_a_request_at_hand_finish(tmp_path: Path) -> None:
    port, log = free_port(), tmp_path / "log"
    url = f"http://127.0.0.1:{port}/v1/score/batch"
    items = [{"reply": f"Hej! Ärende {i} är klart. " * 100} for i in range(256)]
    answers: list[int] = []
    with start(environment(tmp_path, port, linear()), log) as running:
        wait_until_ready(running, port, log)
        client = Thread(target=lambda: answers.append(get(url, {"items": items})[0]))
        client.start()
        wait_until_busy(running.pid)
        os.kill(running.pid, signal.SIGTERM)
        client.join(40)

    assert answers == [200]
    assert running.returncode == 0
    with pytest.raises(urllib.error.URLError):
        get(url, {"items": items[:1]})


def wait_until_busy(master: int) -> None:
    """Until the worker uses the processor: the request is there, and not yet answered."""
    (worker,) = psutil.Process(master).children()
    before, deadline = worker.cpu_times().user, time.monotonic() + 30
    while worker.cpu_times().user < before + 0.1:
        assert time.monotonic() < deadline, "the worker never began"
        time.sleep(0.01)
