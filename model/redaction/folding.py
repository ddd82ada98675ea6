"""One plain spelling of a text to search in, which knows where each character came from.

Digits of other scripts and widths become ASCII, every dash a hyphen, every space a space; invisible
characters go. A character folds to one or none whatever stands beside it, so that the folding of a
masked text is the masked folding: that makes redaction idempotent.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from model.redaction.kinds import Span

_LINE_BREAKS = "\n\v\f\x85\u2028\u2029"


@dataclass(frozen=True, slots=True, kw_only=True)
class Folded:
    """Character i came from [starts[i], ends[i]) of the original."""

    text: str
    starts: list[int]
    ends: list[int]

    def original(self, span: Span) -> Span:
        """The span of the original that `span` came from."""
        start, end, kind = span
        return self.starts[start], self.ends[end - 1], kind

    def masked(self, spans: Sequence[Span]) -> "Folded":
        """With tokens in place of `spans`, which are in order and apart."""
        text, starts, ends, at = "", list[int](), list[int](), 0
        parts = []
        for start, end, kind in spans:
            parts += [self.text[at:start], kind.token]
            starts += self.starts[at:start] + [self.starts[start]] * len(kind.token)
            ends += self.ends[at:start] + [self.ends[end - 1]] * len(kind.token)
            at = end
        text = "".join([*parts, self.text[at:]])
        return Folded(text=text, starts=starts + self.starts[at:], ends=ends + self.ends[at:])


def fold(text: str) -> Folded:
    """The plain spelling of `text`."""
    kept = [(plain, i) for i, c in enumerate(text) if (plain := _plain(c))]
    return Folded(
        text="".join(plain for plain, _ in kept),
        starts=[i for _, i in kept],
        ends=[i + 1 for _, i in kept],
    )


def _plain(character: str) -> str:
    if character.isascii() and character not in "\t\v\f\r":
        return character
    if character in _LINE_BREAKS:
        return "\n"
    if character.isspace():
        return " "
    if (digit := unicodedata.decimal(character, None)) is not None:
        return str(digit)
    category = unicodedata.category(character)
    if category == "Pd" or character == "\u2212":
        return "-"
    if "\uff01" <= character <= "\uff5e":  # full width
        return chr(ord(character) - 0xFEE0)
    return "" if category == "Cf" else character
