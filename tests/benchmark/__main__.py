"""`make bench`: start the real server, measure, print a table beside the last stored result."""

import http.client
import json
import os
import platform
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import psutil
from rich.console import Console
from rich.table import Table

from model import Channel, Reply, Scorer, load_scorer
from model.language import LanguageIdentifier
from tests.benchmark.engines import engines
from tests.e2e.server import environment, free_port, start, wait_until_ready

STORED = Path(__file__).parent / "results.json"
REPLY = (
    "Hej Anna! Så tråkigt att paketet inte har kommit fram, särskilt när du behöver det till "
    "lördag. Jag har pratat med ombudet och det ligger på terminalen i Västerås sedan i går "
    "kväll. Jag har bokat om leveransen så att den kommer hem till dig på fredag mellan 17 och "
    "21, och du får ett sms en timme innan. Skulle det ändå bli fel så ring mig direkt, så "
    "skickar jag ett nytt samma dag. Vänliga hälsningar, Erik"
)
MESSAGE = "Var är mitt paket? Det skulle ha kommit i måndags och jag behöver det till lördag!"
BODY = json.dumps({"reply": REPLY, "customer_message": MESSAGE, "channel": "email"})
WARM_UP, REQUESTS = 30, 400
WRITERS = (1, 4, 16)


def main() -> None:
    """Measure everything once, show it, and keep it if TONFALL is to remember it."""
    results: dict[str, float] = {}
    scorer = load_scorer()
    reply = Reply(text=REPLY, customer_message=MESSAGE, channel=Channel.EMAIL)
    with _one_core():
        results |= _model(scorer, reply)
        results |= engines(_median_ms)
    with tempfile.TemporaryDirectory() as folder, _server(Path(folder), results) as port:
        for writers in WRITERS:
            results |= _typing(port, writers)
    before = json.loads(STORED.read_text("utf-8")) if STORED.exists() else {}
    _print(results, before)
    STORED.write_text(json.dumps({"hardware": _hardware()} | results, indent=1) + "\n", "utf-8")


def _model(scorer: Scorer, reply: Reply) -> Mapping[str, float]:
    identifier = LanguageIdentifier()
    batch = [reply] * 64
    return {
        "model, one reply, ms": _median_ms(lambda: scorer.score([reply])),
        "of it language identification, ms": _median_ms(
            lambda: identifier.identify(REPLY, MESSAGE)
        ),
        "model, batch of 64, replies/s": 64_000 / _median_ms(lambda: scorer.score(batch), 8),
    }


def _typing(port: int, writers: int) -> Mapping[str, float]:
    """p50 and p95 of one reply through HTTP while `writers` agents type at the same time."""

    def write(_: int) -> list[float]:
        connection = http.client.HTTPConnection("127.0.0.1", port)
        times = []
        for _ in range(WARM_UP + REQUESTS // writers):
            started = time.perf_counter()
            connection.request("POST", "/v1/score", BODY, {"Content-Type": "application/json"})
            assert connection.getresponse().read()
            times.append((time.perf_counter() - started) * 1000)
        connection.close()
        return times[WARM_UP:]

    started = time.perf_counter()
    with ThreadPoolExecutor(writers) as pool:
        times = sorted(t for own in pool.map(write, range(writers)) for t in own)
    seconds = time.perf_counter() - started
    name = f"HTTP, {writers} writing"
    return {
        f"{name}, p50 ms": times[len(times) // 2],
        f"{name}, p95 ms": times[int(len(times) * 0.95)],
        f"{name}, replies/s": (len(times) + WARM_UP * writers) / seconds,
    }


@contextmanager
def _server(folder: Path, results: dict[str, float]) -> Iterator[int]:
    """The real server on one core; its start and memory go into `results`."""
    port = free_port()
    started = time.perf_counter()
    with start(environment(folder, port), folder / "log", one_core=True) as running:
        wait_until_ready(running, port, folder / "log")
        results["start to ready, s"] = time.perf_counter() - started
        yield port
        workers = psutil.Process(running.pid).children(recursive=True)
        results["memory of a worker, MB"] = max(p.memory_info().rss for p in workers) / 1e6


@contextmanager
def _one_core() -> Iterator[None]:
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, cores)


def _median_ms(work: Callable[[], object], rounds: int = 200) -> float:
    times = []
    for _ in range(rounds + 3):
        started = time.perf_counter()
        work()
        times.append((time.perf_counter() - started) * 1000)
    return statistics.median(times[3:])


def _hardware() -> str:
    names = [
        line.partition(":")[2].strip()
        for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines()
        if line.startswith("model name")
    ]
    return f"{names[0] if names else platform.machine()}, {os.cpu_count()} cores"


def _print(results: Mapping[str, float], before: Mapping[str, float]) -> None:
    table = Table("what", "now", "last stored", title=_hardware(), title_justify="left")
    for name, value in results.items():
        old = before.get(name)
        table.add_row(name, f"{value:,.1f}", "–" if old is None else f"{old:,.1f}")
    Console().print(table)


if __name__ == "__main__":
    main()
