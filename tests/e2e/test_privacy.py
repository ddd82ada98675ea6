"""Ten thousand scores: the worker does not grow, and neither log nor metrics hold a word."""

import statistics
import urllib.request
from pathlib import Path

import psutil
import pytest

from tests.e2e.server import environment, free_port, get, start, wait_until_ready
from tests.e2e.test_workers import linear

WORDS = ("hemlighuset", "Ingegerdsdotter", "planteringsord", "19850412-1234")
BATCHES, ITEMS = 40, 250
TOLERANCE_MB = 15
"""Between the medians of the second and the last quarter."""


def make_batch(number: int) -> dict[str, object]:
    word = WORDS[number % len(WORDS)]
    item = {"customer_message": f"Var är {word}?", "channel": "chat"}
    items: list[object] = [
        item | {"reply": f"Hej {word}! Ärende {number}-{i} är klart."} for i in range(ITEMS - 2)
    ]
    return {"items": [*items, {"reply": f"{word}\u0007"}, {"reply": word, "channel": word}]}


@pytest.mark.slow
def test_ten_thousand_scores_leave_no_word_and_no_memory_behind(tmp_path: Path) -> None:
    port, log = free_port(), tmp_path / "log"
    url = f"http://127.0.0.1:{port}"
    resident_mb: list[float] = []
    with start(environment(tmp_path, port, linear()), log) as running:
        wait_until_ready(running, port, log)
        (worker,) = psutil.Process(running.pid).children()
        for number in range(BATCHES):
            status, _ = get(f"{url}/v1/score/batch", make_batch(number))
            assert status == 200
            resident_mb.append(worker.memory_info().rss / 2**20)
        with urllib.request.urlopen(f"{url}/metrics", timeout=20) as response:
            metrics = response.read().decode()

    quarter = BATCHES // 4
    warm, late = resident_mb[quarter : 2 * quarter], resident_mb[-quarter:]
    print(f"resident: {statistics.median(warm):.0f} MB, then {statistics.median(late):.0f} MB")
    assert statistics.median(late) < statistics.median(warm) + TOLERANCE_MB
    written = log.read_text("utf-8")
    assert written.count('"route": "/v1/score/batch"') == BATCHES
    for word in WORDS:
        assert word not in written + metrics
    assert not any(word.encode() in p.read_bytes() for p in tmp_path.iterdir() for word in WORDS)
