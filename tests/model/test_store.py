import json
from pathlib import Path

import pytest

from model import BUNDLED, ArtifactError
from model.artifact import read_manifest, verify_artifact
from model.store import HISTORY, POINTER, THRESHOLDS, VERSIONS, Store, current_artifact, is_version
from tests.builders import make_promotion, make_store


def test_a_store_stands_for_its_current_version(tmp_path: Path) -> None:
    store = make_store(tmp_path / "store", "b-2", "a-1")

    assert current_artifact(store) == store / VERSIONS / "b-2"
    assert verify_artifact(store).version == read_manifest(store).version == "b-2"
    assert Store(store).versions() == ("a-1", "b-2")


def test_a_single_artifact_stands_for_itself(tmp_path: Path) -> None:
    artifact = make_store(tmp_path / "store", "a-1") / VERSIONS / "a-1"

    assert current_artifact(artifact) == artifact


def test_what_ships_is_a_store_with_a_history() -> None:
    store = Store(BUNDLED)

    assert store.current() == store.history()[-1]


def test_half_written_versions_are_not_there(tmp_path: Path) -> None:
    store = make_store(tmp_path, "a-1")
    (tmp_path / VERSIONS / "a-1").rename(tmp_path / VERSIONS / ".a-1.partial-7")

    assert Store(store).versions() == ()
    with pytest.raises(ArtifactError, match="there is no version 'a-1'; there are none"):
        current_artifact(store)


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"\xff", b'{"version": "../../etc", "previous": null, "at": "", "by": ""}'],
)
def test_a_damaged_pointer_is_named_with_what_to_do(tmp_path: Path, content: bytes) -> None:
    make_store(tmp_path, "a-1")
    (tmp_path / POINTER).write_bytes(content)

    with pytest.raises(ArtifactError, match=r"current\.json: cannot be read.*promote a version"):
        Store(tmp_path).current()


def test_a_line_of_the_history_that_was_lost_is_taken_from_the_pointer(tmp_path: Path) -> None:
    make_store(tmp_path, "a-1")

    assert Store(tmp_path).history() == [make_promotion("a-1")]


def test_a_damaged_history_is_named(tmp_path: Path) -> None:
    make_store(tmp_path, "a-1")
    (tmp_path / HISTORY).write_text('{"version": "a-1"', "utf-8")

    with pytest.raises(ArtifactError, match=r"history\.jsonl: cannot be read"):
        Store(tmp_path).history()


def test_tables_of_thresholds_are_found_by_both_versions(tmp_path: Path) -> None:
    store = Store(make_store(tmp_path, "a-1"))
    (tmp_path / THRESHOLDS).mkdir()
    (tmp_path / THRESHOLDS / "a-0--a-1.json").write_text(json.dumps({"replies": 9}), "utf-8")

    assert store.mapped_to("a-1") == ("a-0",)
    assert store.thresholds("a-0", "a-1") == {"replies": 9}
    assert store.thresholds("a-1", "a-0") is None
    assert store.thresholds("../a-0", "a-1") is None


@pytest.mark.parametrize(
    ("name", "is_one"),
    [("linear-efeb95fa88", True), ("v1.2_x", True), ("a--b", False), (".a", False), ("a/b", False)],
)
def test_a_version_is_safe_as_the_name_of_a_folder(name: str, is_one: bool) -> None:
    assert is_version(name) is is_one
