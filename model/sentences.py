"""Split a text into sentences, in the five languages.

Own code because the libraries split at Scandinavian abbreviations ("t.ex.", "kl. 14", "bl.a.",
"f.eks.", "ca. 3") or lack the languages. Line breaks end a sentence too: a list item, a greeting
and a closing stand alone.
"""

import re

_ABBREVIATIONS = frozenset(
    [
        "t.ex",
        "t.o.m",
        "fr.o.m",
        "bl.a",
        "m.m",
        "m.fl",
        "o.s.v",
        "osv",
        "s.k",
        "d.v.s",
        "dvs",
        "f.d",
        "p.g.a",
        "pga",
        "resp",
        "ev",
        "exkl",
        "inkl",
        "ca",
        "kl",
        "nr",
        "tel",
        "mvh",
        "st",
        "kr",
        "min",
        "tim",
        "sek",
        "max",
        "jan",
        "feb",
        "mar",
        "apr",
        "jun",
        "jul",
        "aug",
        "sep",
        "sept",
        "okt",
        "nov",
        "dec",
        "mån",
        "tis",
        "ons",
        "tors",
        "fre",
        "lör",
        "sön",
        "obs",
        "jfr",
        "avd",
        "ang",
        "f.eks",
        "feks",
        "bl.a",
        "m.a",
        "o.l",
        "osb",
        "o.s.b",
        "m.v",
        "mv",
        "d.v.s",
        "tlf",
        "tel",
        "evt",
        "f.o.m",
        "t.o.m",
        "ift",
        "iht",
        "jf",
        "pkt",
        "pst",
        "kap",
        "mnd",
        "mrd",
        "mill",
        "vs",
        "ifm",
        "ifbm",
        "p.t",
        "pt",
        "inkl",
        "ekskl",
        "eks",
        "hhv",
        "mht",
        "pga",
        "mfl",
        "man",
        "tir",
        "ons",
        "tor",
        "lør",
        "søn",
        "d.d",
        "dd",
        "att",
        "maks",
        "temp",
        "e.g",
        "i.e",
        "etc",
        "mr",
        "mrs",
        "ms",
        "dr",
        "prof",
        "approx",
        "no",
        "inc",
        "ltd",
        "vs",
        "a.m",
        "p.m",
        "mon",
        "tue",
        "wed",
        "thu",
        "fri",
        "sat",
        "sun",
        "est",
        "dept",
        "ext",
        "incl",
    ]
)
EMOJI = "[\U0001f000-\U0001faff\u2600-\u27bf\u2b00-\u2bff\ufe0f\u200d\u20e3]+"
_END = re.compile(
    rf"[.!?…]+[\"'”’)\]]*(?=\s|$)|\n+|{EMOJI}(?=\s+[A-ZÅÄÖÆØÉ])"  # many end a sentence with one
)
_LAST_WORD = re.compile(r"([^\W_][\w.-]*)\.$")


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """The spans [start, end) of the sentences in `text`, in order, without whitespace around."""
    spans, start = [], 0
    for end in _END.finditer(text):
        if not end[0].startswith("\n") and _is_inside(text, start, end):
            continue
        spans.append((start, end.end()))
        start = end.end()
    spans.append((start, len(text)))
    return [trimmed for span in spans if (trimmed := _trim(text, *span))]


def _is_inside(text: str, start: int, end: re.Match[str]) -> bool:
    """True where the stop is an abbreviation's or an ordinal's, not a sentence's."""
    if end[0] != "." or text[end.end() : end.end() + 1] == "\n" or end.end() == len(text):
        return False
    following = text[end.end() :].lstrip(" ")[:1]
    word = _LAST_WORD.search(text[start : end.end()])
    if word is None:
        return False
    token = word[1].lower()
    if token.isdigit():  # an ordinal or a list number: "den 3. maj", "1. Öppna appen"
        return following.islower() or len(text[start : end.end()].split()) == 1
    if token in _ABBREVIATIONS:
        return True
    return len(token) == 1 and following.isupper()  # an initial: "A. Lind"


def _trim(text: str, start: int, end: int) -> tuple[int, int] | None:
    inner = text[start:end]
    if not any(c.isalnum() for c in inner):
        inner = "" if not inner.strip() or start else inner
    left, right = len(inner) - len(inner.lstrip()), len(inner.rstrip())
    return (start + left, start + right) if right > left else None
