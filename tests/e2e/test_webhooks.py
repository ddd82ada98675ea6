"""A real server with two workers, of which one is killed while deliveries are sent."""

import os
import signal
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest
from sqlalchemy import update
from standardwebhooks import Webhook

from service.storage.database import Database
from service.storage.deliveries import DeliveryRepository, State, emit
from service.storage.endpoints import EndpointRepository
from service.storage.tables import WebhookDeliveryRow
from service.webhooks.notices import Event
from tests.e2e.server import environment, free_port, start, wait_until_ready
from tests.e2e.test_workers import linear
from tests.service.webhooks.receiver import Receiver, receiver

DELIVERIES = 80


@pytest.mark.slow
def test_a_killed_worker_loses_no_delivery_and_doubles_only_the_one_it_held(
    tmp_path: Path,
) -> None:
    port, log = free_port(), tmp_path / "log"
    env = environment(tmp_path, port, linear()) | {
        "TONFALL_WORKERS": "2",
        "TONFALL_WEBHOOK_HOSTS": "127.0.0.1",
    }
    database = Database(env["TONFALL_DATABASE_URL"])
    with receiver() as server:
        endpoint = EndpointRepository(database).add(
            server.url, list(Event), actor="test", now=datetime.now(UTC)
        )
        with start(env, log) as running:
            wait_until_ready(running, port, log)
            tell(database)
            wait_for(server, 20)
            victim, *_ = psutil.Process(running.pid).children()
            os.kill(victim.pid, signal.SIGKILL)
            wait_for_all_but(database, 1)
            end_leases(database)
            wait_for_all_but(database, 0)
        stopped = running.returncode

    ids = Counter(got.headers["webhook-id"] for got in server.got)
    assert len(ids) == DELIVERIES
    assert sum(ids.values()) <= DELIVERIES + 1
    assert Webhook(endpoint.secrets[0]).verify(server.got[0].body, server.got[0].headers)
    assert stopped == 0


def tell(database: Database) -> None:
    ids = [{"reply": f"r-{i}"} for i in range(DELIVERIES)]
    with database.writing() as db:
        emit(db, Event.SCORE_LOW, ids, at=datetime.now(UTC))


def wait_for(server: Receiver, number: int) -> None:
    deadline = time.monotonic() + 90
    while len({got.headers["webhook-id"] for got in server.got}) < number:
        assert time.monotonic() < deadline, f"{len(server.got)} came of {number}"
        time.sleep(0.01)


def end_leases(database: Database) -> None:
    """What five minutes would do."""
    now = datetime.now(UTC)
    late = update(WebhookDeliveryRow).where(WebhookDeliveryRow.due_at > now)
    with database.writing() as db:
        db.execute(late.values(due_at=now))


def wait_for_all_but(database: Database, number: int) -> None:
    """Until no more than so many are not delivered: a dead worker held one at most."""
    deadline = time.monotonic() + 90
    while (waiting := undelivered(database)) > number:
        assert time.monotonic() < deadline, f"{waiting} were not delivered"
        time.sleep(0.05)


def undelivered(database: Database) -> int:
    found = DeliveryRepository(database).latest(limit=DELIVERIES)
    return sum(d.state is not State.DELIVERED for d in found)
