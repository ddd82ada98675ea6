"""Look whether a model drifts from the reviewers, once a day while there are reviews."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from structlog.typing import FilteringBoundLogger

from service.drift import watch
from service.storage.drift import Alarm, DriftRepository

EVERY = timedelta(days=1)


class DriftWatch:
    """Raises each alarm once: kept, logged, and told to the endpoints that asked for it."""

    def __init__(
        self,
        repository: DriftRepository,
        log: FilteringBoundLogger,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._repository, self._log, self._now = repository, log, now
        self._looked_at: datetime | None = None

    def look(self) -> bool:
        """Look at the versions that were reviewed since the last time; False: never in a hurry."""
        now, before = self._now(), self._looked_at
        if before is None or now - before >= EVERY:
            versions = self._repository.versions(since=before)
            self._looked_at = now
            for version in versions:
                self._look_at(version, now)
        return False

    def _look_at(self, version: str, now: datetime) -> None:
        found = self._repository.residuals(version)
        for dimension, residual in found.by_dimension.items():
            seen = watch(residual, found.weights)
            if seen.alarm_after is None:
                continue
            alarm = Alarm(
                model_version=version,
                dimension=dimension,
                raised_at=now,
                reviews=seen.alarm_after,
                low=float(seen.low[-1]),
                high=float(seen.high[-1]),
            )
            if self._repository.keep(alarm):
                self._log.warning("drift_alarm", version=version, dimension=dimension)
