"""Rules of advice that look at how a text is written down: capitals, marks, blanks, length."""

import re
from collections.abc import Iterator

from model.edits import replaced
from model.situation import Finding, Situation

_LONG_SENTENCE = 32
"""Words."""
_INNER_STOP = re.compile(r"[.!?] [A-ZÅÄÖÆØ]")
_JOINT = re.compile(r"[,;:]? (?:och|og|and|men|but|samt) |; |, ")


def split_the_sentence(s: Situation) -> Iterator[Finding]:
    """A long sentence, divided at the joint nearest to its middle."""
    for found in s.body:
        words = s.text_of(found)
        if len(words.split()) < _LONG_SENTENCE or _INNER_STOP.search(words):
            continue
        joints = list(_JOINT.finditer(words))
        if not joints:
            continue
        middle = min(joints, key=lambda j: abs(j.start() - len(words) / 2))
        second = words[middle.end() :]
        halves = f"{words[: middle.start()]}. {second[:1].upper()}{second[1:]}"
        span = (found.start, found.end)
        yield Finding(start=found.start, end=found.end, changed=replaced(s.text, span, halves))


_CAPITALS = "[A-ZÅÄÖÆØÉ]{2,}"
_SHOUTED = re.compile(rf"\b{_CAPITALS}(?: {_CAPITALS})*\b!*")


def lower_your_voice(s: Situation) -> Iterator[Finding]:
    """Words in capitals that are no abbreviation."""
    for found in _SHOUTED.finditer(s.text):
        words = found[0]
        is_long = any(len(word.rstrip("!")) > 3 for word in words.split())
        if is_long and (" " in words or words.endswith("!")):
            is_start = found.start() == 0 or s.text[: found.start()].rstrip().endswith((".", "!"))
            calm = words.rstrip("!").capitalize() if is_start else words.rstrip("!").lower()
            calm += "." if words.endswith("!") else ""
            yield Finding(
                start=found.start(),
                end=found.end(),
                changed=replaced(s.text, found.span(), calm),
                replacements=(calm,),
            )


def one_exclamation_mark(s: Situation) -> Iterator[Finding]:
    """Several exclamation marks in a row."""
    for found in re.finditer(r"!{2,}", s.text):
        changed = re.sub(r"!{2,}", "!", s.text)
        yield Finding(start=found.start(), end=found.end(), changed=changed, replacements=("!",))
        return


_PLACEHOLDER = re.compile(
    r"\{\{.*?\}\}|\[[^\]\d]{2,30}\]|<(?!https?:|mailto:)[^<>@\n]{2,30}>|\bX{3,}\b|_{3,}"
)


def fill_in(s: Situation) -> Iterator[Finding]:
    """A placeholder that was left in."""
    for found in _PLACEHOLDER.finditer(s.text):
        yield Finding(start=found.start(), end=found.end(), changed=None, settled_gain=1.0)
        return
