"""Prepare a reply: reject what is no text, normalize Unicode and whitespace, take off what is no
part of it.

Quoted mail, signatures, footers and automatic replies are not the agent's words (the rubric), so
they are taken off before scoring. Every character of the prepared text knows where it came from, so
that evidence can point into the text as it was sent. No library does this: reply parsers drop the
closing line, which is courtesy, and lose the offsets.
"""

import re
import unicodedata
from dataclasses import dataclass
from itertools import pairwise

from model.errors import ReplyError

MAX_CHARACTERS = 20_000

_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_INVISIBLE = re.compile(
    r"[\u00ad\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]"
)

_QUOTE_HEADERS = re.compile(
    r"""(?imx)^[ \t>]*(?:
      (?:on|den|på|mån|man|tis|tir|ons|tor|fre|lör|lør|sön|søn|\d{4}-\d\d-\d\d|\d{1,2}\.)
        [^\n]{2,120}\b(?:wrote|skrev|skreiv)\b[^\n]{0,80}:[ \t]*$
      | -{2,}[ ]?(?:original|forwarded|ursprungligt|vidarebefordrat|opprinnelig|opphavleg
        |videresendt|vidaresend|oprindelig)[ ](?:message|meddelande|melding|e-post|meddelelse
        |besked|mail)[ ]?-{2,}
      | (?:from|från|fra|frå):[^\n]+\n[ \t>]*(?:sent|date|skickat|sendt|datum|dato|to|till|til):
    )"""
)
_QUOTED_LINE = re.compile(r"(?m)^[ \t]*>[^\n]*(?:\n|$)")
_THIS_MAIL = (
    r"(?:this|denna|detta|denne|dette)[ ]"
    r"(?:e-?mail|message|e-?post\w*|mejl\w*|mail|meddelande|meddelelse|melding\w*)"
)
_FOOTERS = re.compile(
    rf"""(?imx)^[ \t*_]*(?:
      (?:sent|skickat|sendt|send)[ ](?:from|från|fra|frå)[ ](?:my|min)\b
      | (?:hämta|get|hent)[ ]outlook\b
      | {_THIS_MAIL}[^\n]{{0,160}}(?:confidential|konfidensiel|konfidentiell|fortroli|fortruleg)
      | (?:this[ ]is[ ]an?|det(?:ta|te)[ ](?:är|er)[ ](?:ett?|ein?|en))[ ]automat
      | (?:miljö|tänk|tenk|tænk|please[ ]consider)[^\n]{{0,40}}(?:miljø|miljö|environment)
        [^\n]{{0,60}}(?:print|skriv)
    )"""
)
_DELIMITER = re.compile(r"(?m)^--[ ]?$")
CLOSING = r"""(?:
    (?:med[ ])?(?:vänlig|vennlig|venleg|venlig|bästa|beste|bedste|varm|hjert|hjart)\w*[ ]
      (?:hälsning|hilsen|helsing|hilsner)\w*
  | m\.?v\.?h\.? | vh | kh | dbh | hälsning(?:ar)? | hilsen | hilsner | helsing | hälsar
  | allt[ ]gott | alt[ ]godt | ha[ ]det | (?:tack|takk?)[ ]på[ ]f[oöø]r\w+
  | på[ ]f[oø]re?h[aå]nd[ ]takk? | (?:many[ ])?thanks[ ]in[ ]advance
  | (?:kind(?:est)?|best|warm(?:est)?|many)[ ](?:regards|wishes|thanks)
  | regards | best(?=[ ]*(?:,|$)) | warmly | sincerely | yours[ ]\w+ | cheers | all[ ]the[ ]best
  )(?!\w)"""
"""How a closing line begins; for a pattern with the flags i, m and x."""
_CLOSING = re.compile(rf"(?imx)^[ \t]*{CLOSING}[^\n]{{0,60}}$")
_SIGNATURE_TRACE = re.compile(
    r"@|\[(?:email|phone)\]"  # as sent, and as model.redaction masks it
    r"|(?i:https?:|www\.|\btel\b|\btlf|\btelefon|\bphone|\bmobil)|\d{5,}|\||\b(?:AB|AS|A/S|Ltd)\b"
)
_MAX_NAME_WORDS, _MAX_SIGNATURE_LINE_WORDS = 4, 9


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedText:
    """The agent's own words; character i came from [starts[i], ends[i]) of the text as sent."""

    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def sent_span(self, start: int, end: int) -> tuple[int, int]:
        """The span of the text as sent that the non-empty [start, end) came from."""
        return self.starts[start], self.ends[end - 1]


