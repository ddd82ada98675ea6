"""Other scales of rating -> 1 to 5, as the importer was told; nothing is guessed from the values.

A scale of numbers is stretched linearly: its worst becomes 1, its best 5, and what lies between
keeps its place, fractions included, since rounding would throw away what the rater said. A thumb is
no extreme: it says which half of the scale, so it becomes the middle of that half, 2 or 4.
"""

import re
from dataclasses import dataclass

from model.rubric import HIGHEST, LOWEST

_RANGE = re.compile(r"(\d+(?:[.,]\d+)?)-(\d+(?:[.,]\d+)?)")
_DOWN, _UP = 2.0, 4.0
_THUMBS = {
    word: rating
    for rating, words in (
        (
            _UP,
            "👍|up|thumbs up|tumme upp|tommel opp|tommel op|good|yes|ja|bra|god|true|1|+|positive",
        ),
        (
            _DOWN,
            "👎|down|thumbs down|tumme ner|tumme ned|tommel ned|bad|no|nej|nei|dålig|dårlig|false"
            "|0|-1|-|negative",
        ),
    )
    for word in words.split("|")
}
_SKIN_TONES = re.compile("[\U0001f3fb-\U0001f3ff\ufe0f]")
_DIGITS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """A scale from its worst to its best number; `name` is what the importer wrote."""

    name: str
    worst: float
    best: float

    @property
    def is_rubric(self) -> bool:
        """True where a rating is taken as it stands."""
        return (self.worst, self.best) == (LOWEST, HIGHEST)

    def convert(self, cell: object) -> float:
        """The rating in [1, 5]; ValueError says what is wrong without repeating text."""
        if self.name == "thumbs":
            return _thumb(cell)
        value = number(cell)
        if value is None:
            raise ValueError(f"is {kind(cell)}, a number on the scale {self.name} is needed")
        if not min(self.worst, self.best) <= value <= max(self.worst, self.best):
            raise ValueError(f"is {value:g}, outside the scale {self.name}")
        share = (value - self.worst) / (self.best - self.worst)
        rating = round(LOWEST + share * (HIGHEST - LOWEST), _DIGITS)
        return int(rating) if rating.is_integer() else rating


def parse_scale(name: str) -> Scale:
    """The scale called `name`: thumbs, percent, or its worst and best number as in 1-10."""
    name = name.strip().lower()
    if name == "thumbs":
        return Scale(name=name, worst=0, best=1)
    if name in ("percent", "%"):
        return Scale(name="percent", worst=0, best=100)
    if not (found := _RANGE.fullmatch(name)):
        raise ValueError(f"{name!r} is no scale; write 1-5, 1-10, thumbs, percent or WORST-BEST")
    worst, best = (float(end.replace(",", ".")) for end in found.groups())
    if worst == best:
        raise ValueError(f"the scale {name} has one point; its ends must differ")
    return Scale(name=name, worst=worst, best=best)


def number(cell: object) -> float | None:
    """The number in a cell, written with a decimal comma or point, perhaps in percent, or None."""
    if isinstance(cell, bool):
        return None
    if isinstance(cell, int | float):
        return float(cell)
    text = str(cell).strip().removesuffix("%").strip().replace(",", ".")
    return float(text) if re.fullmatch(r"[+-]?\d{1,6}(?:\.\d{1,9})?", text) else None


def kind(cell: object) -> str:
    """What a cell holds, without repeating it."""
    if cell is None or cell == "":
        return "empty"
    if isinstance(cell, str):
        return f"a text of {len(cell)} characters"
    return f"a {type(cell).__name__}"


def _thumb(cell: object) -> float:
    word = str(int(cell)) if isinstance(cell, bool | int | float) else str(cell)
    rating = _THUMBS.get(_SKIN_TONES.sub("", word).strip().lower().replace("_", " "))
    if rating is None:
        raise ValueError(f"is {kind(cell)}, up or down (1 or 0) is needed")
    return rating
