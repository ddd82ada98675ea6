"""From samples to figures: percentiles over all rounds, medians of what a round gives once."""

import math
from collections.abc import Mapping, Sequence
from statistics import median

from tests.benchmark.load import Sample
from tests.benchmark.measure import ALONE, BATCH, BATCH_SIZE, SATURATED, Measured
from tests.benchmark.servers import CONTENDERS, TONFALL, Contender

Figures = Mapping[str, float]


def percentile(values: Sequence[float], share: float) -> float:
    """The least value that at least `share` of the values do not exceed."""
    if not values:
        raise ValueError("a percentile needs at least one value")
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def latency(samples: Sequence[Sample], name: str) -> Figures:
    """p50 and p95 over all rounds."""
    times = [t for sample in samples for t in sample.times_ms]
    return {f"{name}, p50 ms": percentile(times, 0.5), f"{name}, p95 ms": percentile(times, 0.95)}


def outside_model(samples: Sequence[Sample]) -> float:
    """Percent of the clients' time that the server did not spend in the model."""
    waited = sum(t for sample in samples for t in sample.times_ms)
    return 100 * (1 - sum(sample.model_ms or 0 for sample in samples) / waited)


def throughput(samples: Sequence[Sample], replies: int = 1) -> float:
    """Replies a second in the median round; `replies` are in one request."""
    return median(len(sample.times_ms) * replies / sample.seconds for sample in samples)


def figures(found: Measured, contenders: Sequence[Contender] = CONTENDERS) -> Mapping[str, Figures]:
    """The figures of each contender that ran; those of its server are the same in each of them."""
    rows: dict[str, Figures] = {}
    for contender in contenders:
        server = contender.server.name
        if server in found.not_run:
            continue
        samples = found.samples[contender.name]
        row: dict[str, float] = {}
        for name, of in samples.items():
            if name != SATURATED:
                row |= latency(of, name)
        if contender.server.measures_model:
            row["outside the model, %"] = outside_model(samples[ALONE])
        row["replies/s"] = throughput(samples[SATURATED])
        row["start to ready, s"] = median(found.start_s[server])
        largest, whole = zip(*found.memory_mb[server], strict=True)
        row |= {"largest process, MB": max(largest), "all processes, MB": max(whole)}
        rows[contender.name] = row
    if batches := found.samples.get(TONFALL.name, {}).get(BATCH):
        rate = throughput(batches, BATCH_SIZE)
        rows[f"Tonfall, batches of {BATCH_SIZE}"] = {"replies/s": rate}
    return rows
