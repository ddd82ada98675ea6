"""Find IBANs, in groups or not, in upper or lower case."""

import re
from collections.abc import Iterator

from model.redaction.context import context
from model.redaction.kinds import Kind, Span
from model.redaction.validity import is_iban

_SEPARATOR = r"(?: ?\n ?|[ -])?"
_CANDIDATE = re.compile(
    rf"(?<![^\W_])[A-Za-z]{{2}}{_SEPARATOR}\d\d(?:{_SEPARATOR}[A-Za-z0-9]){{10,30}}"
)
_ONLY_DIGITS = re.compile(rf"[A-Za-z]{{2}}{_SEPARATOR}\d\d(?:{_SEPARATOR}\d){{10,30}}(?!\w)")
_GROUP_END = re.compile(r"[A-Za-z0-9](?![^\W_])")
_SHORTEST = 15


def ibans(text: str) -> Iterator[Span]:
    """The spans of the IBANs in a folded text, in order; wrong check digits only after the word."""
    at = 0
    while found := _CANDIDATE.search(text, at):
        start, end = found.span()
        if (valid := _valid_end(text, start, end)) is None:
            named = _ONLY_DIGITS.match(text, start)
            valid = named.end() if named and context(text, start, None) == Kind.IBAN else None
        if valid is not None:
            yield start, valid, Kind.IBAN
        at = start + 2 if valid is None else valid


def _valid_end(text: str, start: int, end: int) -> int | None:
    """Where a valid IBAN ends that begins at `start`; only at the end of a group of characters."""
    for group in reversed(list(_GROUP_END.finditer(text, start, end))):
        compact = re.sub(r"[\s-]", "", text[start : group.end()]).upper()
        if len(compact) >= _SHORTEST and is_iban(compact):
            return group.end()
    return None
