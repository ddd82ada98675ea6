"""Rows of a file of sent replies: JSON Lines, CSV or Parquet; its bytes say which."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from model.delimited import SEPARATORS, Fault, Record, Row, decode, read_delimited
from model.errors import TableError

_PARQUET = b"PAR1"
_LOOKED_AT = 100
"""How many rows of a file without a header say which columns there are."""


class ImportFileError(Exception):
    """A file of which nothing can be imported."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportSource:
    """A file, opened: what it was taken for, its columns, and its rows as they are read."""

    name: str
    form: str
    columns: tuple[str, ...]
    rows: Iterator[Row | Fault]


def open_source(path: Path, *, encoding: str | None = None) -> ImportSource:
    """Open a file; ImportFileError where nothing of it can be read."""
    try:
        with path.open("rb") as file:
            start = file.read(4096)
        if not start.strip():
            raise ImportFileError(f"{path.name}: the file is empty")
        if start.startswith(_PARQUET):
            return _parquet(path)
        if start.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{"):
            return _json_lines(path)
        return _delimited(path, encoding)
    except OSError as error:
        raise ImportFileError(f"{path.name}: cannot be read ({error.strerror})") from error
    except TableError as error:
        named = str(error).removeprefix(f"{path.name}: ")
        raise ImportFileError(f"{path.name}: {named}") from error


def _json_lines(path: Path) -> ImportSource:
    columns: dict[str, None] = {}
    for number, row in enumerate(_json_rows(path)):
        if isinstance(row, Row):
            columns |= dict.fromkeys(row.cells)
        if number == _LOOKED_AT:
            break
    return ImportSource(
        name=path.name, form="JSON Lines", columns=tuple(columns), rows=_json_rows(path)
    )


def _json_rows(path: Path) -> Iterator[Row | Fault]:
    with path.open("rb") as file:
        for number, content in enumerate(file, 1):
            if not content.strip():
                continue
            try:
                row = json.loads(content.decode("utf-8-sig"))
            except UnicodeDecodeError:
                yield Fault(number, "not UTF-8, as JSON must be")
            except ValueError as error:
                reason = str(error).partition(":")[0]
                yield Fault(number, f"not JSON ({reason}); is the line cut off?")
            else:
                is_row = isinstance(row, dict)
                yield Row(number, row) if is_row else Fault(number, "not a JSON object")


def _delimited(path: Path, encoding: str | None) -> ImportSource:
    text, encoding = decode(path.read_bytes(), encoding)
    columns, separator, found = read_delimited(text, path.name)
    return ImportSource(
        name=path.name,
        form=f"CSV, {encoding}, {SEPARATORS.get(separator, 'a separator of its own')}",
        columns=tuple(columns),
        rows=(r.row(columns) if isinstance(r, Record) else r for r in found),
    )


def _parquet(path: Path) -> ImportSource:
    try:
        from pyarrow import ArrowException, parquet  # here, since most imports need no Parquet
    except ModuleNotFoundError as error:
        raise ImportFileError(
            f"{path.name}: Parquet needs pyarrow; install it with pip install 'tonfall[parquet]'"
        ) from error
    try:
        file = parquet.ParquetFile(path)
    except (ArrowException, OSError) as error:
        raise ImportFileError(
            f"{path.name}: not a whole Parquet file ({error.__class__.__name__}); is it cut off?"
        ) from error
    rows = (row for batch in file.iter_batches(batch_size=1024) for row in batch.to_pylist())
    return ImportSource(
        name=path.name,
        form="Parquet",
        columns=tuple(file.schema_arrow.names),
        rows=(Row(number, cells) for number, cells in enumerate(rows, 1)),
    )
