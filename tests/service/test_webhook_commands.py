from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from standardwebhooks import Webhook

from service.cli import main
from service.storage.database import Database
from service.storage.deliveries import DeliveryRepository, emit
from service.storage.endpoints import Endpoint, EndpointRepository
from service.webhooks.notices import Answer, Event, Outcome
from tests.service.webhooks.receiver import receiver

NOW = datetime.now(UTC)
Run = Callable[..., Result]


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'tonfall.db'}"


@pytest.fixture
def run(url: str) -> Run:
    env = {"TONFALL_DATABASE_URL": url, "TONFALL_WEBHOOK_HOSTS": "127.0.0.1", "COLUMNS": "200"}
    return lambda *arguments: CliRunner().invoke(main, ["webhook", *arguments], env=env)


def only(url: str) -> Endpoint:
    (endpoint,) = EndpointRepository(Database(url)).all(now=NOW)
    return endpoint


def test_an_endpoint_is_added_tested_rotated_and_removed(run: Run, url: str) -> None:
    with receiver() as server:
        secret = run("add", server.url, "--event", "score.low").stdout.strip()
        endpoint = only(url)
        assert "status 204" in run("test", endpoint.id).output
        new = run("rotate", endpoint.id).stdout.strip()
        run("test", endpoint.id)

    first, second = server.got
    told = Webhook(secret).verify(first.body, first.headers)
    assert (told["type"], told["data"]) == ("webhook.test", {"endpoint": endpoint.id})
    assert Webhook(secret).verify(second.body, second.headers)
    assert Webhook(new).verify(second.body, second.headers)
    listed = run("list").output
    assert endpoint.id in listed
    assert "score.low" in listed
    assert secret not in listed
    assert "told nothing" in run("remove", endpoint.id).output
    assert endpoint.id not in run("list").output


def test_a_test_that_fails_says_how_and_one_that_arrives_enables(run: Run, url: str) -> None:
    with receiver(503, 204) as server:
        run("add", server.url)
        endpoint = only(url)
        disable(url)
        assert "disabled" in run("list").output

        failed = run("test", endpoint.id)
        assert (failed.exit_code, failed.output) == (
            1,
            f"Error: webhook {endpoint.id}: not_accepted, status 503\n",
        )
        assert only(url).disabled_at
        assert run("test", endpoint.id).exit_code == 0
        assert only(url).disabled_at is None


def disable(url: str) -> None:
    database = Database(url)
    deliveries = DeliveryRepository(database)
    with database.writing() as db:
        emit(db, Event.SCORE_LOW, [{"reply": "r-1"}], at=NOW)
    claim = deliveries.claim(now=NOW)
    assert claim is not None
    gone = Answer(outcome=Outcome.GONE, status=410)
    deliveries.settle(claim, gone, now=NOW, retry_in=timedelta(days=1))


def test_deliveries_are_listed_with_what_became_of_them(run: Run, url: str) -> None:
    with receiver() as server:
        run("add", server.url)
    endpoint = only(url)
    disable(url)

    for listed in (run("deliveries").output, run("deliveries", "--endpoint", endpoint.id).output):
        assert "given up" in listed
        assert "410" in listed
    assert "given up" not in run("deliveries", "--endpoint", "other").output


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("https://10.0.0.1/", "must be named in TONFALL_WEBHOOK_HOSTS"),
        ("https://169.254.169.254/latest/", "may not be called"),
        ("hook.example", "must begin with https://"),
        ("https://nowhere.invalid/", "check its name"),
    ],
)
def test_an_address_that_could_never_be_called_is_refused_at_once(
    run: Run, address: str, message: str
) -> None:
    refused = run("add", address)

    assert refused.exit_code == 1
    assert message in refused.output


@pytest.mark.parametrize("command", ["rotate", "remove", "test"])
def test_an_unknown_endpoint_is_named(run: Run, command: str) -> None:
    refused = run(command, "nobody")

    assert refused.exit_code == 1
    assert "there is no webhook 'nobody'; 'tonfall webhook list' shows the ids" in refused.output
