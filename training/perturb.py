"""Replies changed in what must not matter: a name, a number, a city, quotation marks, a quoted
mail, a stock phrase.

Evaluation measures what a scorer makes of them (`robustness.py`); training may add them as copies.
The lists of the two have no entry in common (data/swaps/).
"""

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from model import LANGUAGES
from model.sentences import sentence_spans
from training.corpus import DATA, RatedReply
from training.errors import CorpusError

EVALUATION_SWAPS = DATA / "swaps" / "evaluation.toml"
TRAINING_SWAPS = DATA / "swaps" / "training.toml"
BACKGROUNDS = ("majority", "immigrant", "foreign")
GENDERS = ("female", "male")

_GREETING = (
    r"(?:hej(?:san)?|hei(?:sann?)?|hi(?:ya)?|hello|hey|tjena|dear|kære|kjære|kära|käre|bästa|"
    r"god(?: |)(?:dag|morgen|morgon|kveld|kväll|aften)|good (?:morning|afternoon|evening))"
)
_GREETED = re.compile(rf"(?i:{_GREETING}),? (?P<name>[A-ZÅÄÖÆØÉ][\w’'-]*[a-zåäöæøé])(?=[ ,.!\n]|$)")
_GREETS_NOBODY = re.compile(rf"(?i:{_GREETING})(?=[,.!\n])")
_GREETS = re.compile(rf"(?i){_GREETING}\b")
_SIGNED = re.compile(
    r"(?i:\b(?:hilsen|helsing|hälsningar|hälsning|mvh|vh|kh|regards|wishes|best|cheers)),?\s+"
    r"(?P<name>[A-ZÅÄÖÆØÉ][\w’'-]*[a-zåäöæøé])(?=[^\n]{0,30}\s*$)"
)
_TITLES = frozenset(["Customer", "Sir", "Madam", "Team", "All", "Parents", "Mr", "Mrs", "Ms", "Dr"])
_TIME = r"(?P<hour>\d{1,2})(?P<minutes>[:.][0-5]\d\b)"
_NUMBERS = re.compile(rf"\b24/7\b|{_TIME}|\d+")
_QUOTES = re.compile(r"[\"”“«]([^\"”“«»\n]+)[\"”“»]")
_QUOTED_MAIL = (
    "\n\n-- \nKundservice / Support\nTel. +00 000 00 00\n\n"
    "-----Original Message-----\n> {message}\n"
)


class Role(StrEnum):
    """Whose name is swapped."""

    CUSTOMER = "customer"
    AGENT = "agent"


class Place(StrEnum):
    """Where a phrase is added; the start is after a greeting, the end before a signature."""

    START = "start"
    MIDDLE = "middle"
    END = "end"


@dataclass(frozen=True, slots=True, kw_only=True)
class Swaps:
    """The lists of one language: `names[background][gender]`, what `rude` customers say, …"""

    cities: Sequence[str]
    names: Mapping[str, Mapping[str, Sequence[str]]]
    phrases: Sequence[str] = ()
    rude: Sequence[str] = ()
    friendly: Sequence[str] = ()


