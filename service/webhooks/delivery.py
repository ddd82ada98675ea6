"""Send what is due, one delivery at a time."""

from collections.abc import Callable
from datetime import UTC, datetime
from random import SystemRandom

from structlog.typing import FilteringBoundLogger

from service.storage.deliveries import Claim, DeliveryRepository, State
from service.storage.endpoints import Endpoint
from service.telemetry import Metrics
from service.webhooks.notices import Answer
from service.webhooks.retries import wait
from service.webhooks.sending import Send
from service.webhooks.signing import signed_headers


class Deliverer:
    """Sends deliveries from the outbox and keeps what came of them."""

    def __init__(
        self,
        deliveries: DeliveryRepository,
        send: Send,
        metrics: Metrics,
        log: FilteringBoundLogger,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        jitter: Callable[[], float] = lambda: SystemRandom().uniform(-1, 1),
    ) -> None:
        self._deliveries, self._send = deliveries, send
        self._metrics, self._log = metrics, log
        self._now, self._jitter = now, jitter

    def deliver_one(self) -> bool:
        """Try the delivery that has been due the longest; False where none is."""
        claim = self._deliveries.claim(now=self._now())
        if claim is None:
            return False
        answer = send_signed(self._send, claim.endpoint, claim.id, claim.payload, at=self._now())
        state = self._deliveries.settle(
            claim, answer, now=self._now(), retry_in=wait(claim.attempts, self._jitter())
        )
        self._tell(claim, answer, state)
        return True

    def _tell(self, claim: Claim, answer: Answer, state: State | None) -> None:
        self._metrics.webhook_attempts.labels(answer.outcome).inc()
        if state is State.GIVEN_UP:
            self._metrics.webhooks_given_up.inc()
        if state is not State.DELIVERED:
            self._log.warning(
                "webhook_failed",
                delivery=claim.id,
                endpoint=claim.endpoint.id,
                outcome=answer.outcome,
                status=answer.status,
                attempts=claim.attempts,
                given_up=state is State.GIVEN_UP,
            )


def send_signed(
    send: Send, endpoint: Endpoint, message_id: str, body: str, *, at: datetime
) -> Answer:
    """One attempt, signed at its own time with every secret that holds."""
    headers = signed_headers(message_id, body, endpoint.secrets, at)
    headers |= {"Content-Type": "application/json", "User-Agent": "Tonfall"}
    return send(endpoint.url, body, headers)
