"""Where imported replies go: FOLDER/replies/NAME.jsonl, and beside them how they came there."""

import hashlib
import json
import os
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from training.column_map import ColumnMap
from training.errors import SourceError
from training.importing import Imported

REPLIES, IMPORTS = "replies", "imports"


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """The place of one import in a folder of rated replies."""

    folder: Path
    name: str

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[\w.-]{1,80}", self.name):
            raise SourceError(f"{self.name!r} is no name for a file; give another with --name")

    @property
    def replies(self) -> Path:
        """The rated replies."""
        return self.folder / REPLIES / f"{self.name}.jsonl"

    @property
    def account(self) -> Path:
        """What was read, how it was understood, and what was left out and why."""
        return self.folder / IMPORTS / f"{self.name}.json"

    def check_is_free(self) -> None:
        """SourceError where replies stand there that no import wrote."""
        if self.replies.exists() and not self.account.exists():
            raise SourceError(
                f"{self.replies}: is there already, and not from an import; give another --name"
            )

    def leave_out_known(self, imported: Imported) -> None:
        """Leave out the replies that stand in another file of the folder; a corpus holds a
        reply once.
        """
        known = self._known_ids()
        kept = []
        for line, record in imported.records:
            if found := known.get(str(record["id"])):
                fault = f"the reply is in {found} already; rate it there, or leave that file out"
                imported.faults.append((line, fault))
            else:
                kept.append((line, record))
        imported.records = kept
        imported.faults.sort(key=lambda fault: fault[0])

    def write(self, imported: Imported, account: Mapping[str, object]) -> None:
        """Write both files, each whole or not at all; the same import writes the same bytes.

        The account goes first: replies without one would be taken for somebody's own.
        """
        lines = [json.dumps(record, ensure_ascii=False) for _, record in imported.records]
        write_whole(self.account, json.dumps(account, ensure_ascii=False, indent=1) + "\n")
        write_whole(self.replies, "\n".join(lines) + "\n")

    def _known_ids(self) -> dict[str, str]:
        folder = self.replies.parent
        known: dict[str, str] = {}
        for path in sorted(folder.glob("*.jsonl")) if folder.is_dir() else ():
            if path == self.replies:
                continue
            for number, line in enumerate(path.read_text("utf-8", "replace").split("\n"), 1):
                if found := re.search(r'"id": ?"([A-Za-z0-9._:-]{1,80})"', line):
                    known[found[1]] = f"{path.name}:{number}"
        return known


def default_name(path: Path) -> str:
    """The file's name, without what a file's name should not hold."""
    return re.sub(r"[^\w.-]+", "-", path.stem).strip("-.")[:80] or "replies"


def account_of(
    path: Path, form: str, column_map: ColumnMap | None, imported: Imported
) -> Mapping[str, object]:
    """What `Destination.write` keeps about an import; it holds no text and no time."""
    understood = None
    if column_map:
        understood = {
            "columns": column_map.columns,
            "scales": {d: s.name for d, s in column_map.scales.items()},
            "constants": column_map.constants,
            "values": column_map.values,
        }
    return {
        "file": path.name,
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "form": form,
        "map": understood,
        "rows": imported.rows,
        "replies": len(imported.records),
        "ratings": imported.ratings,
        "notes": imported.notes,
        "faults": [f"{path.name}:{line}: {fault}" for line, fault in imported.faults],
    }


def write_whole(path: Path, text: str) -> None:
    """Write a file beside its place, then put it there; SourceError where it cannot be."""
    beside = path.with_name(f".{path.name}.incoming-{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with beside.open("w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError as error:
        with suppress(OSError):
            beside.unlink()
        raise SourceError(
            f"{path}: cannot be written ({error.strerror}); it is as it was"
        ) from None
