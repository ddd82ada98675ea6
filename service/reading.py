"""Replies to score from a file or a pipe: JSONL, CSV or plain text. A bad line costs itself, not
the rest.
"""

import csv
import io
import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from model import LANGUAGES, Channel, Reply

FIELDS = ("reply", "customer_message", "channel", "language")


class ReadingError(Exception):
    """A file of which nothing can be read."""


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that holds no reply: where it stood and why; the text itself is not repeated."""

    where: str
    why: str


def read_replies(
    path: Path | None, shared: Reply, *, by_line: bool, encoding: str
) -> Iterator[Reply | BadRow]:
    """The replies of a file (or of standard input, for None); `shared` fills in what a row does not
    say.
    """
    name = path.name if path else "standard input"
    try:
        content = path.read_bytes() if path else sys.stdin.buffer.read()
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        raise ReadingError(
            f"{name}: byte {error.start} is not {encoding}; "
            "name the file's encoding, for example --encoding cp1252"
        ) from None
    except LookupError:
        raise ReadingError(f"there is no encoding {encoding!r}") from None
    except OSError as error:
        raise ReadingError(f"{name}: {error.strerror}") from None
    if not text.strip():
        raise ReadingError(f"{name} is empty")
    suffix = (
        path.suffix.lower() if path else (".jsonl" if text.lstrip().startswith("{") else ".txt")
    )
    if suffix in (".jsonl", ".ndjson"):
        return _jsonl(name, text, shared)
    if suffix == ".csv":
        return _csv(name, text, shared)
    if suffix == ".txt" or not path:
        return _txt(text, shared, by_line=by_line)
    raise ReadingError(f"{name}: cannot tell what kind of file this is; use .jsonl, .csv or .txt")


def _txt(text: str, shared: Reply, *, by_line: bool) -> Iterator[Reply | BadRow]:
    texts = text.splitlines() if by_line else [text]
    yield from (replace(shared, text=t) for t in texts if t.strip())


def _jsonl(name: str, text: str, shared: Reply) -> Iterator[Reply | BadRow]:
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        where = f"{name}:{number}"
        try:
            row = json.loads(line)
        except ValueError as error:
            yield BadRow(where, f"not JSON ({str(error).partition(':')[0]})")
            continue
        yield (
            _reply(where, row, shared)
            if isinstance(row, dict)
            else BadRow(where, "not a JSON object")
        )


def _csv(name: str, text: str, shared: Reply) -> Iterator[Reply | BadRow]:
    header = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=header.count)
    reader = csv.DictReader(io.StringIO(text), delimiter=delimiter, strict=True)
    if "reply" not in (reader.fieldnames or ()):
        found = ", ".join(reader.fieldnames or ())
        raise ReadingError(f"{name}: no column 'reply'; found {found}; rename the column")
    rows = iter(reader)
    while True:
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            yield BadRow(f"{name}:{reader.line_num}", f"not CSV ({error})")
            return
        yield _reply(f"{name}:{reader.line_num}", row, shared)


def _reply(where: str, row: Mapping[str, object], shared: Reply) -> Reply | BadRow:
    values = {field: row.get(field) or None for field in FIELDS}
    for field, value in values.items():
        if value is not None and not isinstance(value, str):
            return BadRow(where, f"{field} is no text")
    if values["reply"] is None:
        return BadRow(where, "reply is missing or empty")
    if values["channel"] not in (None, *Channel):
        return BadRow(where, f"channel is none of {', '.join(Channel)}")
    if values["language"] not in (None, *LANGUAGES):
        return BadRow(where, f"language is none of {', '.join(LANGUAGES)}")
    return Reply(
        text=str(values["reply"]),
        customer_message=_text(values["customer_message"]) or shared.customer_message,
        channel=Channel(str(values["channel"])) if values["channel"] else shared.channel,
        language=_text(values["language"]) or shared.language,
    )


def _text(value: object) -> str | None:
    return None if value is None else str(value)
