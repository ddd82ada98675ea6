"""Stores of artifacts: every version in a folder of its own, and a file that names the current one.

    current.json               the last promotion or rollback; replaced by a rename, never half
    history.jsonl              all of them, oldest first
    versions/VERSION/          artifacts, never changed
    thresholds/OLD--NEW.json   which threshold on NEW's scores does what another did on OLD's

Here a store is read; `training.store` writes it.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from model.errors import ArtifactError

POINTER, HISTORY, VERSIONS, THRESHOLDS = "current.json", "history.jsonl", "versions", "thresholds"
_VERSION = re.compile(r"[A-Za-z0-9][\w.]*(?:-[\w.]+)*", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Promotion:
    """One switch of the current version: when (ISO 8601, UTC), by whom and why.

    `failed_gates` is empty unless the switch was forced; `figures` are those the gates compared.
    """

    version: str
    previous: str | None
    at: str
    by: str
    reason: str = ""
    is_rollback: bool = False
    failed_gates: tuple[str, ...] = ()
    figures: Mapping[str, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not is_version(self.version):
            raise ValueError(f"{self.version!r} is no version; use letters, digits, '.' and '-'")


class Store:
    """Reads the store in `folder`; ArtifactError names the file at fault."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def current(self) -> Promotion:
        """The promotion that made the current version current."""
        path = self.folder / POINTER
        return _promotion(_read(path), path)

    def versions(self) -> tuple[str, ...]:
        """Every version that is kept, current or not, by name."""
        found = (self.folder / VERSIONS).glob("*/manifest.json")
        return tuple(sorted(p.parent.name for p in found if is_version(p.parent.name)))

    def artifact(self, version: str) -> Path:
        """The folder of a version."""
        if version not in self.versions():
            raise ArtifactError(
                f"{self.folder / VERSIONS}: there is no version {version!r}; "
                f"there are {', '.join(self.versions()) or 'none'}"
            )
        return self.folder / VERSIONS / version

    def history(self) -> list[Promotion]:
        """Every promotion and rollback, oldest first."""
        path = self.folder / HISTORY
        lines = _read(path).splitlines() if path.exists() else []
        found = [_promotion(line, path) for line in lines]
        # the pointer is replaced first: it alone decides, and a line may not have followed it yet
        if is_store(self.folder) and (current := self.current()) not in found[-1:]:
            found.append(current)
        return found

    def thresholds(self, old: str, new: str) -> Mapping[str, object] | None:
        """The table from thresholds on the scores of `old` to those of `new`, if it was written."""
        if old not in self.mapped_to(new):
            return None
        path = self.folder / THRESHOLDS / threshold_file(old, new)
        return _parsed(_read(path), path)

    def mapped_to(self, version: str) -> tuple[str, ...]:
        """The versions from which there is a table of thresholds to `version`."""
        found = (self.folder / THRESHOLDS).glob("*.json")
        pairs = [p.stem.split("--") for p in found]
        return tuple(sorted(pair[0] for pair in pairs if pair[1:] == [version]))


def is_store(folder: Path) -> bool:
    """True where `folder` is a store with a current version, not a single artifact."""
    return (folder / POINTER).exists()


def is_version(name: str) -> bool:
    """True for a name that a version may have: safe as a folder's, and without a double dash."""
    return _VERSION.fullmatch(name) is not None


def threshold_file(old: str, new: str) -> str:
    """The name of the file with the table of thresholds from `old` to `new`."""
    return f"{old}--{new}.json"


def current_artifact(folder: Path) -> Path:
    """`folder`, or the folder of its current version where it is a store."""
    if not is_store(folder):
        return folder
    store = Store(folder)
    return store.artifact(store.current().version)


def _promotion(text: str, path: Path) -> Promotion:
    fields = _parsed(text, path)
    try:
        gates: object = fields.get("failed_gates", ())
        return Promotion(**fields | {"failed_gates": tuple(gates)})  # type: ignore[arg-type]
    except (TypeError, ValueError) as error:
        raise _damaged(path, error) from error


def _parsed(text: str, path: Path) -> dict[str, object]:
    try:
        fields = json.loads(text)
    except ValueError as error:
        raise _damaged(path, error) from error
    if not isinstance(fields, dict):
        raise _damaged(path, TypeError())
    return fields


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise _damaged(path, error) from error


def _damaged(path: Path, error: Exception) -> ArtifactError:
    return ArtifactError(
        f"{path}: cannot be read ({error.__class__.__name__}); restore it from a backup"
        + (", or remove it and promote a version again" if path.name == POINTER else "")
    )
