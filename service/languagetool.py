"""Advice in the shape of LanguageTool's HTTP API, so that its clients can show it.

LanguageTool counts in UTF-16 units of the text as sent, markup included.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Self

from model import Dimension
from model.sentences import sentence_spans

_AROUND = 40
"""Code points of context on each side of a match."""


class AnnotationError(ValueError):
    """`data` that is no annotated text; the message never repeats it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedText:
    """What is read, without markup; character i is [starts[i], ends[i]) of what was sent, in
    UTF-16 units.
    """

    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    @classmethod
    def plain(cls, text: str) -> Self:
        """A text without markup."""
        return cls._joined([(text, text)])

    @classmethod
    def annotated(cls, data: str) -> Self:
        """LanguageTool's `data`: text, and markup that may be read as something else."""
        try:
            parts = json.loads(data)["annotation"]
            return cls._joined([_part(part) for part in parts])
        except (ValueError, TypeError, KeyError, RecursionError):
            raise AnnotationError(
                'data must be {"annotation": [{"text": …} or {"markup": …, "interpretAs": …}, …]}'
            ) from None

    @classmethod
    def _joined(cls, parts: Sequence[tuple[str, str]]) -> Self:
        starts: list[int] = []
        ends: list[int] = []
        at = 0
        for sent, read in parts:
            if sent == read:
                bounds = list(accumulate(map(_units, read), initial=at))
                starts += bounds[:-1]
                ends += bounds[1:]
            else:  # whatever is read of a markup stands for all of it
                starts += [at] * len(read)
                ends += [at + _units(sent)] * len(read)
            at += _units(sent)
        text = "".join(read for _, read in parts)
        return cls(text=text, starts=tuple(starts), ends=tuple(ends))

    def sent_span(self, start: int, end: int) -> tuple[int, int]:
        """Where characters [start, end) are in what was sent: offset and length."""
        return self.starts[start], self.ends[end - 1] - self.starts[start]


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleChoice:
    """Which rules, and which categories of them (our dimensions), a client wants to hear of."""

    enabled: frozenset[str] = frozenset()
    disabled: frozenset[str] = frozenset()
    enabled_only: bool = False

    def wants(self, rule: str, category: str) -> bool:
        """True for a rule that is to be shown."""
        named = {rule, category}
        return bool(named & self.enabled) if self.enabled_only else not named & self.disabled


def matches(
    checked: CheckedText, advice: Sequence[Mapping[str, object]], choice: RuleChoice
) -> list[dict[str, object]]:
    """Pieces of advice on a text, as LanguageTool's matches in the order of the text."""
    wanted = [a for a in advice if choice.wants(str(a["rule"]), _category(a))]
    found = [_match(checked, a) for a in wanted]
    return sorted(found, key=lambda match: (match["offset"], match["length"]))


def _match(checked: CheckedText, advice: Mapping[str, object]) -> dict[str, object]:
    start, end = _visible(checked.text, advice)
    offset, length = checked.sent_span(start, end)
    return {
        "message": advice["message"],
        "shortMessage": _name(advice),
        "offset": offset,
        "length": length,
        "replacements": [{"value": value} for value in _list(advice["replacements"])],
        "context": _context(checked.text, start, end),
        "sentence": _sentence(checked.text, start),
        "type": {"typeName": "Hint"},
        "rule": {
            "id": advice["rule"],
            "description": advice.get("reason") or advice["message"],
            "issueType": "style",
            "category": {"id": _category(advice), "name": _name(advice)},
        },
        "ignoreForIncompleteSentence": False,
        "contextForSureMatch": 0,
    }


def _visible(text: str, advice: Mapping[str, object]) -> tuple[int, int]:
    """The span of an advice, one character at least: an editor cannot underline nothing."""
    start, end = int(str(advice["start"])), int(str(advice["end"]))
    start = min(start, len(text) - 1)
    return start, max(min(end, len(text)), start + 1)


def _context(text: str, start: int, end: int) -> dict[str, object]:
    first, last = max(0, start - _AROUND), min(len(text), end + _AROUND)
    before = ("..." if first else "") + text[first:start]
    after = text[end:last] + ("..." if last < len(text) else "")
    shown = text[start:end]
    return {
        "text": (before + shown + after).replace("\n", " "),
        "offset": _units(before),
        "length": _units(shown),
    }


def _sentence(text: str, at: int) -> str:
    spans = sentence_spans(text)
    return next((text[s:e] for s, e in spans if s <= at < e), text)


def _part(part: Mapping[str, str]) -> tuple[str, str]:
    if set(part) == {"text"}:
        sent = read = part["text"]
    elif {"markup"} <= set(part) <= {"markup", "interpretAs"}:
        sent, read = part["markup"], part.get("interpretAs", "")
    else:
        raise ValueError("neither text nor markup")
    if not isinstance(sent, str) or not isinstance(read, str):
        raise TypeError("not a string")
    return sent, read


def _category(advice: Mapping[str, object]) -> str:
    return str(advice["dimension"]).upper()


def _name(advice: Mapping[str, object]) -> str:
    return Dimension(str(advice["dimension"])).capitalize()


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
