"""Mask personal data before a reply is stored: identity numbers, e-mail addresses, phone numbers,
payment cards, IBANs and account numbers.

Names and postal addresses are not masked. Nothing of the original is kept or logged here.
"""

from dataclasses import dataclass

from model.redaction.emails import emails
from model.redaction.folding import Folded, fold
from model.redaction.ibans import ibans
from model.redaction.kinds import Kind, Span
from model.redaction.numbers import numbers

__all__ = ["Found", "Kind", "Redacted", "redact"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Personal data at [start, end) of the original text."""

    kind: Kind
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Redacted:
    """A text with tokens in place of personal data, and where in the original that stood."""

    text: str
    found: tuple[Found, ...]


def redact(text: str) -> Redacted:
    """Mask the personal data in `text`; any string will do, and a masked text stays as it is."""
    folded = fold(text)
    originals = list[Span]()
    while spans := _first_spans(folded):  # until nothing is found: that makes it idempotent
        originals += map(folded.original, spans)
        folded = folded.masked(spans)
    originals.sort()
    return Redacted(
        text=_with_tokens(text, originals),
        found=tuple(Found(kind=kind, start=start, end=end) for start, end, kind in originals),
    )


def _first_spans(folded: Folded) -> list[Span]:
    for find in (emails, ibans, numbers):
        if spans := list(find(folded.text)):
            return spans
    return []


def _with_tokens(text: str, spans: list[Span]) -> str:
    parts, at = list[str](), 0
    for start, end, kind in spans:
        parts += [text[at:start], kind.token]
        at = end
    return "".join([*parts, text[at:]])
