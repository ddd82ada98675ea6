"""Find e-mail addresses, also those written to be read aloud: "kari (at) firma punkt no"."""

import re
from collections.abc import Iterator

from model.redaction.kinds import Kind, Span

_DOT_WORD = r"(?:dot|punkt|punktum)"
_SPOKEN_DOT = rf"(?: {_DOT_WORD} | ?[(\[] ?(?:{_DOT_WORD}|\.) ?[)\]] ?)"
_AT_NAME = r"(?:snabel-?a|krøllalfa|alfakrøll)"
_AT = rf"(?:@| @ | {_AT_NAME} | ?[(\[] ?(?:at|a|@|{_AT_NAME}) ?[)\]] ?)"
_LABEL = r"[^\W_][\w-]{0,62}"
_TOP = r"[^\W\d_]{2,24}"
_LOCAL = rf"(?<![\w.+@-])[\w+][\w.+'%-]{{0,63}}(?:{_SPOKEN_DOT}[\w+-]{{1,30}}){{0,2}}"
_COMMON_TOP = r"(?:se|no|dk|fi|is|com|net|org|eu|info|nu|io|uk|ie|de|example)\b"

# Every repetition is bounded, so that no text takes more than linear time.
_ADDRESS = re.compile(
    rf"(?i){_LOCAL}(?:{_AT}(?:(?:{_LABEL}\.){{1,4}}{_TOP}|(?:{_LABEL}{_SPOKEN_DOT}){{1,3}}{_TOP})"
    rf"| at (?:{_LABEL} {_DOT_WORD} ){{1,3}}{_COMMON_TOP})"
)


def emails(text: str) -> Iterator[Span]:
    """The spans of the addresses in a folded text, in order."""
    for found in _ADDRESS.finditer(text):
        yield found.start(), found.end(), Kind.EMAIL
