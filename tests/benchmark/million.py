"""`python -m tests.benchmark.million`: what a million stored replies cost.

Fills an empty database (`--database`, else SQLite in `--folder`) unless it holds replies already,
then measures each page of the workbench, a draw, and an import. With `--store` the figures are
written to million.json and README.md.
"""

import json
import statistics
import time
from argparse import ArgumentParser
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import psutil
from flask import Flask
from flask.testing import FlaskClient
from rich.console import Console
from rich.table import Table
from sqlalchemy import delete, func, select

from service import create_app
from service.candidates import Period
from service.plan import Plan
from service.sampling import draw
from service.storage.database import Database
from service.storage.plans import PlanRepository, Scope
from service.storage.samples import SampleRepository
from service.storage.sessions import SessionRepository
from service.storage.tables import ReplyRow
from service.storage.workbench_tables import DrawRow, PlanRow
from service.workbench.site import SESSION
from tests.benchmark.import_rate import import_rates
from tests.benchmark.results import hardware
from tests.benchmark.stock import MONTHS, NOW, fill, month_of
from tests.builders import make_settings
from tests.fakes import FakeScorer
from training.markdown import table, write_between

FOLDER = Path(__file__).parent
STORED = FOLDER / "million.json"
BEGIN, END = "<!-- million: written by tests.benchmark.million -->", "<!-- end of million -->"
BUDGET = 2_000
_WHOLE = f"start={month_of(0):%Y-%m-%d}&end=2026-10-31"
PAGES = {
    "queue": "/queue",
    "queue, filtered": "/queue?arm=calibration&language=sv",
    "review": "/review/next",
    "calibration": "/calibration",
    "disputes": "/disputes",
    "plans": "/plans",
    "plan, form": "/plans/new",
    "report, 3 months by agent": "/reports",
    "report, 3 months by language": "/reports?by=language",
    "report, one team by agent": "/reports?team=team-03",
    "report, 2 years of one team": f"/reports?team=team-03&{_WHOLE}",
    "report, 2 years by agent": f"/reports?{_WHOLE}",
    "report, 2 years by channel": f"/reports?by=channel&{_WHOLE}",
    "audit": "/audit",
    "audit, page 50": "/audit?page=50",
    "audit, one actor": "/audit?actor=r07",
    "users": "/users",
}


Run = dict[str, Any]
"""The figures of one database, as they are stored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Time:
    """Medians of one thing: seconds on the clock, and of this process's processors."""

    wall: float
    cpu: float


def main() -> None:
    """Read the command line, measure, print."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--replies", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path, default=Path("runs/million"))
    parser.add_argument("--database", help="URL; default: SQLite in the folder")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--store", action="store_true", help="write million.json and README.md")
    asked = parser.parse_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    url = asked.database or f"sqlite:///{asked.folder / 'million.db'}"
    found = _measure(Database(url), url, asked.folder, asked.replies, asked.rounds)
    _print(found)
    if asked.store:
        _store(found)


def _measure(database: Database, url: str, folder: Path, replies: int, rounds: int) -> Run:
    database.migrate()
    if not (stored := _replies(database)):
        fill(database, replies)
        stored = _replies(database)
    settings = replace(make_settings(folder), database_url=url)
    app = create_app(settings, scorer=FakeScorer(), log_stream=StringIO())
    app.extensions["now"] = lambda: NOW
    admin = _browser(app, "admin")
    times = {name: _time(lambda p=path: _get(admin, p), rounds) for name, path in PAGES.items()}  # type: ignore[misc]
    lead = _browser(app, "lead03")
    times["report, 3 months, to a lead"] = _time(lambda: _get(lead, "/reports"), rounds)
    for months in (1, MONTHS):
        name = f"drawing {BUDGET:,} from {months} months"
        times[name] = _time(lambda m=months: _draw(database, m), min(rounds, 3))  # type: ignore[misc]
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "hardware": hardware(),
        "load": psutil.getloadavg()[1] / (psutil.cpu_count() or 1),
        "database": database.open().dialect.name,
        "replies": stored,
        "times": {name: asdict(found) for name, found in times.items()},
        "rates": import_rates(min(rounds, 3)),
    }


def _replies(database: Database) -> int:
    with database.reading() as db:
        return db.scalar(select(func.count()).select_from(ReplyRow)) or 0


def _browser(app: Flask, user: str) -> FlaskClient:
    client = app.test_client()
    token = SessionRepository(app.extensions["database"]).open(user, now=NOW)
    client.set_cookie(SESSION, token, path="/workbench")
    return client


def _get(client: FlaskClient, path: str) -> str:
    answer = client.get(f"/workbench{path}", follow_redirects=True)
    if answer.status_code != 200:
        raise RuntimeError(f"{path}: {answer.status_code}")
    return answer.get_data(as_text=True)


def _draw(database: Database, months: int) -> None:
    """Draw a plan as its page does, keep it, and take it back."""
    period = Period(start=month_of(MONTHS - months), end=NOW)
    plan = Plan(period=period, budget=BUDGET, seed=7)
    drawn = draw(SampleRepository(database).candidates(period, Scope()), plan)
    plan_id = PlanRepository(database).add(
        "trial", plan, Scope(), drawn, reviewers=["r00", "r01"], created_by="admin", now=NOW
    )
    with database.writing() as db:
        db.execute(delete(DrawRow).where(DrawRow.plan == plan_id))
        db.execute(delete(PlanRow).where(PlanRow.id == plan_id))


def _time(work: Callable[[], object], rounds: int) -> Time:
    """After one round to warm up."""
    work()
    walls, cpus = list[float](), list[float]()
    for _ in range(rounds):
        wall, cpu = time.perf_counter(), time.process_time()
        work()
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
    return Time(wall=statistics.median(walls), cpu=statistics.median(cpus))


def _print(found: Run) -> None:
    shown = Table("what", "s", "of it processor, s", title=_told(found), title_justify="left")
    for row in _rows(found):
        shown.add_row(*row)
    for name, rate in found["rates"].items():
        shown.add_row(name, *(f"{n} {value:,.1f}" for n, value in rate.items()))
    Console().print(shown)


def _store(found: Run) -> None:
    """Keep the figures beside those of the other database."""
    runs = json.loads(STORED.read_text("utf-8")) if STORED.exists() else {}
    runs[found["database"]] = found
    STORED.write_text(json.dumps(runs, indent=1) + "\n", "utf-8")
    parts = [
        f"{_told(run)}\n\n{table(['', 'seconds', 'of it processor'], _rows(run))}\n\n"
        + table(["", "replies/s", "processor ms a reply"], _rates(run))
        for run in runs.values()
    ]
    write_between(FOLDER / "README.md", BEGIN, END, "\n\n".join(parts))


def _rates(run: Run) -> list[list[str]]:
    return [[name, *(f"{value:,.1f}" for value in r.values())] for name, r in run["rates"].items()]


def _told(run: Run) -> str:
    return (
        f"{run['database']}, {run['replies']:,} replies; {run['date']}, {run['hardware']}, "
        f"{run['load']:.1f} processes wanting each core meanwhile"
    )


def _rows(run: Run) -> list[list[str]]:
    return [
        [name, f"{seconds['wall']:.2f}", f"{seconds['cpu']:.2f}"]
        for name, seconds in run["times"].items()
    ]


if __name__ == "__main__":
    main()
