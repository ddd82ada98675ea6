"""Find identity, phone, card and account numbers among the figures of a reply.

Groups of digits that stand close together are read together, the longest number first. What the
libraries call valid and what is written like such a number is masked, unless the words before say
that it numbers an order or the like; what the words call a phone number (an account, …) is masked
as well where a digit is wrong.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from model.redaction.context import BUSINESS, context
from model.redaction.kinds import Kind, Span
from model.redaction.shapes import shown, so_called

_DIGITS = re.compile(r"\d+")
_JOINT = re.compile(r" {0,2}[-+/.(]? ?|\) ?-?|[ -]{0,2}\n ?")
_MAX_DIGITS, _MIN_DIGITS = 19, 7
_PART_OF_MORE_BEFORE = re.compile(r"(?:\w|\d[-.,:/+]|[^\W\d][-_]|#)\Z")
_PART_OF_MORE_AFTER = re.compile(r"\w|[-.,:/+]\d|%")


@dataclass(frozen=True, slots=True)
class _Window:
    """Digits read together, [start, end) of the text."""

    start: int
    end: int
    groups: int


def numbers(text: str) -> Iterator[Span]:
    """The spans of the numbers in a folded text, in order."""
    groups = [found.span() for found in _DIGITS.finditer(text)]
    joined = [bool(_JOINT.fullmatch(text, a[1], b[0])) for a, b in pairwise(groups)] + [False]
    at = 0
    last: Span | None = None
    while at < len(groups):
        windows = (
            [] if _is_amid_single_digits(groups, joined, at) else _windows(text, groups, joined, at)
        )
        if found := _best(text, windows, last):
            window, kind = found
            last = (window.start, window.end, kind)
            yield last
            at += window.groups
        else:
            at += 1


def _is_amid_single_digits(groups: list[tuple[int, int]], joined: list[bool], at: int) -> bool:
    """True where digits are written one by one and this is not the first: no number begins here."""
    return at > 0 and joined[at - 1] and groups[at][1] - groups[at - 1][0] == 3


def _windows(
    text: str, groups: list[tuple[int, int]], joined: list[bool], first: int
) -> list[_Window]:
    """What can be read from group `first` on, the longest first."""
    start = _start(text, groups[first][0])
    if _PART_OF_MORE_BEFORE.search(text, max(0, start - 2), start):
        return []
    windows, digits = list[_Window](), 0
    for i in range(first, len(groups)):
        digits += groups[i][1] - groups[i][0]
        if digits > _MAX_DIGITS:
            break
        end = groups[i][1]
        if digits >= _MIN_DIGITS and not _PART_OF_MORE_AFTER.match(text, end):
            windows.append(_Window(start, end, i - first + 1))
        if not joined[i]:
            break
    return windows[::-1]


def _start(text: str, first_digit: int) -> int:
    """Where the number begins: a plus and a parenthesis belong to it."""
    start = first_digit
    if text[max(0, start - 1) : start] == "+":
        start -= 1
    if text[max(0, start - 1) : start] == "(" and ")" in text[start : start + 6]:
        start -= 1
    return start


def _best(text: str, windows: list[_Window], last: Span | None) -> tuple[_Window, Kind] | None:
    """The window that is a number of a person, and its kind: shown before said."""
    if not windows:
        return None
    said = context(text, windows[0].start, last)
    for window in windows:
        seen = shown(text, window.start, window.end)
        if seen and seen.is_unmistakable:
            return window, seen.kind
        if seen and said != BUSINESS:
            is_called_so = said and so_called(said, text, window.start, window.end)
            return window, said if said and is_called_so else seen.kind
    if said is None or said == BUSINESS:
        return None
    for window in windows:
        if so_called(said, text, window.start, window.end):
            return window, said
    return None
