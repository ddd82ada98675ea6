"""Rows of a file of ratings, whatever program wrote it: CSV, Excel, JSON Lines or Parquet."""

import io
import json
import warnings
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from model.delimited import SEPARATORS, Fault, Record, Row, column_names, decode, read_delimited
from model.errors import TableError
from training.errors import SourceError

_EXCEL, _PARQUET, _OLD_EXCEL = b"PK\x03\x04", b"PAR1", b"\xd0\xcf\x11\xe0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A file of ratings, read: `form` says what it was taken for, `faults` what was not read."""

    name: str
    form: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    faults: tuple[Fault, ...]

    @property
    def is_rated_replies(self) -> bool:
        """True for the service's export and other files in the format of data/schema."""
        return {"ratings", "origin", "reply"} <= set(self.columns)

    @property
    def is_transcripts(self) -> bool:
        """True for conversations in the format of data/schema."""
        return {"conversation", "turns"} <= set(self.columns)


def read_source(path: Path, *, encoding: str | None = None, sheet: str | None = None) -> Source:
    """Read a file; its bytes, not its name, say what it is. SourceError where nothing can be
    read.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise SourceError(f"{path.name}: cannot be read ({error.strerror})") from error
    if not content.strip():
        raise SourceError(f"{path.name}: the file is empty")
    if content.startswith(_OLD_EXCEL):
        raise SourceError(f"{path.name}: an old Excel file; save it as .xlsx or CSV")
    if content.startswith(_EXCEL):
        return _excel(path.name, content, sheet)
    if content.startswith(_PARQUET):
        return _parquet(path.name, content)
    try:
        text, encoding = decode(content, encoding)
    except TableError as error:
        raise SourceError(f"{path.name}: {error}") from error
    if text.lstrip().startswith("{"):
        return _json_lines(path.name, text, encoding)
    return _delimited(path.name, text, encoding)


def _delimited(name: str, text: str, encoding: str) -> Source:
    try:
        columns, separator, found = read_delimited(text, name)
    except TableError as error:
        raise SourceError(str(error)) from error
    return Source(
        name=name,
        form=f"CSV, {encoding}, {SEPARATORS.get(separator, 'a separator of its own')}",
        columns=tuple(columns),
        rows=tuple(r.row(columns) for r in found if isinstance(r, Record)),
        faults=tuple(f for f in found if isinstance(f, Fault)),
    )


def _json_lines(name: str, text: str, encoding: str) -> Source:
    rows: list[Row] = []
    faults: list[Fault] = []
    for line, content in enumerate(text.split("\n"), 1):
        if not content.strip():
            continue
        try:
            row = json.loads(content)
        except ValueError as error:
            reason = str(error).partition(":")[0]
            faults.append(Fault(line, f"not JSON ({reason}); is the line cut off?"))
            continue
        if isinstance(row, dict):
            rows.append(Row(line, row))
        else:
            faults.append(Fault(line, "not a JSON object"))
    columns = tuple(dict.fromkeys(key for row in rows for key in row.cells))
    return Source(
        name=name,
        form=f"JSON Lines, {encoding}",
        columns=columns,
        rows=tuple(rows),
        faults=tuple(faults),
    )


def _excel(name: str, content: bytes, sheet: str | None) -> Source:
    from openpyxl import load_workbook  # here, since most imports need no Excel
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # styles and validations that it does not keep
            book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, OSError) as error:
        raise SourceError(f"{name}: not a whole Excel file ({error.__class__.__name__})") from error
    if sheet and sheet not in book.sheetnames:
        raise SourceError(f"{name}: no sheet {sheet!r}; there are {', '.join(book.sheetnames)}")
    page = book[sheet] if sheet else book.worksheets[0]
    lines = page.iter_rows(values_only=True)
    names = column_names([str(_cell(value)) for value in next(lines, ())])
    return Source(
        name=name,
        form=f"Excel, sheet {page.title!r}",
        columns=tuple(names),
        rows=tuple(_filled(names, enumerate(lines, 2))),
        faults=(),
    )


def _filled(names: list[str], lines: Iterable[tuple[int, tuple[object, ...]]]) -> Iterator[Row]:
    for line, values in lines:
        cells = [_cell(value) for value in values]
        if any(cell != "" for cell in cells):
            yield Row(line, dict(zip(names, cells, strict=False)))


def _cell(value: object) -> object:
    if value is None:
        return ""
    if isinstance(value, str):
        return value.replace("_x000D_", "").strip()
    return value if isinstance(value, int | float) else str(value)


def _parquet(name: str, content: bytes) -> Source:
    import pyarrow as pa  # here, since most imports need no Parquet
    from pyarrow import parquet

    try:
        table = parquet.read_table(io.BytesIO(content))
    except (pa.ArrowException, OSError) as error:
        raise SourceError(
            f"{name}: not a whole Parquet file ({error.__class__.__name__}); is it cut off?"
        ) from error
    rows = tuple(Row(line, cells) for line, cells in enumerate(table.to_pylist(), 1))
    return Source(
        name=name, form="Parquet", columns=tuple(table.column_names), rows=rows, faults=()
    )
