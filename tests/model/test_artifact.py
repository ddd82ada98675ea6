import json
import shutil
from pathlib import Path

import pytest

from model import BUNDLED, ArtifactError, load_scorer
from model.artifact import Manifest, verify_artifact, write_artifact
from model.store import current_artifact
from tests.builders import make_manifest

SHIPPED = current_artifact(BUNDLED)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SHIPPED, tmp_path / "artifact"))


def test_the_shipped_artifact_is_sound() -> None:
    manifest = verify_artifact(BUNDLED)

    assert manifest.languages == ("sv", "nb", "nn", "da", "en")


@pytest.mark.parametrize("name", sorted(p.name for p in SHIPPED.iterdir()))
@pytest.mark.parametrize("where", ["first", "middle", "last"])
def test_one_changed_byte_is_found_and_the_file_named(copy: Path, name: str, where: str) -> None:
    content = bytearray((copy / name).read_bytes())
    at = {"first": 0, "middle": len(content) // 2, "last": len(content) - 1}[where]
    content[at] ^= 1
    (copy / name).write_bytes(content)

    with pytest.raises(ArtifactError, match=r"damaged|missing|not listed") as caught:
        load_scorer(copy)

    if name != "SHA256SUMS":
        assert str(copy / name) in str(caught.value)
    else:
        assert str(copy) in str(caught.value)


def test_a_truncated_file_is_found(copy: Path) -> None:
    weights = copy / "heads.safetensors"
    weights.write_bytes(weights.read_bytes()[:-100])

    with pytest.raises(ArtifactError, match=r"heads\.safetensors: damaged"):
        load_scorer(copy)


def test_a_missing_file_is_named(copy: Path) -> None:
    (copy / "intervals.json").unlink()

    with pytest.raises(ArtifactError, match=r"intervals\.json: the file is missing"):
        load_scorer(copy)


def test_a_file_too_many_is_named(copy: Path) -> None:
    (copy / "extra.bin").write_bytes(b"x")

    with pytest.raises(ArtifactError, match=r"extra\.bin: not listed"):
        load_scorer(copy)


def test_a_folder_without_an_artifact_is_named(tmp_path: Path) -> None:
    with pytest.raises(ArtifactError, match="no artifact there"):
        load_scorer(tmp_path)


def test_an_artifact_is_written_whole_and_never_changed_in_place(tmp_path: Path) -> None:
    manifest = make_manifest()
    write_artifact(tmp_path / "new", manifest, {"a.bin": b"a"})

    assert verify_artifact(tmp_path / "new") == manifest
    assert [p.name for p in tmp_path.iterdir()] == ["new"]
    with pytest.raises(ArtifactError, match="never changed in place"):
        write_artifact(tmp_path / "new", manifest, {})
    with pytest.raises(ArtifactError, match="cannot load kind 'other'"):
        load_scorer(tmp_path / "new")


def test_an_artifact_of_another_format_is_refused(copy: Path) -> None:
    fields = json.loads((copy / "manifest.json").read_text("utf-8")) | {"format": 99}
    fields["languages"] = tuple(fields["languages"])
    shutil.rmtree(copy)
    write_artifact(copy, Manifest(**fields), {})

    with pytest.raises(ArtifactError, match="format 99"):
        load_scorer(copy)
