"""A text with one place changed; what stands around it stays as it is."""

from collections.abc import Sequence

Span = tuple[int, int]


def without(text: str, spans: Sequence[Span]) -> str:
    """The text without `spans` (ascending, code points, end exclusive) and the space after them."""
    for start, end in reversed(spans):
        rest = text[end:]
        after = rest.lstrip(" \t") if start == 0 or text[start - 1].isspace() else rest
        text = text[:start] + after
    return text.strip()


def replaced(text: str, span: Span, by: str) -> str:
    """The text with `by` in place of the span."""
    return text[: span[0]] + by + text[span[1] :]


def put_after(text: str, end: int, more: str) -> str:
    """The text with `more` after what ends at `end`."""
    before, after = text[:end], text[end:]
    stop = "" if before.endswith((".", "!", "?", "…", ":", "\n")) or not before else "."
    return f"{before}{stop} {more}{after}" if before.strip() else f"{more}{after}"


def moved(text: str, span: Span, to: int) -> str:
    """The text with the span moved before `to`, which must not lie after it."""
    sentence = text[span[0] : span[1]]
    rest = without(text, [span])
    return f"{rest[:to]}{sentence} {rest[to:]}"
