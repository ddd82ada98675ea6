"""The thread of a worker that does what nobody waits for."""

import atexit
from collections.abc import Callable, Sequence
from threading import Event, Thread

from structlog.typing import FilteringBoundLogger

Duty = Callable[[], bool]
"""Does one piece of work; False where there was none."""
_POLL_S = 5.0
_STOP_S = 20.0


class Courier:
    """Does its duties until the process ends; the one at hand is then finished."""

    def __init__(self, duties: Sequence[Duty], log: FilteringBoundLogger) -> None:
        self._duties, self._log = duties, log
        self._stopped = Event()
        self._troubles: dict[Duty, str] = {}
        self._thread = Thread(target=self._run, name="courier", daemon=True)

    def start(self) -> None:
        """Begin; after a fork, since a thread does not survive one."""
        self._thread.start()
        atexit.register(self.stop)

    def stop(self) -> None:
        """Finish what is at hand."""
        self._stopped.set()
        self._thread.join(_STOP_S)

    def _run(self) -> None:
        while not self._stopped.is_set():
            if not self.round():
                self._stopped.wait(_POLL_S)

    def round(self) -> bool:
        """Do each duty once; False where nothing was left to do, or could be done."""
        return sum(self._do(duty) for duty in self._duties) > 0

    def _do(self, duty: Duty) -> bool:
        try:
            was_busy = duty()
        except Exception as error:  # the database is away, say; the thread must outlive it
            trouble = error.__class__.__name__  # never the message: it may hold anything
            if trouble != self._troubles.get(duty):
                self._log.warning("courier_in_trouble", fault=trouble)
            self._troubles[duty] = trouble
            return False
        self._troubles.pop(duty, None)
        return was_busy
