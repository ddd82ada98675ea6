"""What the corpus holds beside what its plan asks for."""

import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

from model import LANGUAGES, Dimension
from training.corpus import RatedReply
from training.duplicates import overlaps, shared_openings

LEVELS = ("low", "middle", "high")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the plan: what is asked, what is there, and whether that is enough."""

    what: str
    asked: str
    found: str
    is_met: bool


def read_plan(path: Path) -> Mapping[str, Any]:
    """The plan of a corpus."""
    return tomllib.loads(path.read_text("utf-8"))


def level(mean: float) -> str:
    """A panel's mean as low (under 2.5), middle, or high (3.5 and more)."""
    return "low" if mean < 2.5 else "middle" if mean < 3.5 else "high"


def cell(reply: RatedReply) -> tuple[str, ...]:
    """The levels of empathy, politeness and clarity."""
    return tuple(level(reply.mean[d]) for d in Dimension)


def cells(replies: Sequence[RatedReply]) -> Mapping[str, Counter[tuple[str, ...]]]:
    """How many replies each cell of low/middle/high holds, by language; empty cells too."""
    counted = {code: Counter(dict.fromkeys(product(LEVELS, repeat=3), 0)) for code in LANGUAGES}
    for reply in replies:
        counted[reply.language][cell(reply)] += 1
    return counted


def compare(replies: Sequence[RatedReply], plan: Mapping[str, Any]) -> Iterator[Line]:
    """Every line of the plan."""
    n = len(replies)
    languages = Counter(r.language for r in replies)
    for code, least in plan["replies"].items():
        yield _at_least(f"replies in {code}", least, languages[code])
    least, most, tolerance = plan["least"], plan["most"], plan["tolerance"]
    yield _at_least("domains", least["domains"], len({r.domain for r in replies}))
    sets = {r.contrast_set for r in replies if r.contrast_set}
    yield _at_least("contrast sets", least["contrast_sets"], len(sets))
    for code, counted in cells(replies).items():
        empty = min(counted.values())
        yield _at_least(
            f"replies in the emptiest cell, {code}", least["replies_in_each_cell"], empty
        )
    yield from _shares(
        "channel",
        plan["channels"],
        Counter(r.channel.value for r in replies),
        n,
        tolerance["channels"],
    )
    yield from _shares(
        "need", plan["needs"], Counter(r.need.value for r in replies), n, tolerance["needs"]
    )
    special = {
        "without_message": sum(r.customer_message is None for r in replies),
        "abusive_customer": sum("abusive_customer" in r.features for r in replies),
        "another_language": sum(r.customer_language is not None for r in replies),
    }
    for name, count in plan["special"].items():
        yield _at_least(f"replies with {name}", count, special[name])
    fewest = min(len(r.ratings) for r in replies)
    yield _at_least("raters a reply", least["raters_a_reply"], fewest)
    thirds = sum(len(r.ratings) > 2 for r in replies) / n
    yield _at_least("share with three raters", least["third_ratings"], thirds)
    tagged = Counter(r.language for r in replies if r.behaviors is not None)
    yield _at_least("replies with behaviors", least["tagged_replies"], tagged.total())
    for code in LANGUAGES:
        share = tagged[code] / max(languages[code], 1)
        yield _at_least(f"share with behaviors, {code}", least["tagged_share_of_language"], share)
    shared = shared_openings(replies)
    for code in LANGUAGES:
        share = len(shared.get(code, ())) / max(languages[code], 1)
        yield _at_most(f"shared openings, {code}", most["shared_openings"], share)
    worst = overlaps(replies, most["overlap"])
    yield _at_most("pairs that overlap too much", 0, len(worst))
    counterparts = sum(r.counterpart_of is not None for r in replies) / n
    yield _at_most("counterparts across languages", most["counterparts"], counterparts)
    words = [len(re.findall(r"\w+", r.reply)) for r in replies]
    yield _at_most("words of the shortest reply", plan["words"]["shortest"], min(words))
    yield _at_least("words of the longest reply", plan["words"]["longest"], max(words))


def _shares(
    kind: str, asked: Mapping[str, float], found: Counter[str], n: int, tolerance: float
) -> Iterator[Line]:
    for name, share in asked.items():
        actual = found[name] / n
        yield Line(
            f"{kind} {name}",
            f"{share:.0%} ± {tolerance:.0%}",
            f"{actual:.1%}",
            abs(actual - share) <= tolerance + 1e-9,
        )


def _at_least(what: str, asked: float, found: float) -> Line:
    return Line(what, f"at least {_number(asked)}", _number(found), found >= asked)


def _at_most(what: str, asked: float, found: float) -> Line:
    return Line(what, f"at most {_number(asked)}", _number(found), found <= asked)


def _number(value: float) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:.1%}"
