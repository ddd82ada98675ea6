"""`make bench`: measure the model and the servers, show the figures beside the last stored ones,
and store them in results.json, README.md and a drawing. `--quick` tries it all and stores nothing.
"""

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.table import Table

from model import Reply, Scorer, load_scorer
from model.language import LanguageIdentifier
from tests.benchmark.engines import engines
from tests.benchmark.figures import Figures, figures
from tests.benchmark.in_flask import write_transformers_folder
from tests.benchmark.measure import BATCH_SIZE, QUICK, Plan, measure
from tests.benchmark.report import draw, markdown, write
from tests.benchmark.results import Results, flat, hardware, versions
from tests.benchmark.servers import OWN_CORE, SERVER_CORE, on_core
from tests.benchmark.texts import replies

FOLDER = Path(__file__).parent
STORED = FOLDER / "results.json"


def main(*, is_quick: bool) -> None:
    """Measure everything once, show it, and store it unless it was a trial."""
    scorer, texts = load_scorer(), replies()
    with on_core(SERVER_CORE):
        model = _model(scorer, texts, rounds=2 if is_quick else 100)
    with tempfile.TemporaryDirectory() as folder:
        write_transformers_folder(Path(folder))
        found = measure(QUICK if is_quick else Plan(), texts, Path(folder))
    results = Results(
        date=datetime.now(UTC).date().isoformat(),
        hardware=hardware(),
        cores="one for the server, "
        + ("another for the writers" if OWN_CORE != SERVER_CORE else "the same for the writers"),
        model_version=scorer.version,
        versions=versions(),
        model=model,
        servers=figures(found),
        not_run=found.not_run,
    )
    _print(results)
    if not is_quick:
        STORED.write_text(json.dumps(asdict(results), indent=1) + "\n", "utf-8")
        write(FOLDER, markdown(results), draw(results.servers))


def _model(scorer: Scorer, texts: Sequence[Reply], rounds: int) -> Figures:
    identifier, first = LanguageIdentifier(), texts[0]
    batch = [texts[i % len(texts)] for i in range(BATCH_SIZE)]
    measured = partial(_median_ms, rounds=rounds)
    return {
        "one reply, ms": measured(lambda: scorer.score([first])),
        "of it language identification, ms": measured(
            lambda: identifier.identify(first.text, first.customer_message)
        ),
        f"batches of {BATCH_SIZE}, replies/s": BATCH_SIZE
        * 1000
        / _median_ms(lambda: scorer.score(batch), max(1, rounds // 20)),
        **engines(measured),
    }


def _median_ms(work: Callable[[], object], rounds: int) -> float:
    times = []
    for _ in range(rounds + 3):
        started = time.perf_counter()
        work()
        times.append((time.perf_counter() - started) * 1000)
    return statistics.median(times[3:])


def _print(results: Results) -> None:
    before = flat(json.loads(STORED.read_text("utf-8"))) if STORED.exists() else {}
    table = Table("what", "now", "last stored", title=results.hardware, title_justify="left")
    for name, value in flat(asdict(results)).items():
        table.add_row(name, *(f"{x:,.1f}" if x else "–" for x in (value, before.get(name))))
    console = Console()
    console.print(table)
    for name, reason in results.not_run.items():
        console.print(f"not measured: {name} ({reason})", markup=False)


if __name__ == "__main__":
    main(is_quick="--quick" in sys.argv[1:])
