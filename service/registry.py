"""The scorers that a process serves: the store's current version, and versions that requests pin.

A promotion is taken while requests run: a thread sees the store's pointer change, loads and warms
the new version, and replaces one reference. Whoever holds the old scorer finishes with it.
"""

import time
from collections.abc import Callable
from math import inf
from pathlib import Path
from threading import Lock, Thread

from structlog.typing import FilteringBoundLogger

from model import LANGUAGES, RUBRIC_VERSION, ArtifactError, ModelError, Reply, Scorer, load_scorer
from model.artifact import Manifest, read_manifest
from model.store import Store, is_store

_WARM_UP = "Hej! Paketet kommer i morgon före kl. 12. Hör av dig om något är oklart."
_POLL_S = 1.0
RETRY_S = 30.0
"""A version that could not be loaded is tried again after as long."""
PINNED_S = 600.0
"""A version that no request pinned for as long is let go."""


class UnknownVersionError(Exception):
    """A version that no request can pin; `known` are those that can be."""

    def __init__(self, known: tuple[str, ...]) -> None:
        super().__init__(f"there are {', '.join(known)}")
        self.known = known


class ScorerRegistry:
    """The current scorer and at most `most_pinned` others. Safe to share between threads.

    `folder` is a store or a single artifact; a `scorer` that is given is served alone instead.
    `problem` says why what was promoted is not served.
    """

    def __init__(
        self,
        folder: Path,
        log: FilteringBoundLogger,
        *,
        scorer: Scorer | None = None,
        most_pinned: int = 2,
        load: Callable[[Path], Scorer] = load_scorer,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.store = Store(folder) if scorer is None and is_store(folder) else None
        self.problem: str | None = None
        self._log, self._load, self._clock = log, load, clock
        self._most_pinned = most_pinned
        self._changing = Lock()
        self._pinned: dict[str, Scorer] = {}
        self._asked_at: dict[str, float] = {}
        self._failed: tuple[str, float] | None = None
        if self.store:
            self._current = self._version(self.store, self.store.current().version)
        else:
            self._current = _warm(scorer or load(folder))
            self._alone = _given(self._current) if scorer else read_manifest(folder)

    @property
    def current(self) -> Scorer:
        """The scorer for requests that pin none; take it once a request."""
        return self._current

    def find(self, version: str) -> Scorer:
        """The scorer of a version that a request pins, loaded if need be."""
        current = self._current
        scorer = current if version == current.version else self._pinned.get(version)
        if scorer is None:
            scorer = self._pin(version)
        self._asked_at[version] = self._clock()
        return scorer

    def versions(self) -> tuple[str, ...]:
        """Every version that a request may pin."""
        return self.store.versions() if self.store else (self._current.version,)

    def is_loaded(self, version: str) -> bool:
        """True for a version in memory."""
        return version == self._current.version or version in self._pinned

    def manifest(self, version: str) -> Manifest:
        """What one of the versions is."""
        return read_manifest(self.store.artifact(version)) if self.store else self._alone

    def watch(self, on_switch: Callable[[str], None]) -> None:
        """Follow the store from a thread of its own; `on_switch` hears each new version."""
        if self.store:
            Thread(target=self._watch, args=(on_switch,), name="store", daemon=True).start()

    def refresh(self) -> bool:
        """Serve what the store names now; True where that replaced the current scorer.

        Whatever is wrong with a new version, the old one goes on.
        """
        self._let_go()
        wanted = self._wanted()
        if self.store is None or wanted is None or self._failed_lately(wanted):
            return False
        with self._changing:
            try:
                scorer = self._pinned.get(wanted) or self._version(self.store, wanted)
            except Exception as error:  # an artifact can fail in any way; the watch must survive it
                self._failed = (wanted, self._clock())
                self._report(f"{wanted} was promoted and cannot be loaded", error)
                return False
            old = self._current
            self._pinned[old.version] = old
            self._current, self.problem = scorer, None
            self._pinned.pop(wanted, None)
        self._let_go()
        self._log.info("promotion_served", version=wanted, previous=old.version)
        return True

    def _watch(self, on_switch: Callable[[str], None]) -> None:
        while True:
            time.sleep(_POLL_S)
            if self.refresh():
                on_switch(self._current.version)

    def _wanted(self) -> str | None:
        """The version that the store names, where it is not the one served."""
        if self.store is None:
            return None
        try:
            version = self.store.current().version
        except ModelError as error:
            self._report("the store's current version cannot be read", error)
            return None
        if version == self._current.version:
            self.problem = None
            return None
        return version

    def _failed_lately(self, version: str) -> bool:
        if self._failed is None or self._failed[0] != version:
            return False
        return self._clock() - self._failed[1] < RETRY_S

    def _report(self, problem: str, error: Exception) -> None:
        """Log a problem once; the class alone where a message could hold anything."""
        if problem != self.problem:
            detail = str(error) if isinstance(error, ModelError) else error.__class__.__qualname__
            self._log.error("promotion_not_served", problem=problem, detail=detail)
        self.problem = problem

    def _pin(self, version: str) -> Scorer:
        known = self.versions()
        if self.store is None or version not in known:
            raise UnknownVersionError(known)
        with self._changing:
            if version == self._current.version:
                return self._current
            try:
                scorer = self._pinned.get(version) or self._version(self.store, version)
            except ModelError as error:
                self._log.error("pinned_version_not_served", detail=str(error))
                raise UnknownVersionError(tuple(v for v in known if v != version)) from error
            self._pinned[version] = scorer
            self._asked_at[version] = self._clock()
        self._let_go()
        return scorer

    def _version(self, store: Store, version: str) -> Scorer:
        """Load and warm a version of the store."""
        folder = store.artifact(version)
        scorer = _warm(self._load(folder))
        if scorer.version != version:
            raise ArtifactError(f"{folder}: holds {scorer.version}; promote that again")
        return scorer

    def _let_go(self) -> None:
        """Drop what was not asked for lately, and what was longest ago where there are too many."""
        with self._changing:
            oldest = self._clock() - PINNED_S
            asked = {v: self._asked_at.get(v, -inf) for v in self._pinned}
            latest = sorted(asked, key=asked.__getitem__, reverse=True)
            for i, version in enumerate(latest):
                if i >= self._most_pinned or asked[version] < oldest:
                    del self._pinned[version]


def _warm(scorer: Scorer) -> Scorer:
    scorer.score([Reply(text=_WARM_UP)])
    return scorer


def _given(scorer: Scorer) -> Manifest:
    """What can be said of a scorer that came without an artifact."""
    return Manifest(
        kind="given",
        version=scorer.version,
        rubric_version=RUBRIC_VERSION,
        languages=LANGUAGES,
        trained_on={},
        recipe={},
        libraries={},
    )
