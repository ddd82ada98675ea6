import json
import shutil
from collections.abc import Sequence
from io import StringIO
from pathlib import Path
from threading import Event, Thread

import pytest

from model import ArtifactError, Assessment, Reply, Scorer
from model.artifact import read_manifest, write_artifact
from model.store import POINTER, VERSIONS
from service.registry import PINNED_S, RETRY_S, ScorerRegistry, UnknownVersionError
from service.telemetry import make_log
from tests.builders import make_manifest, make_store, point_to
from tests.fakes import FakeClock, FakeScorer


class Loader:
    """Loads a fake scorer for an artifact and remembers it; some versions cannot be loaded."""

    def __init__(self) -> None:
        self.loaded: list[str] = []
        self.broken: dict[str, Exception] = {}

    def __call__(self, folder: Path) -> Scorer:
        version = read_manifest(folder).version
        if version in self.broken:
            raise self.broken[version]
        self.loaded.append(version)
        return FakeScorer(version)


class Service:
    """A registry on a store of a-1 (current), b-2, c-3 and d-4, with all that a test turns."""

    def __init__(self, folder: Path) -> None:
        self.folder = make_store(folder, "a-1", "b-2", "c-3", "d-4")
        self.load, self.clock, self.log = Loader(), FakeClock(), StringIO()
        log = make_log("info", self.log)
        self.registry = ScorerRegistry(self.folder, log, load=self.load, clock=self.clock)

    def point_to(self, version: str) -> None:
        point_to(self.folder, version)

    def events(self) -> list[str]:
        return [json.loads(line)["event"] for line in self.log.getvalue().splitlines()]


@pytest.fixture
def service(tmp_path: Path) -> Service:
    return Service(tmp_path / "store")


def test_the_current_version_is_loaded_and_warm_from_the_start(service: Service) -> None:
    current = service.registry.current

    assert isinstance(current, FakeScorer)
    assert (current.version, len(current.asked)) == ("a-1", 1)
    assert service.load.loaded == ["a-1"]


def test_a_single_artifact_is_served_alone(tmp_path: Path) -> None:
    write_artifact(tmp_path / "a", make_manifest("a-1"), {})
    registry = ScorerRegistry(tmp_path / "a", make_log("info", StringIO()), load=Loader())

    assert not registry.refresh()
    assert registry.versions() == ("a-1",)
    assert registry.manifest("a-1").kind == "other"
    with pytest.raises(UnknownVersionError, match="there are a-1"):
        registry.find("b-2")


def test_a_promotion_replaces_the_scorer_and_lets_the_old_one_go(service: Service) -> None:
    service.point_to("b-2")

    assert service.registry.refresh()
    assert not service.registry.refresh()
    assert service.registry.current.version == "b-2"
    assert not service.registry.is_loaded("a-1")
    assert service.events() == ["promotion_served"]


def test_an_old_version_that_is_pinned_stays_loaded(service: Service) -> None:
    pinned = service.registry.find("a-1")
    service.point_to("b-2")
    service.registry.refresh()

    assert service.registry.find("a-1") is pinned
    assert service.load.loaded == ["a-1", "b-2"]


def test_a_rollback_to_a_version_still_loaded_loads_nothing(service: Service) -> None:
    service.registry.find("a-1")
    service.point_to("b-2")
    service.registry.refresh()
    service.point_to("a-1")

    assert service.registry.refresh()
    assert service.registry.current.version == "a-1"
    assert service.load.loaded == ["a-1", "b-2"]


def test_a_pinned_version_is_loaded_once_and_warm(service: Service) -> None:
    scorer = service.registry.find("c-3")

    assert isinstance(scorer, FakeScorer)
    assert len(scorer.asked) == 1
    assert service.registry.find("c-3") is scorer
    assert service.registry.current.version == "a-1"


def test_a_version_that_nobody_pins_any_more_is_let_go(service: Service) -> None:
    service.registry.find("c-3")
    service.clock.now += PINNED_S - 1
    service.registry.refresh()
    assert service.registry.is_loaded("c-3")

    service.clock.now += 2
    service.registry.refresh()
    assert not service.registry.is_loaded("c-3")


