"""A real server under steady load while versions are promoted, pinned and rolled back."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread

import pytest

from model.artifact import write_artifact
from model.store import Store, is_store
from tests.builders import make_artifact, make_manifest
from tests.e2e.server import environment, free_port, get, start, wait_until_ready
from training.promote import Trial, promote, rollback

LATENTS = {"low-1": -2.0, "high-2": 2.0}
IN_A_ROW = 40
"""As many answers with one version, and every worker serves it."""


class Load:
    """Sends replies without a pause, every other one pinned to low-1; remembers every answer."""

    def __init__(self, url: str) -> None:
        self.plain: list[tuple[str, float]] = []
        self.pinned: list[tuple[str, float]] = []
        self.failures: list[str] = []
        self._url = url
        self._stopped = Event()

    @contextmanager
    def running(self, clients: int = 3) -> Iterator[None]:
        threads = [Thread(target=self._send, daemon=True) for _ in range(clients)]
        for thread in threads:
            thread.start()
        yield
        self._stopped.set()
        for thread in threads:
            thread.join(30)
            assert not thread.is_alive()

    def serves(self, version: str) -> bool:
        latest = self.plain[-IN_A_ROW:]
        return len(latest) == IN_A_ROW and {found for found, _ in latest} == {version}

    def _send(self) -> None:
        deadline = time.monotonic() + 120  # so that a failed test leaves no load behind
        while not self._stopped.is_set() and time.monotonic() < deadline:
            for pin, answers in ((None, self.plain), ("low-1", self.pinned)):
                try:
                    _, body = get(f"{self._url}/v1/score", {"reply": "Hej!", "model": pin})
                    answers.append((str(body["model_version"]), clarity(body)))
                except Exception as error:
                    self.failures.append(repr(error))


def clarity(body: dict[str, object]) -> float:
    scores = body["scores"]
    assert isinstance(scores, dict)
    return float(scores["clarity"]["value"])


def put(store: Path, version: str) -> None:
    artifact = store.parent / version
    if version in LATENTS:
        make_artifact(artifact, version, LATENTS[version])
    else:
        write_artifact(artifact, make_manifest(version), {})  # sound, and no scorer
    previous = Store(store).current().version if is_store(store) else None
    trial = Trial(version=version, previous=previous, failed=())
    promote(artifact, trial, store, by="Anna", now=datetime.now(UTC))


def wait_for(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, f"not within a minute: {what}"
        time.sleep(0.05)


@pytest.mark.slow
def test_a_running_service_takes_promotions_and_rollbacks_without_losing_a_request(
    tmp_path: Path,
) -> None:
    store, port, log = tmp_path / "store", free_port(), tmp_path / "log"
    put(store, "low-1")
    url = f"http://127.0.0.1:{port}"
    env = environment(tmp_path, port, store) | {"TONFALL_WORKERS": "2"}
    load = Load(url)
    with start(env, log) as running:
        wait_until_ready(running, port, log)
        with load.running():
            wait_for(lambda: load.serves("low-1"), "the first version")
            put(store, "high-2")
            wait_for(lambda: load.serves("high-2"), "the second version")

            put(store, "broken-3")
            wait_for(lambda: "problem" in get(f"{url}/health/ready")[1], "the problem")
            assert get(f"{url}/health/ready")[1]["model_version"] == "high-2"

            for version in ("high-2", "low-1"):
                rollback(store, by="Anna", now=datetime.now(UTC))
                wait_for(lambda v=version: load.serves(v), version)  # type: ignore[misc]

    assert load.failures == []
    assert running.returncode == 0
    assert {version for version, _ in load.plain} == {"low-1", "high-2"}
    assert len(set(load.plain)) == 2, "a version gave the same reply two scores"
    assert set(load.pinned) == {found for found in load.plain if found[0] == "low-1"}
    assert '"problem": "broken-3 was promoted and cannot be loaded"' in log.read_text("utf-8")
