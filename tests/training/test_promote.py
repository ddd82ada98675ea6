import random
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from model import BUNDLED, ArtifactError
from model.artifact import verify_artifact
from model.store import HISTORY, POINTER, VERSIONS, Promotion, Store
from tests.builders import make_artifact, make_store
from training.errors import GateError, StoreError
from training.promote import Trial, promote, rollback
from training.store import remove_version, writing

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def make_trial(version: str, previous: str | None, *failed: str) -> Trial:
    return Trial(version=version, previous=previous, failed=failed, figures={"n": 7})


def put(store: Path, version: str, *, latent: float = 0.0) -> Promotion:
    """Promote a new tiny artifact, all gates passed."""
    previous = Store(store).current().version if (store / POINTER).exists() else None
    artifact = store.parent / f"candidate-{version}"
    if not artifact.exists():
        make_artifact(artifact, version, latent)
    return promote(artifact, make_trial(version, previous), store, by="Anna", now=NOW)


def switch_back(store: Path, to: str | None = None) -> str:
    return rollback(store, to, by="Anna", now=NOW).version


@contextmanager
def full_disk(most_bytes: int) -> Iterator[None]:
    """No file can grow beyond `most_bytes`: a real failure of a real write."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def leftovers(store: Path) -> list[Path]:
    return [p for p in store.rglob("*") if "partial" in p.name]


def test_a_first_artifact_makes_the_store(tmp_path: Path) -> None:
    done = put(tmp_path / "store", "a-1")

    assert verify_artifact(tmp_path / "store").version == "a-1"
    assert done.previous is None
    assert done.at == "2026-01-02T03:04:05+00:00"


def test_a_second_one_becomes_current_and_the_first_stays(tmp_path: Path) -> None:
    store = tmp_path / "store"
    put(store, "a-1")
    put(store, "b-2")

    assert Store(store).current().version == "b-2"
    assert Store(store).versions() == ("a-1", "b-2")
    assert [(p.previous, p.version) for p in Store(store).history()] == [
        (None, "a-1"),
        ("a-1", "b-2"),
    ]
    assert Store(store).history()[-1].figures == {"n": 7}
    assert leftovers(store) == []


def test_the_current_version_is_not_promoted_again(tmp_path: Path) -> None:
    put(tmp_path / "store", "a-1")

    with pytest.raises(StoreError, match=r"a-1 is current .* already"):
        put(tmp_path / "store", "a-1")

    assert len(Store(tmp_path / "store").history()) == 1


def test_a_failed_gate_changes_nothing(tmp_path: Path) -> None:
    store = tmp_path / "store"
    put(store, "a-1")
    candidate = make_artifact(tmp_path / "b", "b-2")

    with pytest.raises(GateError, match="b-2 not promoted: too short; too long"):
        promote(
            candidate, make_trial("b-2", "a-1", "too short", "too long"), store, by="Anna", now=NOW
        )

    assert Store(store).versions() == ("a-1",)


def test_a_forced_promotion_keeps_what_failed_and_why(tmp_path: Path) -> None:
    store = tmp_path / "store"
    put(store, "a-1")
    trial = make_trial("b-2", "a-1", "too short")
    promote(
        make_artifact(tmp_path / "b", "b-2"),
        trial,
        store,
        by="Anna",
        reason="nynorsk matters more",
        is_forced=True,
        now=NOW,
    )

    last = Store(store).history()[-1]
    assert (last.failed_gates, last.reason, last.by) == (
        ("too short",),
        "nynorsk matters more",
        "Anna",
    )


def test_what_ships_is_never_forced() -> None:
    with pytest.raises(GateError, match="too short"):
        promote(
            BUNDLED, make_trial("b-2", None, "too short"), BUNDLED, by="", is_forced=True, now=NOW
        )


def test_a_promotion_that_another_one_overtook_is_refused(tmp_path: Path) -> None:
    store = tmp_path / "store"
    put(store, "a-1")
    trial = make_trial("b-2", "a-1")
    put(store, "c-3")

    with pytest.raises(StoreError, match="c-3 became current"):
        promote(make_artifact(tmp_path / "b", "b-2"), trial, store, by="Anna", now=NOW)

    assert Store(store).current().version == "c-3"


def test_only_one_command_writes_at_a_time(tmp_path: Path) -> None:
    store = tmp_path / "store"
    put(store, "a-1")

    with writing(store), pytest.raises(StoreError, match="another promotion or rollback"):
        put(store, "b-2")

    put(store, "b-2")


@pytest.mark.parametrize("most_bytes", [0, 200, 2_000])
def test_a_full_disk_is_said_and_loses_nothing(tmp_path: Path, most_bytes: int) -> None:
    store = tmp_path / "store"
    put(store, "a-1")
    make_artifact(tmp_path / "candidate-b-2", "b-2")
    history = (store / HISTORY).read_bytes()

    with full_disk(most_bytes), pytest.raises(StoreError, match=r"a-1 stays current.*make room"):
        put(store, "b-2")

    assert verify_artifact(store).version == "a-1"
    assert (store / HISTORY).read_bytes() == history
    assert leftovers(store) == []
    put(store, "b-2")
    assert verify_artifact(store).version == "b-2"


def test_a_damaged_candidate_is_refused(tmp_path: Path) -> None:
    store, candidate = tmp_path / "store", make_artifact(tmp_path / "candidate-b-2", "b-2")
    put(store, "a-1")
    (candidate / "intervals.json").write_bytes(b"{}")

    with pytest.raises(ArtifactError, match=r"intervals\.json: damaged"):
        put(store, "b-2")

    assert Store(store).versions() == ("a-1",)


def test_another_artifact_of_a_version_that_is_there_is_refused(tmp_path: Path) -> None:
    store = tmp_path / "store"
    put(store, "a-1")
    put(store, "b-2")
    other = make_artifact(tmp_path / "other", "a-1", latent=1.0)

    with pytest.raises(StoreError, match="another artifact of the same version"):
        promote(other, make_trial("a-1", "b-2"), store, by="Anna", now=NOW)


def test_a_single_artifact_or_a_folder_of_something_else_is_no_store(tmp_path: Path) -> None:
    artifact = make_artifact(tmp_path / "a", "a-1")
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "cat.jpg").touch()

    with pytest.raises(StoreError, match="is a single artifact, not a store"):
        promote(artifact, make_trial("a-1", None), artifact, by="Anna", now=NOW)
    with pytest.raises(StoreError, match=r"is no store, it holds 'cat\.jpg'"):
        promote(artifact, make_trial("a-1", None), tmp_path / "photos", by="Anna", now=NOW)


def test_rollback_undoes_one_promotion_after_the_other(tmp_path: Path) -> None:
    store = tmp_path / "store"
    for version in ("a-1", "b-2", "c-3"):
        put(store, version)

    assert [switch_back(store), switch_back(store)] == ["b-2", "a-1"]
    assert [p.is_rollback for p in Store(store).history()] == [False] * 3 + [True] * 2
    with pytest.raises(StoreError, match=r"a-1 replaced no other; .* holds b-2, c-3"):
        switch_back(store)


def test_rollback_to_a_version_that_is_named(tmp_path: Path) -> None:
    store = tmp_path / "store"
    for version in ("a-1", "b-2", "c-3"):
        put(store, version)

    assert switch_back(store, "a-1") == "a-1"
    with pytest.raises(StoreError, match="a-1 is current"):
        switch_back(store, "a-1")
    with pytest.raises(ArtifactError, match="there is no version 'z-9'; there are a-1, b-2, c-3"):
        switch_back(store, "z-9")


def test_rollback_to_a_damaged_version_is_refused(tmp_path: Path) -> None:
    store = tmp_path / "store"
    put(store, "a-1")
    put(store, "b-2")
    (store / VERSIONS / "a-1" / "intervals.json").write_bytes(b"{}")

    with pytest.raises(ArtifactError, match=r"intervals\.json: damaged"):
        switch_back(store)

    assert Store(store).current().version == "b-2"


def test_a_version_that_is_not_current_may_be_removed(tmp_path: Path) -> None:
    store = make_store(tmp_path, "b-2", "a-1")
    remove_version(store, "a-1")

    assert Store(store).versions() == ("b-2",)
    with pytest.raises(StoreError, match="b-2 is current"):
        remove_version(store, "b-2")


ENDLESSLY = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from tests.training.test_promote import put
store = Path(sys.argv[1])
print("started", flush=True)
for i in range(10_000):
    put(store, f"v-{i % 50}")
"""


@pytest.mark.slow
def test_a_promotion_killed_at_any_moment_leaves_a_store_that_works(tmp_path: Path) -> None:
    store = tmp_path / "store"
    put(store, "a-1")
    chance = random.Random(5)
    for seed in range(4):
        running = subprocess.Popen(
            [sys.executable, "-c", ENDLESSLY, str(store)], stdout=subprocess.PIPE
        )
        assert running.stdout is not None
        assert running.stdout.readline() == b"started\n"
        time.sleep(chance.uniform(0.01, 0.3))
        running.send_signal(signal.SIGKILL)
        running.communicate()

        assert verify_artifact(store).version == Store(store).history()[-1].version
        put(store, f"after-{seed}")
        assert leftovers(store) == []
    assert len(Store(store).history()) > 5
