"""`make demo`: fill a database of its own with a helpdesk's half year and open the workbench on it.

The database lies in build/demo/ of the checkout. Where it is there already, the demonstration goes
on with it, and with what was done in it; --fresh begins anew.
"""

import os
import shutil
import sys
import webbrowser
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from model import load_scorer
from service.storage.database import Database
from service.storage.errors import StorageError
from service.storage.plans import PlanRepository
from tests.demo.corpus import read
from tests.demo.fill import PLANS, fill, reviews
from tests.demo.plot import Plot, full
from tests.demo.staff import new_passwords
from tests.e2e.server import environment, start, wait_until_ready

FOLDER = Path(__file__).parents[2] / "build/demo"
NAME = "tonfall.db"


@click.command()
@click.option("--port", default=8090, show_default=True, help="Where to serve, on 127.0.0.1.")
@click.option("--fresh", is_flag=True, help="Begin anew: forget what was done before.")
@click.option("--no-serve", is_flag=True, help="Only fill the database.")
def main(port: int, fresh: bool, no_serve: bool) -> None:
    """Show the QA workbench with half a year of a made-up helpdesk."""
    if fresh and FOLDER.exists():
        shutil.rmtree(FOLDER)
    try:
        plot, passwords = _there() if (FOLDER / NAME).exists() else _filled()
    except StorageError as error:
        raise click.ClickException(f"{error}. --fresh begins anew") from error
    if no_serve:
        _show(plot, passwords, port)
        return
    log = FOLDER / "server.log"
    with start(environment(FOLDER, port), log) as running:
        wait_until_ready(running, port, log)
        _show(plot, passwords, port)
        if sys.platform in ("darwin", "win32") or os.environ.keys() & {
            "DISPLAY",
            "WAYLAND_DISPLAY",
        }:
            webbrowser.open(f"http://127.0.0.1:{port}/workbench/")
        try:
            running.wait()
        except KeyboardInterrupt:
            click.echo("stopped")


def _there() -> tuple[Plot, dict[str, str]]:
    """Go on with what was filled before; its last plan says how far the story went."""
    database = Database(_url(FOLDER / NAME))
    try:
        ends = [p.plan.period.end for p in PlanRepository(database).all(None)]
        return full(min(ends) + timedelta(days=150)), new_passwords(database, now=datetime.now(UTC))
    finally:
        database.close()


def _filled() -> tuple[Plot, dict[str, str]]:
    """Fill a database beside, and put it in its place when it is complete."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    now = datetime.now(UTC)
    plot, rated = full(now.replace(hour=0, minute=0, second=0, microsecond=0)), read()
    part = FOLDER / "filling.db"
    database = Database(_url(part))
    columns = (
        TextColumn("{task.description:<9}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as progress:
        totals = {"scored": len(rated), "stored": plot.replies, "reviewed": reviews(plot)}
        tasks = {step: progress.add_task(step, total=n) for step, n in totals.items()}
        passwords = fill(
            database,
            load_scorer(),
            rated,
            plot,
            now=now,
            advance=lambda step, n: progress.advance(tasks[step], n),
        )
    database.scrub()
    database.close()
    part.replace(FOLDER / NAME)
    return plot, passwords


def _show(plot: Plot, passwords: dict[str, str], port: int) -> None:
    """Who may log in where, and what there is to be found."""
    address = f"http://127.0.0.1:{port}/workbench"
    query = f"start={plot.fall.date()}&end={plot.end.date() - timedelta(days=1)}"
    look = {
        "lead": f"{address}/reports?{query}",
        "reviewer": f"{address}/queue",
        "admin": f"{address}/plans",
    }
    click.echo(f"\nThe workbench is at {address}/\n")
    for login, password in passwords.items():
        click.echo(f"  {login:<10} {password}   {look[login]}")
    click.echo(
        f"\n{len(plot.agents)} agents, {plot.replies:,} replies, {PLANS} plans, kept in "
        f"{FOLDER / NAME}\nHidden in them: the replies of {plot.falling} are colder from "
        f"{plot.fall.date()} on ({look['lead']}&team={plot.falling}), and the model overrates "
        f"{plot.flattered}.\nCtrl-C stops it; run it again to go on, with --fresh to begin anew."
    )


def _url(path: Path) -> str:
    return f"sqlite:///{path}"


if __name__ == "__main__":
    main()