def test_at_most_two_are_kept_beside_the_current_one(service: Service) -> None:
    for version in ("b-2", "c-3", "b-2", "d-4"):
        service.registry.find(version)
        service.clock.now += 1

    assert [service.registry.is_loaded(v) for v in ("a-1", "b-2", "c-3", "d-4")] == [
        True,
        True,
        False,
        True,
    ]


def test_an_unknown_version_is_refused_with_those_there_are(service: Service) -> None:
    for name in ("z-9", "../../etc", ""):
        with pytest.raises(UnknownVersionError, match="there are a-1, b-2, c-3, d-4"):
            service.registry.find(name)


def test_a_pinned_version_that_is_damaged_is_refused_and_logged(service: Service) -> None:
    service.load.broken["c-3"] = ArtifactError("c-3/weights: damaged")

    with pytest.raises(UnknownVersionError) as caught:
        service.registry.find("c-3")

    assert caught.value.known == ("a-1", "b-2", "d-4")
    assert "c-3/weights: damaged" in service.log.getvalue()


@pytest.mark.parametrize("error", [ArtifactError("b-2: damaged"), KeyError("x"), MemoryError()])
def test_a_broken_promotion_leaves_the_old_scorer_and_says_so_once(
    service: Service, error: Exception
) -> None:
    service.load.broken["b-2"] = error
    service.point_to("b-2")
    for _ in range(3):
        assert not service.registry.refresh()
        service.clock.now += RETRY_S

    assert service.registry.current.version == "a-1"
    assert service.registry.problem == "b-2 was promoted and cannot be loaded"
    assert service.events() == ["promotion_not_served"]


def test_a_broken_promotion_is_tried_again_and_the_next_one_at_once(service: Service) -> None:
    service.load.broken["b-2"] = ArtifactError("b-2: damaged")
    service.point_to("b-2")
    service.registry.refresh()
    del service.load.broken["b-2"]

    assert not service.registry.refresh()
    service.clock.now += RETRY_S
    assert service.registry.refresh()
    assert service.registry.problem is None

    service.load.broken["c-3"] = ArtifactError("c-3: damaged")
    service.point_to("c-3")
    service.registry.refresh()
    service.point_to("d-4")
    assert service.registry.refresh()


def test_a_version_in_a_folder_of_another_name_is_not_served(service: Service) -> None:
    shutil.rmtree(service.folder / VERSIONS / "b-2")
    shutil.copytree(service.folder / VERSIONS / "c-3", service.folder / VERSIONS / "b-2")
    service.point_to("b-2")

    assert not service.registry.refresh()
    assert "holds c-3" in service.log.getvalue()


def test_an_unreadable_pointer_changes_nothing_until_it_is_restored(service: Service) -> None:
    whole = (service.folder / POINTER).read_bytes()
    (service.folder / POINTER).write_bytes(whole[:20])
    service.registry.refresh()

    assert service.registry.current.version == "a-1"
    assert service.registry.problem == "the store's current version cannot be read"
    (service.folder / POINTER).write_bytes(whole)
    service.registry.refresh()
    assert service.registry.problem is None


class SlowScorer(FakeScorer):
    """Scores only when a test lets it."""

    def __init__(self, version: str) -> None:
        super().__init__(version)
        self.started, self.may_end = Event(), Event()

    def score(self, replies: Sequence[Reply]) -> list[Assessment]:
        if self.asked:
            self.started.set()
            assert self.may_end.wait(20)
        return super().score(replies)


def test_a_request_at_hand_is_finished_by_the_scorer_it_began_with(tmp_path: Path) -> None:
    folder = make_store(tmp_path, "a-1", "b-2")
    scorers = {"a-1": SlowScorer("a-1"), "b-2": FakeScorer("b-2")}
    log = make_log("info", StringIO())
    registry = ScorerRegistry(folder, log, load=lambda f: scorers[read_manifest(f).version])
    done: list[str] = []

    def request() -> None:
        scorer = registry.current
        scorer.score([Reply(text="Hej")])
        done.append(scorer.version)

    running = Thread(target=request)
    running.start()
    slow = scorers["a-1"]
    assert isinstance(slow, SlowScorer)
    assert slow.started.wait(20)
    point_to(folder, "b-2")
    assert registry.refresh()
    slow.may_end.set()
    running.join(20)

    assert done == ["a-1"]
    assert registry.current.version == "b-2"
