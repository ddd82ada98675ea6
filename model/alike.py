"""What must not move a score, made alike before the encoder reads it: names of people, places and
products, order numbers, figures, e-mail addresses, quotation marks, emoji, and the time of day in a
greeting.

A word that is upper case in the middle of a sentence is taken for a name, in all five languages;
the few others (polite pronouns, English days and months) are listed. At the start of a sentence
only first names are known, from a list (names.txt). Who is only called by name ("Yes, Anna, …")
is left out.
"""

import re
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

from model.sentences import EMOJI

HIDDEN = "[MASK]"
"""Stands for a name; fine-tuning hides random words behind the same mark."""

_UPPER, _LOWER = "A-ZÅÄÖÆØÉÜ", "a-zåäöæøéü"
_WORD = rf"[{_UPPER}][\w’'-]*[{_LOWER}][\w’'-]*"
_NAME = rf"(?-i:{_WORD})(?: (?-i:[{_UPPER}][\w’'.-]*)){{0,2}}"
_DAYTIME = (
    r"go(?:d|od|')? ?(?:morgen|morgon|f[oöø]re?middag|dag|middag|eftermiddag|ettermiddag|kveld|"
    r"kväll|aften|natt|morning|afternoon|evening|day)"
)
_GREETING = (
    r"hej(?:san)?|hei(?:sann?)?|hall[oå]|hi|hello|hey|dear|kj?ære|kära|bästa|morn|" + _DAYTIME
)
_GREETED = re.compile(rf"(?i)^(?P<greeting>{_GREETING}),? {_NAME}(?=\s*(?:[,.!:–-]|$))")
_OPENS = re.compile(rf"^(?P<name>{_WORD})(?P<called>,)?(?= [{_LOWER}])")
_GREETS = re.compile(rf"(?i)^\W*(?:{_GREETING})\b")
_GREETS_FIRST = re.compile(rf"(?i)^\W*(?:{_GREETING})\b[^,.!?\n]{{0,40}},\s+(?=\w+ \w)")
_AT_A_TIME = re.compile(rf"(?i)^{_DAYTIME}\b")
_CLOSING = (
    r"\b(?:hilsen|helsing|hälsningar|hälsning|mvh|vh|kh|regards|wishes|best|thanks|takk|tack|tak|"
    r"cheers),?"
)
_SIGNED = re.compile(rf"(?i)^(?P<closing>.{{0,40}}{_CLOSING}) {_NAME}\.?$")
_CLOSES = re.compile(rf"(?i)^.{{0,20}}{_CLOSING}(?: {_NAME})?\W*$")
_ONLY_NAME = re.compile(rf"(?i)^(?:/ ?|– ?|- ?)?{_NAME}\.?$")
_NOT_NAMES = (
    "de|dem|deres|dykk|dykkar|jer|jeres|ni|er|du|"
    "(?:mon|tues|wednes|thurs|fri|satur|sun)days?|january|february|march|april|may|june|july|"
    "august|september|october|november|december|i[’'](?:m|ve|ll|d)"
)
_CALLED = re.compile(rf", (?!(?i:{_NOT_NAMES})\b){_NAME}(?=[.!?,])")
_PROPER = re.compile(
    rf"(?<=[\w,;)%’'\]] )(?!(?i:{_NOT_NAMES})\b){_WORD}(?: (?:[{_UPPER}][\w’'-]*|of|og|och|&)"
    rf"(?= [{_UPPER}])| {_WORD})*"
)
_FIGURE = re.compile(
    r"\b(?=[\w-]*\d)(?=[\w-]*[A-Za-z])(?:(?=(?:[\w-]*\d){3})|(?=\w+-))[\w-]+\b"  # an id
    r"|\b\d{1,3}(?:[ \u00a0]\d{3})+\b|\b\d+(?:[.,:]\d+)*(?![A-Za-z])"
)
_QUOTES = re.compile("[“”„‟«»]")
_FACES = re.compile(rf"{EMOJI}|(?<![\w:])[:;=]-?[)D](?![\w)])")
_MASKED = {
    "[email]": "post@firma.example",
    "[phone]": "00-00 00",
    "[personnummer]": "00-00",
    "[card]": "00 00 00 00",
    "[iban]": "00 00 00 00",
    "[account]": "00",
}
"""What model.redaction puts in place of personal data, and what the like reads as unmasked."""
_MASK = re.compile("|".join(map(re.escape, _MASKED)))
_ADDRESS = re.compile(r"\b[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}\b")
_HELLO = {"en": "Hello", "nb": "Hei", "nn": "Hei"}


def greets(text: str) -> bool:
    """True where a text begins with the words of a greeting."""
    return _GREETS.match(text) is not None


def end_of_greeting(text: str) -> int:
    """Where something begins that is said after a greeting and its comma; 0 where nothing is."""
    found = _GREETS_FIRST.match(text)
    return found.end() if found else 0


def is_closing(text: str) -> bool:
    """True where a text is no more than the closing of a letter, signed or not."""
    return _CLOSES.match(text) is not None


def alike(sentences: Sequence[str], language: str) -> list[str]:
    """The sentences of a text with all of that made alike."""
    if not sentences:
        return []
    first, *others = sentences
    first = _GREETED.sub(r"\g<greeting>", first)
    first = _AT_A_TIME.sub(_HELLO.get(language, "Hej"), first)
    if others:
        last = _SIGNED.sub(rf"\g<closing> {HIDDEN}", others[-1])
        others[-1] = HIDDEN if _ONLY_NAME.match(last) else last
    return [_alike(sentence) for sentence in (first, *others)]


def _alike(sentence: str) -> str:
    sentence = _QUOTES.sub('"', _FACES.sub("", sentence).strip() or sentence)
    if (opens := _OPENS.match(sentence)) and opens["name"] in _names():
        rest = sentence[opens.end() :]
        sentence = rest.lstrip() if opens["called"] else HIDDEN + rest
    sentence = _ADDRESS.sub(_MASKED["[email]"], _MASK.sub(lambda m: _MASKED[m[0]], sentence))
    return _PROPER.sub(HIDDEN, _FIGURE.sub("00", _CALLED.sub("", sentence)))


@cache
def _names() -> frozenset[str]:
    lines = (files("model") / "names.txt").read_text("utf-8").splitlines()
    return frozenset(name for line in lines if not line.startswith("#") for name in line.split())
