"""The servers that are compared, each started as its documentation has it, on one core."""

import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from tests.e2e.server import environment, free_port

CORES = sorted(os.sched_getaffinity(0))
SERVER_CORE, OWN_CORE = CORES[0], CORES[-1]


class ServerError(RuntimeError):
    """A server that did not start; the message ends with the last line of its log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """One program; `{port}` in its command is where it listens."""

    name: str
    command: tuple[str, ...]
    ready: str
    measures_model: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Contender:
    """A row of the table: what is asked of which server."""

    name: str
    server: Server
    asks: Mapping[str, object] = field(default_factory=dict)


TONFALL = Server(
    name="Tonfall",
    command=("service", "serve"),
    ready="/health/ready",
    measures_model=True,
)
LITSERVE = Server(
    name="LitServe", command=("tests.benchmark.in_litserve", "{port}"), ready="/health"
)
PIPELINE = Server(
    name="Flask and a transformers pipeline",
    command=(
        *("gunicorn", "--workers=1", "--worker-class=sync", "--no-control-socket"),
        *("--bind=127.0.0.1:{port}", "tests.benchmark.in_flask:create_app()"),
    ),
    ready="/health",
)
CONTENDERS = (
    Contender(name="Tonfall, scores and advice", server=TONFALL, asks={"advice": True}),
    Contender(name="Tonfall, scores alone", server=TONFALL, asks={"advice": False}),
    Contender(
        name="Tonfall, scores and evidence",
        server=TONFALL,
        asks={"advice": False, "evidence": True},
    ),
    Contender(name="LitServe, scores alone", server=LITSERVE, asks={"advice": False}),
    Contender(name="Flask and a transformers pipeline", server=PIPELINE),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A server that answers."""

    port: int
    start_s: float
    pid: int

    def memory_mb(self) -> tuple[float, float]:
        """The largest process, and all processes with what they share counted once."""
        main = psutil.Process(self.pid)
        all_of_it = [p.memory_full_info() for p in (main, *main.children(recursive=True))]
        return max(m.rss for m in all_of_it) / 1e6, sum(m.pss for m in all_of_it) / 1e6

    def model_ms(self) -> float:
        """Milliseconds spent in the model so far, as /metrics counts them."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/metrics", timeout=10) as answer:
            lines = answer.read().decode().splitlines()
        (total,) = (x for x in lines if x.startswith("tonfall_scoring_seconds_sum "))
        return float(total.partition(" ")[2]) * 1000


@contextmanager
def on_core(core: int) -> Iterator[None]:
    """Keep this process, and those it starts, on one core."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


@contextmanager
def run(server: Server, folder: Path) -> Iterator[Running]:
    """Run a server until the block ends; `folder` holds its log and what it reads."""
    port, log = free_port(), folder / f"{server.name}.log"
    command = [sys.executable, "-m", *(part.format(port=port) for part in server.command)]
    env = environment(folder, port) | {
        "BENCHMARK_FOLDER": str(folder),
        "HF_HUB_OFFLINE": "1",
        "OMP_NUM_THREADS": "1",
        "TOKENIZERS_PARALLELISM": "false",
    }
    started = time.perf_counter()
    with log.open("wb") as out, on_core(SERVER_CORE):
        process = subprocess.Popen(command, env=env, stdout=out, stderr=out, start_new_session=True)
    try:
        _wait_until_ready(process, f"http://127.0.0.1:{port}{server.ready}", log)
        yield Running(port=port, start_s=time.perf_counter() - started, pid=process.pid)
    finally:
        _stop(process)


def _wait_until_ready(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    deadline = time.monotonic() + 60
    while True:
        with suppress(OSError), urllib.request.urlopen(url, timeout=5):
            return
        if process.poll() is not None or time.monotonic() > deadline:
            last = log.read_text("utf-8").strip().rpartition("\n")[2]
            raise ServerError(f"not ready: {last or 'it said nothing'}")
        time.sleep(0.02)


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Stop the program and whatever it started."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    with suppress(subprocess.TimeoutExpired):
        process.wait(10)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
