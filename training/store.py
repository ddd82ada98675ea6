"""Write a store of artifacts (`model.store`), so that a reader finds the old state or the new one.

The rename of the pointer is the one moment at which a version becomes current: what was killed, or
found the disk full, before it has changed nothing.
"""

import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path

from model.artifact import CHECKSUMS, json_bytes, verify_artifact
from model.store import (
    HISTORY,
    POINTER,
    THRESHOLDS,
    VERSIONS,
    Promotion,
    Store,
    is_store,
    threshold_file,
)
from training.errors import StoreError
from training.thresholds import ThresholdMap

_LOCK = ".lock"


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Hold the store in `folder` for one writer; it is made where there is none.

    StoreError where another command holds it, or where the disk does not take what is written.
    """
    try:
        _check_is_store_or_new(folder)
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / _LOCK).open("w") as lock:
            try:
                flock(lock, LOCK_EX | LOCK_NB)
            except BlockingIOError:
                raise StoreError(
                    f"{folder}: another promotion or rollback is at work; try again when it is done"
                ) from None
            _sweep(folder)
            try:
                yield
            finally:
                _sweep(folder)
    except OSError as error:
        raise StoreError(
            f"{folder}: cannot be written ({error.strerror or error.__class__.__name__}); "
            f"{_what_stands(folder)}"
        ) from error


def add_version(folder: Path, artifact: Path) -> str:
    """Copy a verified artifact into the store and return its version; it is not current yet."""
    version = verify_artifact(artifact).version
    target = folder / VERSIONS / version
    if target.exists():
        if (target / CHECKSUMS).read_bytes() != (artifact / CHECKSUMS).read_bytes():
            raise StoreError(f"{target}: holds another artifact of the same version; rename yours")
        verify_artifact(target)
        return version
    partial = target.with_name(_partial(version))
    partial.mkdir(parents=True)
    for path in (p for p in artifact.iterdir() if p.is_file()):
        _sync(Path(shutil.copyfile(path, partial / path.name)))
    verify_artifact(partial)
    partial.rename(target)
    _sync(target.parent)
    return version


def write_thresholds(folder: Path, maps: Sequence[ThresholdMap]) -> None:
    """Keep tables of thresholds; one for the same two versions is replaced."""
    for table in maps:
        path = folder / THRESHOLDS / threshold_file(table.old_version, table.new_version)
        path.parent.mkdir(exist_ok=True)
        _write(path, json_bytes(table.as_json())).replace(path)


def switch(folder: Path, promotion: Promotion) -> None:
    """Make a version of the store current and add the switch to the history."""
    lines = [*(Store(folder).history()), promotion]
    pointer, history = folder / POINTER, folder / HISTORY
    # both are written in full before either replaces anything
    new_history = _write(history, b"".join(map(_line, lines)))
    _write(pointer, json_bytes(asdict(promotion))).replace(pointer)
    new_history.replace(history)
    _sync(folder)


def remove_version(folder: Path, version: str) -> None:
    """Delete a version that is not current; its history and its thresholds stay."""
    store = Store(folder)
    path = store.artifact(version)
    if is_store(folder) and store.current().version == version:
        raise StoreError(f"{version} is current in {folder}; roll back to another one first")
    with writing(folder):
        partial = path.with_name(_partial(version))
        path.rename(partial)
        shutil.rmtree(partial)


def _check_is_store_or_new(folder: Path) -> None:
    if (folder / CHECKSUMS).exists():
        raise StoreError(
            f"{folder}: is a single artifact, not a store; name a new folder for the store and "
            "promote the artifact into it"
        )
    if folder.exists() and not is_store(folder):
        others = {p.name for p in folder.iterdir()} - {_LOCK, VERSIONS, THRESHOLDS, HISTORY}
        if others := {name for name in others if not name.startswith(".")}:
            raise StoreError(
                f"{folder}: is no store, it holds {min(others)!r}; name a new folder for the store"
            )


def _what_stands(folder: Path) -> str:
    free = shutil.disk_usage(next(p for p in (folder, *folder.parents) if p.exists())).free
    if not is_store(folder):
        return f"nothing was promoted, {free / 1e6:,.0f} MB are free"
    version = Store(folder).current().version
    return f"{version} stays current, {free / 1e6:,.0f} MB are free; make room and try again"


def _sweep(folder: Path) -> None:
    """Remove what a killed or failed command left half written."""
    for place in (folder, folder / VERSIONS, folder / THRESHOLDS):
        for path in place.glob(".*.partial-*"):
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def _write(path: Path, content: bytes) -> Path:
    """Write what is to replace `path` beside it, down to the disk."""
    partial = path.with_name(_partial(path.name))
    partial.write_bytes(content)
    _sync(partial)
    return partial


def _partial(name: str) -> str:
    return f".{name}.partial-{os.getpid()}"


def _line(promotion: Promotion) -> bytes:
    fields: Mapping[str, object] = asdict(promotion)
    return (json.dumps(fields, ensure_ascii=False) + "\n").encode()


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