def check_text(text: str, what: str = "reply") -> None:
    """Raise ReplyError where `text` cannot be scored; the message never repeats the text."""
    if len(text) > MAX_CHARACTERS:
        raise ReplyError(
            "too_long",
            f"the {what} has {len(text):,} characters, at most {MAX_CHARACTERS:,} are scored; "
            "send the part that the agent wrote",
        )
    if found := _CONTROL.search(text):
        raise ReplyError(
            "control_character",
            f"the {what} has the control character U+{ord(found[0]):04X} at position "
            f"{found.start()}; send plain text in UTF-8",
        )
    if not any(c.isprintable() and not c.isspace() for c in _INVISIBLE.sub("", text)):
        raise ReplyError("empty", f"the {what} is empty; send the text that is to be scored")


def prepare(text: str) -> PreparedText:
    """Normalize a reply and take off what is no part of it; see the module's docstring.

    A reply of which nothing would be left (a signature alone, a quotation alone) keeps what it had.
    """
    kept = _kept_spans(text)
    prepared = _normalize(text, kept)
    return prepared if prepared.text else _normalize(text, [(0, len(text))])


def prepare_message(message: str) -> str:
    """The customer message, prepared in the same way, without offsets."""
    return prepare(message).text


def _kept_spans(sent: str) -> list[tuple[int, int]]:
    text = sent.replace("\r\n", " \n").replace("\r", "\n")  # as long as before: spans still fit
    end = _end_of_body(text)
    spans, at = [], 0
    for quoted in _QUOTED_LINE.finditer(text, 0, end):
        spans.append((at, quoted.start()))
        at = quoted.end()
    return [*spans, (at, max(at, end))]


def _end_of_body(text: str) -> int:
    """Where the agent's own words end: before the first quotation header, footer or signature."""
    end = len(text)
    for pattern in (_QUOTE_HEADERS, _FOOTERS, _DELIMITER):
        if (found := pattern.search(text, 0, end)) and text[: found.start()].strip():
            end = found.start()
    for closing in _CLOSING.finditer(text, 0, end):
        if text[: closing.start()].strip():
            end = min(end, _end_of_signed_name(text, closing.end(), end))
    return end


def _end_of_signed_name(text: str, closing_end: int, end: int) -> int:
    """Keep a closing line and the name under it; cut what follows if it reads like a signature."""
    lines = list(re.finditer(r"[^\n]+", text[closing_end:end]))
    filled = [line for line in lines if line[0].strip()]
    has_name = bool(filled) and len(filled[0][0].split()) <= _MAX_NAME_WORDS
    has_name = has_name and not _SIGNATURE_TRACE.search(filled[0][0])
    cut = closing_end + filled[0].end() if has_name else closing_end
    block = filled[1:] if has_name else filled
    if not block:
        return end
    is_short = all(len(line[0].split()) <= _MAX_SIGNATURE_LINE_WORDS for line in block)
    has_sentence = any(
        re.search(r"[.!?]\s*$", line[0]) and not _SIGNATURE_TRACE.search(line[0]) for line in block
    )
    return cut if is_short and not has_sentence else end


def _normalize(text: str, spans: list[tuple[int, int]]) -> PreparedText:
    kept: list[tuple[str, int, int]] = []
    for span_start, span_end in spans:
        for start, cluster in _clusters(text, span_start, span_end):
            for character in _normal_form(cluster):
                if character == "\n":
                    while kept and kept[-1][0] == " ":
                        kept.pop()
                    if [k[0] for k in kept[-2:]] in ([], ["\n", "\n"]):
                        continue
                elif character == " " and (not kept or kept[-1][0] in " \n"):
                    continue
                kept.append((character, start, start + len(cluster)))
    while kept and kept[-1][0] in " \n":
        kept.pop()
    characters, starts, ends = zip(*kept, strict=True) if kept else ((), (), ())
    return PreparedText(text="".join(characters), starts=starts, ends=ends)


def _clusters(text: str, start: int, stop: int) -> list[tuple[int, str]]:
    """A base character with its combining marks; CR LF together."""
    starts = [
        i
        for i in range(start, stop)
        if i == start
        or not (unicodedata.combining(text[i]) or (text[i] == "\n" and text[i - 1] == "\r"))
    ]
    return [(a, text[a:b]) for a, b in pairwise([*starts, stop])]


def _normal_form(cluster: str) -> str:
    if cluster in ("\r\n", "\r", "\u2028", "\u2029", "\x85", "\v", "\f"):
        return "\n"
    if cluster == "\n":
        return cluster
    if cluster.isspace():
        return " "
    return unicodedata.normalize("NFC", _INVISIBLE.sub("", cluster))
