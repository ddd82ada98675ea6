"""The outbox, on both databases, with a sender that answers as a test says."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest

from service.storage.audit import AuditRepository
from service.storage.database import Database
from service.storage.deliveries import LEASE, Claim, DeliveryRepository, State, emit
from service.storage.endpoints import Endpoint, EndpointRepository
from service.telemetry import Metrics, make_log
from service.webhooks.delivery import Deliverer
from service.webhooks.notices import Answer, Event, Outcome
from service.webhooks.retries import JITTER, MOST_ATTEMPTS, wait
from tests.fakes import FakeSender

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
DELIVERED = Answer(outcome=Outcome.DELIVERED, status=204)
BROKEN = Answer(outcome=Outcome.NOT_ACCEPTED, status=500)
SILENT = Answer(outcome=Outcome.TIMED_OUT)
GONE = Answer(outcome=Outcome.GONE, status=410)
RETRY = timedelta(seconds=10)


class Post:
    """An outbox with a worker and a clock to move."""

    def __init__(self, database: Database, answer: Answer = DELIVERED) -> None:
        self.database, self.now = database, NOW
        self.endpoints, self.deliveries = EndpointRepository(database), DeliveryRepository(database)
        self.sender, self.metrics, self.log = FakeSender(answer), Metrics(), StringIO()
        self.worker = Deliverer(
            self.deliveries,
            self.sender,
            self.metrics,
            make_log("info", self.log),
            now=lambda: self.now,
            jitter=lambda: 0.0,
        )

    def add(self, *events: Event, url: str = "https://hook.example/") -> Endpoint:
        return self.endpoints.add(url, events or list(Event), actor="test", now=self.now)

    def tell(self, number: int = 1, event: Event = Event.SCORE_LOW) -> None:
        with self.database.writing() as db:
            emit(db, event, [{"reply": f"r-{i}"} for i in range(number)], at=self.now)

    def work(self) -> None:
        """Send until nothing is due."""
        while self.worker.deliver_one():
            pass

    def wait(self) -> bool:
        """Move the clock to the next attempt; False where there will be none."""
        due = [d.due_at for d in self.deliveries.latest(limit=100) if d.due_at]
        self.now = max(self.now, min(due, default=self.now))
        return bool(due)

    def states(self) -> list[State]:
        return [d.state for d in self.deliveries.latest(limit=100)]

    def endpoint(self, endpoint: Endpoint) -> Endpoint:
        return self.endpoints.find(endpoint.id, now=self.now)


@pytest.fixture
def post(database: Database) -> Post:
    return Post(database)


def test_every_endpoint_that_asked_is_told_once(post: Post) -> None:
    post.add(Event.SCORE_LOW, Event.DRIFT_ALARM)
    post.add(Event.SCORE_LOW, url="https://other.example/")
    post.add(Event.SAMPLE_READY)

    post.tell()
    post.work()

    assert sorted(url for url, _, _ in post.sender.sent) == [
        "https://hook.example/",
        "https://other.example/",
    ]
    assert post.sender.sent[0][1] == (
        '{"type":"score.low","timestamp":"2026-11-22T12:00:00Z","data":{"reply":"r-0"}}'
    )
    assert post.states() == [State.DELIVERED] * 2
    assert len(set(post.sender.ids)) == 2


def test_what_is_taken_back_is_not_told(post: Post) -> None:
    post.add()

    def tell_and_fail() -> None:
        with post.database.writing():
            post.tell()
            raise KeyError

    with pytest.raises(KeyError):
        tell_and_fail()
    assert post.states() == []


@pytest.mark.parametrize("answer", [BROKEN, SILENT, Answer(outcome=Outcome.FORBIDDEN)])
def test_what_failed_is_tried_again_with_the_same_id_and_a_new_time(
    post: Post, answer: Answer
) -> None:
    added = post.add()
    post.tell()
    post.sender.answer = answer
    post.work()
    assert post.states() == [State.WAITING]
    assert post.endpoint(added).failing_since == NOW

    post.sender.answer = DELIVERED
    assert post.wait()
    post.work()

    assert post.states() == [State.DELIVERED]
    first, second = (headers for _, _, headers in post.sender.sent)
    assert first["webhook-id"] == second["webhook-id"]
    assert int(second["webhook-timestamp"]) - int(first["webhook-timestamp"]) == 10
    assert post.endpoint(added).failing_since is None


def test_after_three_days_it_is_given_up_in_sight_and_the_endpoint_disabled(post: Post) -> None:
    added = post.add()
    post.sender.answer = BROKEN
    post.tell()
    post.work()
    while post.wait():
        post.work()

    (delivery,) = post.deliveries.latest(limit=10)
    assert (delivery.state, delivery.attempts) == (State.GIVEN_UP, MOST_ATTEMPTS)
    assert delivery.last_status == 500
    assert timedelta(days=3) < post.now - NOW < timedelta(days=4)
    assert post.endpoint(added).disabled_at == post.now
    assert '"given_up": true' in post.log.getvalue().splitlines()[-1]

    post.tell()
    assert len(post.states()) == 1, "a disabled endpoint is told nothing"


def test_one_delivery_that_fails_for_ever_does_not_disable_an_endpoint_that_works(
    post: Post,
) -> None:
    added = post.add()
    post.sender.answer = BROKEN
    post.tell()
    post.work()
    while post.wait():
        post.work()
        if not post.endpoint(added).disabled_at:
            fresh = claim_fresh(post)
            post.deliveries.settle(fresh, DELIVERED, now=post.now, retry_in=None)

    assert State.GIVEN_UP in post.states()
    assert post.endpoint(added).disabled_at is None


def claim_fresh(post: Post) -> Claim:
    post.tell(event=Event.SAMPLE_READY)
    claim = post.deliveries.claim(now=post.now)
    assert claim is not None
    assert claim.event == Event.SAMPLE_READY
    return claim


def test_410_disables_at_once_and_gives_up_what_was_waiting(post: Post) -> None:
    added, other = post.add(), post.add(url="https://other.example/")
    post.tell(3)
    post.sender.answer = GONE
    post.worker.deliver_one()
    gone = added if post.endpoint(added).disabled_at else other
    post.sender.answer = DELIVERED
    post.work()

    for delivery in post.deliveries.latest(limit=10):
        is_gone = delivery.endpoint == gone.id
        assert delivery.state is (State.GIVEN_UP if is_gone else State.DELIVERED)


def test_a_delivery_whose_worker_was_killed_is_sent_by_another_once_its_lease_is_over(
    post: Post,
) -> None:
    post.add()
    post.tell()
    dead = post.deliveries.claim(now=post.now)
    assert dead is not None

    post.now += LEASE - timedelta(seconds=1)
    post.work()
    assert post.sender.sent == []

    post.now += timedelta(seconds=1)
    post.work()
    assert post.sender.ids == [dead.id]
    assert post.deliveries.settle(dead, BROKEN, now=post.now, retry_in=RETRY) is None
    assert post.states() == [State.DELIVERED], "who comes too late changes nothing"


def test_workers_side_by_side_send_nothing_twice(url: str, database: Database) -> None:
    post = Post(database)
    post.add()
    post.tell(40)
    others = [Post(Database(url)) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda other: other.work(), others))
    for other in others:
        other.database.close()

    sent = [i for other in others for i in other.sender.ids]
    assert sorted(sent) == sorted(d.id for d in post.deliveries.latest(limit=100))
    assert set(post.states()) == {State.DELIVERED}


def test_workers_that_are_told_410_side_by_side_do_not_wait_for_each_other(
    url: str, database: Database
) -> None:
    post = Post(database)
    post.add()
    post.tell(12)
    claims = [post.deliveries.claim(now=NOW) for _ in range(4)]
    others = [Database(url) for _ in claims]

    def settle(claim: Claim | None, other: Database) -> State | None:
        assert claim is not None
        return DeliveryRepository(other).settle(claim, GONE, now=NOW, retry_in=RETRY)

    with ThreadPoolExecutor(4) as pool:
        ended = list(pool.map(settle, claims, others))
    for other in others:
        other.close()

    assert State.GIVEN_UP in ended
    assert set(post.states()) == {State.GIVEN_UP}


def test_an_endpoint_that_fails_keeps_no_other_waiting(post: Post) -> None:
    post.add(url="https://slow.example/")
    post.sender.answer = SILENT
    post.tell(3)
    post.worker.deliver_one()
    post.add(url="https://well.example/")
    post.sender.answer = DELIVERED
    post.tell(2)

    for _ in range(2):
        post.worker.deliver_one()

    assert [url for url, _, _ in post.sender.sent[1:]] == ["https://well.example/"] * 2


def test_an_endpoint_that_is_removed_takes_its_deliveries_along(post: Post) -> None:
    added = post.add()
    post.tell()
    claim = post.deliveries.claim(now=post.now)
    assert claim is not None

    post.endpoints.remove(added.id, actor="test", now=post.now)

    assert post.deliveries.settle(claim, DELIVERED, now=post.now, retry_in=None) is None
    assert post.states() == []


def test_during_a_rotation_both_secrets_sign(post: Post) -> None:
    first = post.add()
    second = post.endpoints.rotate(first.id, overlap=timedelta(days=1), actor="test", now=NOW)

    assert second.secrets == (second.secrets[0], first.secrets[0])
    assert second.secrets[0] not in repr(second)
    post.tell(2)
    post.worker.deliver_one()
    post.now += timedelta(days=1)
    post.worker.deliver_one()
    signatures = [headers["webhook-signature"].split() for _, _, headers in post.sender.sent]
    assert [len(s) for s in signatures] == [2, 1]


def test_what_becomes_of_endpoints_is_written_down(post: Post, database: Database) -> None:
    added = post.add()
    post.endpoints.rotate(added.id, overlap=RETRY, actor="test", now=NOW)
    post.tell()
    post.sender.answer = GONE
    post.work()
    post.endpoints.enable(added.id, actor="test", now=NOW)
    assert post.endpoint(added).disabled_at is None
    post.endpoints.remove(added.id, actor="test", now=NOW)

    assert [d.action for d in AuditRepository(database).read(subject=added.id)] == [
        "webhook.remove",
        "webhook.enable",
        "webhook.rotate",
        "webhook.add",
    ]


@pytest.mark.parametrize(
    "use",
    [
        lambda e: e.find("none", now=NOW),
        lambda e: e.enable("none", actor="test", now=NOW),
        lambda e: e.remove("none", actor="test", now=NOW),
    ],
)
def test_an_unknown_endpoint_is_a_key_error(
    post: Post, use: Callable[[EndpointRepository], object]
) -> None:
    with pytest.raises(KeyError, match="none"):
        use(post.endpoints)


def test_settled_deliveries_are_forgotten_and_others_kept(post: Post) -> None:
    post.add()
    post.tell(2)
    post.worker.deliver_one()

    post.deliveries.forget(before=NOW + RETRY)

    assert post.states() == [State.WAITING]


def test_metrics_count_outcomes_and_name_nobody(post: Post) -> None:
    added = post.add()
    post.tell(2)
    post.worker.deliver_one()
    post.sender.answer = GONE
    post.worker.deliver_one()

    values = {
        (s.name, *s.labels.values()): s.value
        for family in post.metrics.registry.collect()
        for s in family.samples
        if "webhook" in s.name and s.name.endswith("_total")
    }
    assert values == {
        ("tonfall_webhook_attempts_total", "delivered"): 1,
        ("tonfall_webhook_attempts_total", "gone"): 1,
        ("tonfall_webhooks_given_up_total",): 1,
    }
    logged = post.log.getvalue()
    assert added.id in logged
    assert not [word for word in (added.url, *added.secrets, "r-0", "r-1") if word in logged]


def test_waits_grow_to_a_day_and_add_up_to_three() -> None:
    waits = [wait(n, 0) for n in range(1, MOST_ATTEMPTS)]
    known = [w for w in waits if w is not None]

    assert len(known) == len(waits)
    assert known == sorted(known)
    assert known[0] == timedelta(seconds=10)
    assert known[-1] == timedelta(days=1)
    assert timedelta(days=3) < sum(known, timedelta()) < timedelta(days=3.3)
    assert wait(MOST_ATTEMPTS, 0) is None
    assert [wait(1, j) for j in (-1, 1)] == [RETRY * (1 - JITTER), RETRY * (1 + JITTER)]
