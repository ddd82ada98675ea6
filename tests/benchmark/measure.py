"""What is done to each server, in rounds: A B C, A B C, A B C, so that a slow minute hits all."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from model import Reply
from tests.benchmark.load import AnswerError, Sample, drive
from tests.benchmark.servers import (
    CONTENDERS,
    OWN_CORE,
    TONFALL,
    Contender,
    Running,
    Server,
    ServerError,
    on_core,
    run,
)
from tests.benchmark.texts import batch, dealt, typed

ALONE, SATURATED, BATCH = "one at a time", "4 without pauses", "batch"
BATCH_SIZE = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How much is measured; the whole takes five to six minutes on a quiet machine."""

    rounds: int = 3
    turns: int = 2
    """How often the replies go around, one at a time and without pauses."""
    pause_s: float = 0.4
    steps: Mapping[int, int] = field(default_factory=lambda: {1: 16, 4: 6, 16: 5})
    """Requests of a writer, by how many write at a time."""


QUICK = Plan(rounds=1, turns=1, pause_s=0.1, steps={1: 3, 4: 2, 16: 1})


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """Everything that was measured: samples by contender and load, and what a server took."""

    samples: dict[str, dict[str, list[Sample]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(list))
    )
    start_s: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    memory_mb: dict[str, list[tuple[float, float]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    not_run: dict[str, str] = field(default_factory=dict)


def interleaved(servers: Sequence[Server], rounds: int) -> list[Server]:
    """Every server once in each round, always in the same order."""
    return [server for _ in range(rounds) for server in servers]


def measure(
    plan: Plan,
    replies: Sequence[Reply],
    folder: Path,
    contenders: Sequence[Contender] = CONTENDERS,
) -> Measured:
    """Visit every server in every round; one that fails is named, and left out from then on."""
    found = Measured()
    servers = list(dict.fromkeys(c.server for c in contenders))
    for server in interleaved(servers, plan.rounds):
        if server.name in found.not_run:
            continue
        try:
            with run(server, folder) as running, on_core(OWN_CORE):
                _visit([c for c in contenders if c.server is server], running, plan, replies, found)
        except (ServerError, AnswerError, OSError) as error:
            found.not_run[server.name] = str(error)
    return found


def _visit(
    contenders: Sequence[Contender],
    running: Running,
    plan: Plan,
    replies: Sequence[Reply],
    found: Measured,
) -> None:
    server = contenders[0].server
    found.start_s[server.name].append(running.start_s)
    for contender in contenders:
        for name, sample in _loads(contender, running, plan, replies):
            found.samples[contender.name][name].append(sample)
    if server is TONFALL:
        requests = [[batch(replies, BATCH_SIZE)] * plan.turns]
        sample = drive(running.port, requests, path="/v1/score/batch")
        found.samples[server.name][BATCH].append(sample)
    found.memory_mb[server.name].append(running.memory_mb())


def _loads(
    contender: Contender, running: Running, plan: Plan, replies: Sequence[Reply]
) -> Iterator[tuple[str, Sample]]:
    asks = contender.asks
    drive(running.port, dealt(replies, 1, asks))  # warm-up
    before = running.model_ms() if contender.server.measures_model else None
    sample = drive(running.port, dealt(list(replies) * plan.turns, 1, asks))
    if before is not None:
        sample = replace(sample, model_ms=running.model_ms() - before)
    yield ALONE, sample
    for writers, steps in plan.steps.items():
        sent = typed(replies[:writers], steps, asks)
        yield f"{writers} writing", drive(running.port, sent, pause_s=plan.pause_s)
    yield SATURATED, drive(running.port, dealt(list(replies) * plan.turns, 4, asks))
