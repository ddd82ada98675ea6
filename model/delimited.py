"""Rows of a CSV file as office programs write it: any separator, any encoding, some lines broken.

The csv module reads a quotation mark that is never closed as one cell to the end of the file. Here
such a line costs itself alone: reading starts again on the next one. It lies in `model` since both
training (ratings) and the service (sent replies) are handed such files.
"""

import codecs
import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import NamedTuple

from model.errors import TableError

SEPARATORS = {";": "semicolons", ",": "commas", "\t": "tabs", "|": "bars"}
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_BEFORE_UNICODE = ("cp1252", "cp850", "mac_roman")
"""Windows, DOS and the Mac before UTF-8; the one that yields the most Nordic letters is right."""
_NORDIC = re.compile("[åäöæøéÅÄÖÆØÉ]")
LOST = "\ufffd"
"""What stands for a byte that could not be read."""
_SEP_LINE = re.compile(r'"?sep=(.)"?', re.IGNORECASE)
_SAMPLE = 30


class Fault(NamedTuple):
    """A line that could not be used, and why; its text is not repeated."""

    line: int
    why: str


class Row(NamedTuple):
    """The cells of one row by column, and where it begins: a line, or a row of a sheet."""

    line: int
    cells: Mapping[str, object]


class Record(NamedTuple):
    """The cells of one row, and the line it begins on."""

    line: int
    cells: list[str]

    def row(self, columns: Sequence[str]) -> Row:
        """The cells by column."""
        return Row(self.line, dict(zip(columns, self.cells, strict=False)))


class Delimited(NamedTuple):
    """The header of a CSV file, its separator, and what follows."""

    columns: list[str]
    separator: str
    rows: list[Record | Fault]


def decode(content: bytes, encoding: str | None = None) -> tuple[str, str]:
    """The text of a file and its encoding, found from its bytes where none is given."""
    if encoding:
        return _decode_as(content, encoding), encoding
    for mark, name in _BYTE_ORDER_MARKS:
        if content.startswith(mark):
            return content.decode(name, "replace"), name
    if b"\0" in content[:200]:
        name = "utf-16-le" if content[1:2] == b"\0" else "utf-16-be"
        return content.decode(name, "replace"), name
    text = content.decode("utf-8", "replace")
    lost = text.count(LOST)
    if not lost or lost < sum(c > "\x7f" for c in text) - lost:
        return text, "utf-8"
    found = {name: content.decode(name, "replace") for name in _BEFORE_UNICODE}
    best = max(found, key=lambda name: len(_NORDIC.findall(found[name])))
    return found[best], best


def read_delimited(text: str, name: str) -> Delimited:
    """Header and rows; TableError where the text is no table."""
    lines = list(io.StringIO(text, newline=""))
    stated = _SEP_LINE.fullmatch(lines[0].strip("\r\n")) if lines else None
    start = 1 if stated else 0
    separator = stated[1] if stated else _separator(lines)
    if separator is None:
        raise TableError(
            f"{name}: no table: the first line has no comma, semicolon, tab or bar between columns"
        )
    records = _records(lines, start, separator)
    header = next(records, None)
    if not isinstance(header, Record):
        raise TableError(f"{name}: the header cannot be read; {header.why if header else 'empty'}")
    return Delimited(column_names(header.cells), separator, list(records))


def _decode_as(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except LookupError:
        raise TableError(f"there is no encoding {encoding!r}") from None
    except UnicodeDecodeError as error:
        raise TableError(
            f"byte {error.start} is not {encoding}; leave --encoding out to have it found"
        ) from None


def _separator(lines: Sequence[str]) -> str | None:
    """What divides the first lines into the most columns, the same number in most of them."""
    best, found = (0.0, 1), None
    for separator in SEPARATORS:
        rows = csv.reader(iter(lines[: 4 * _SAMPLE]), delimiter=separator)
        widths = [len(row) for row in islice(rows, _SAMPLE) if row]
        if not widths or widths[0] < 2:
            continue
        fit = (sum(w == widths[0] for w in widths) / len(widths), widths[0])
        if fit > best:
            best, found = fit, separator
    return found


def _records(lines: Sequence[str], start: int, separator: str) -> Iterator[Record | Fault]:
    """Every row from line `start` on, the header first; a line that breaks the table is a fault."""
    at, width = start, 0
    while at < len(lines):
        base = at
        rest = map(lines.__getitem__, range(base, len(lines)))
        reader = csv.reader(rest, delimiter=separator, strict=True)
        while at < len(lines):
            try:
                cells = next(reader)
            except csv.Error as error:
                yield Fault(at + 1, _quoting(error))
                at += 1
                break
            after = base + reader.line_num
            cells = _without_empty_end(cells, width)
            if len(cells) in (width, 0) or not width:
                width = width or len(cells)
                if any(cell.strip() for cell in cells):
                    yield Record(at + 1, cells)
                at = after
                continue
            yield Fault(at + 1, _width_fault(cells, width, is_last=_is_cut(lines, after)))
            swallowed = after - at > 1 and _is_row(lines[at + 1], separator, width)
            at = at + 1 if swallowed else after
            if swallowed:
                break


def _quoting(error: csv.Error) -> str:
    if "larger than" in str(error):
        return "a cell is longer than 131,072 characters; is a quotation mark missing?"
    return "the quotation marks do not match; one inside a quoted cell is written twice"


def _without_empty_end(cells: list[str], width: int) -> list[str]:
    while width and len(cells) > width and not cells[-1].strip():
        cells = cells[:-1]
    return cells


def _width_fault(cells: Sequence[str], width: int, *, is_last: bool) -> str:
    if is_last and len(cells) < width:
        return f"the file ends inside this line, after {len(cells)} of {width} cells"
    return f"{len(cells)} cells where the header has {width}; is a separator or quote missing?"


def _is_cut(lines: Sequence[str], after: int) -> bool:
    return after == len(lines) and not lines[-1].endswith(("\n", "\r"))


def _is_row(line: str, separator: str, width: int) -> bool:
    try:
        return len(next(csv.reader([line], delimiter=separator, strict=True))) == width
    except (csv.Error, StopIteration):
        return False


def column_names(header: Sequence[str]) -> list[str]:
    """Column names without blanks around them; an empty one and a second one get a number."""
    names: list[str] = []
    for number, cell in enumerate(header, 1):
        name = " ".join(cell.split()) or f"column {number}"
        names.append(name if name not in names else f"{name} ({number})")
    return names
