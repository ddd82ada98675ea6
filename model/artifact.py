"""Artifacts on disk: a folder of library objects, arrays and JSON with a manifest and checksums.

Wherever a path to an artifact is taken, a store (`model.store`) stands for its current version.
`SHA256SUMS` (the format of `sha256sum`) names every file of the folder, the manifest included; all
are verified before any is opened. Nothing here is a pickle.
"""

import hashlib
import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from model.errors import ArtifactError
from model.scorer import Scorer
from model.store import current_artifact

if TYPE_CHECKING:
    from model.language import LanguageIdentifier

FORMAT = 1
BUNDLED = Path(__file__).parent / "bundled"
"""The store that ships."""
CHECKSUMS, MANIFEST = "SHA256SUMS", "manifest.json"
_CHECKSUM_LINE = re.compile(r"([0-9a-f]{64})  ([\w.-]+)\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What an artifact is and how it came about; every value is JSON."""

    kind: str
    version: str
    rubric_version: str
    languages: tuple[str, ...]
    trained_on: Mapping[str, object]
    recipe: Mapping[str, object]
    libraries: Mapping[str, str]
    format: int = FORMAT


def load_scorer(folder: Path = BUNDLED) -> Scorer:
    """Verify and load the artifact in `folder`; ArtifactError names the file at fault."""
    folder = current_artifact(folder)
    manifest = verify_artifact(folder)
    if manifest.kind == "linear":
        from model.linear import load_linear

        return load_linear(folder, manifest.version, _identifier())
    if manifest.kind == "encoder":
        from model.encoder import load_encoder

        return load_encoder(folder, manifest.version, _identifier())
    raise ArtifactError(
        f"{folder / MANIFEST}: this version cannot load kind {manifest.kind!r}, only 'encoder' "
        "and 'linear'; "
        "install the version of tonfall that made it"
    )


def verify_artifact(folder: Path) -> Manifest:
    """Compare every file with its checksum and return the manifest; nothing else is read."""
    folder = current_artifact(folder)
    expected = _checksums(folder / CHECKSUMS)
    found = {p.name for p in folder.iterdir() if p.is_file()} - {CHECKSUMS}
    if missing := sorted(set(expected) - found):
        raise ArtifactError(
            f"{folder / missing[0]}: the file is missing; restore the artifact from its source"
        )
    if extra := sorted(found - set(expected)):
        raise ArtifactError(f"{folder / extra[0]}: not listed in {CHECKSUMS}; remove it")
    for name, digest in expected.items():
        if _sha256(folder / name) != digest:
            raise ArtifactError(
                f"{folder / name}: damaged, its SHA-256 is not the one in {CHECKSUMS}; "
                "restore the artifact from its source"
            )
    return read_manifest(folder)


def read_manifest(folder: Path) -> Manifest:
    """The manifest alone, unverified: enough to say what there is, not to load it."""
    path = current_artifact(folder) / MANIFEST
    try:
        fields = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise ArtifactError(
            f"{path}: cannot be read ({error.__class__.__name__}); "
            "restore the artifact from its source"
        ) from error
    if fields.get("format") != FORMAT:
        raise ArtifactError(
            f"{path}: format {fields.get('format')!r}, this version reads format {FORMAT}; "
            "install the version of tonfall that made it"
        )
    return Manifest(**fields | {"languages": tuple(fields["languages"])})


def write_artifact(folder: Path, manifest: Manifest, files: Mapping[str, bytes]) -> None:
    """Write an artifact into `folder`, which must not exist yet; it appears whole or not at all."""
    if folder.exists():
        raise ArtifactError(f"{folder}: exists already; an artifact is never changed in place")
    fields = {name: getattr(manifest, name) for name in Manifest.__slots__}
    contents = dict(files) | {MANIFEST: json_bytes(fields)}
    sums = {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}
    partial = folder.with_name(f".{folder.name}.partial-{os.getpid()}")
    partial.mkdir(parents=True)
    for name, content in {**contents, CHECKSUMS: _checksum_lines(sums).encode()}.items():
        (partial / name).write_bytes(content)
    partial.rename(folder)


def json_bytes(content: object) -> bytes:
    """JSON as it is written into artifacts: UTF-8, sorted keys, a line break at the end."""
    return (json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


@cache
def _identifier() -> "LanguageIdentifier":
    """One for all the scorers of a process: it takes more memory than any of them."""
    from model.language import LanguageIdentifier

    return LanguageIdentifier()


def _checksums(path: Path) -> dict[str, str]:
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ArtifactError(
            f"{path}: no artifact there ({error.__class__.__name__}); "
            "give the folder of an artifact or restore it from its source"
        ) from error
    sums = {name: digest for digest, name in _CHECKSUM_LINE.findall(text)}
    if not sums or text != _checksum_lines(sums):
        raise ArtifactError(
            f"{path}: damaged, not in the format of sha256sum; restore the artifact from its source"
        )
    return sums


def _checksum_lines(sums: Mapping[str, str]) -> str:
    return "".join(f"{digest}  {name}\n" for name, digest in sorted(sums.items()))


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