def load_swaps(path: Path = EVALUATION_SWAPS) -> Mapping[str, Swaps]:
    """The lists by language; CorpusError where one is not there."""
    try:
        found = tomllib.loads(path.read_text("utf-8"))
        return {code: Swaps(**found[code]) for code in LANGUAGES}
    except (OSError, tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise CorpusError(
            [f"{path}: needs cities and names for {', '.join(LANGUAGES)} ({error!r})"]
        ) from error


def with_name(reply: RatedReply, role: Role, name: str) -> RatedReply | None:
    """The reply to a customer, or from an agent, of that name; None where no name would stand.

    A name that is there is replaced wherever it stands, in the customer message too.
    """
    text = reply.reply
    pattern = _GREETED.match if role is Role.CUSTOMER else _SIGNED.search
    found = pattern(text)
    if found and found["name"] not in _TITLES:
        whole = re.compile(rf"\b{re.escape(found['name'])}(?=s?\b)")
        return _in_both(reply, lambda t: whole.sub(name, t))
    if role is Role.CUSTOMER and (greets := _GREETS_NOBODY.match(text)):
        return _with_text(reply, f"{greets[0]} {name}{text[greets.end() :]}")
    return _with_last_line(reply, name) if role is Role.AGENT and not found else None


def with_other_numbers(reply: RatedReply) -> RatedReply | None:
    """Every number another one of the same length, the same for the same; None without any.

    Numbers under 100 move by one, so that what was more stays more and a date stays a date.
    """
    if not _NUMBERS.search(reply.reply):
        return None
    return _in_both(reply, lambda text: _NUMBERS.sub(_other_number, text))


def with_city(reply: RatedReply, city: str, known: Sequence[str]) -> RatedReply | None:
    """The reply with `city` for the first one of the `known` it names, or else in a line under it;
    None where such a line would not fit.
    """
    found = re.search(rf"\b(?:{'|'.join(map(re.escape, known))})(?=s?\b)", reply.reply)
    if found:
        return _in_both(reply, lambda text: text.replace(found[0], city))
    return _with_last_line(reply, city)


def with_other_quotes(reply: RatedReply) -> RatedReply | None:
    """Quotation marks of another style; None without any."""
    style = "«{}»" if re.search(r"[\"”“]", reply.reply) else "”{}”"
    changed = _QUOTES.sub(lambda found: style.format(found[1]), reply.reply)
    return _with_text(reply, changed) if changed != reply.reply else None


def with_quoted_mail(reply: RatedReply) -> RatedReply:
    """A block of contact details and the customer's mail under the reply, which are no part
    of it.
    """
    quoted = (reply.customer_message or "…").replace("\n", "\n> ")
    return _with_text(reply, reply.reply.rstrip() + _QUOTED_MAIL.format(message=quoted))


def with_phrase(reply: RatedReply, phrase: str, place: Place) -> RatedReply:
    """A stock phrase added between two sentences."""
    text = reply.reply
    ends = [end for _, end in sentence_spans(text)]
    closed = [end for end in ends if text[end - 1] in ".!?…"] or ends
    greets = _GREETS.match(text) is not None
    at = {
        Place.START: ends[0] if greets else 0,
        Place.MIDDLE: ends[(len(ends) - 1) // 2],
        Place.END: closed[-1],
    }[place]
    before, after = text[:at], text[at:]
    joined = f"{before} {phrase}{after}" if before else f"{phrase} {after}"
    return _with_text(reply, joined)


def _with_text(reply: RatedReply, text: str) -> RatedReply:
    """The same ratings for another text; spans would not fit any more."""
    return replace(reply, reply=text, behaviors=None)


def _with_last_line(reply: RatedReply, line: str) -> RatedReply | None:
    """A line under a reply that nobody signed."""
    text = reply.reply.rstrip()
    return _with_text(reply, f"{text}\n{line}") if text.endswith((".", "!", "?")) else None


def _in_both(reply: RatedReply, change: Callable[[str], str]) -> RatedReply:
    message = reply.customer_message
    changed = _with_text(reply, change(reply.reply))
    return replace(changed, customer_message=None if message is None else change(message))


def _other_number(found: re.Match[str]) -> str:
    digits = found[0]
    if found["hour"] is not None:
        hour = int(found["hour"])
        moved = hour + 1 if hour < 23 else hour - 1
        return f"{moved:0{len(found['hour'])}}{found['minutes']}"
    if not digits.isdigit() or int(digits) < 2 or digits == "100":
        return digits  # 24/7; "1 day" has no plural; 100 %
    n = int(digits)
    if n < 100:
        return f"{n + 1 if n < 28 else n - 1:0{len(digits)}}"
    if 1900 <= n <= 2099:
        return str(n + 1)
    return "".join(str(int(d) % 9 + 1) if d != "0" else d for d in digits)
