"""What the words before a number say it is: a phone number, an account, an order.

Eight digits in a row are a Norwegian phone number or a Norwegian order number; only the words
tell. The last telling word before the number decides.
"""

import re
from typing import Final, Literal

from model.redaction.kinds import Kind, Span

BUSINESS: Final = "business"
"""The number of a thing: an order, a parcel, a case."""
Context = Kind | Literal["business"] | None

_REACH, _NEAR = 40, 12
_NUMBER = r"(?:[ -]?(?:nr|nummer|numret|nummeret|number|no))"
_SAID: dict[str, str] = {
    Kind.PERSONNUMMER: rf"""
        person{_NUMBER} | personnumm\w+ | pers?{_NUMBER} | p\.?nr | samordnings\w+
      | fødsels\w+ | f\.?nr | d{_NUMBER} | cpr(?:-?\w+)? | född | fødd | født | born
      | (?:personal|national|identity|social[ ]security)(?:[ ](?:identity|id))?{_NUMBER}""",
    Kind.PHONE: rf"""
        (?:tel|tlf|(?:mobil|tele)?(?:telefon|mobil|phone|mobile|cell))(?:{_NUMBER}|en|et)?
      | sms(?:a|e)? | swish | vipps | mobilepay | whatsapp | ring(?:a|e|er|ing)? | call(?:ing)?
      | text(?:[ ](?:me|us))? | (?:nå|når|nås|treffes|træffes|reach)
        (?:[ ](?:du|jag|jeg|eg|me|us|meg|mig|oss|os|ham|han|henne|hende)){{0,2}}[ ](?:på|on|at)""",
    Kind.CARD: r"""
        (?:bank|kredit|kreditt|debet|debit|betalings?|dan)?kort(?:et|n\w*)? | card(?:[ ]n\w+)?
      | visa | mastercard | amex""",
    Kind.IBAN: rf"iban{_NUMBER}?",
    Kind.ACCOUNT: rf"""
        (?:bank|lønns?|løn|löne|spar|spare)?konto(?:{_NUMBER}|en|t|et|n)? | clearing\w*
      | (?:account|acct){_NUMBER}?""",
    BUSINESS: rf"""
        (?:order|ordre|bestäl|bestil|booking|bokning|fakt|invoice|ärende|saks|sags|case|ticket
      | kund|customer|medlem|member|polic|polis|försäkring|forsikring|skad|claim|seri|imei|isbn
      | artik|vare|varu|product|kolli|sporing|spårning|track|paket|pakke|parcel|sending|försänd
      | forsend|ref|kvitt|receipt|kontrakt|contract|avtal|aftale|abonn|måler|mätar|meter|anlägg
      | anlegg|journal|version|bankgiro|plusgiro|orgn|organisa|moms|gavekort|presentkort
      | kode?n?\b|code|postn)\w*
      | (?:sak|sag|id|ean|kid|ocr|org|cvr|vat|bg|pg|reg|rma){_NUMBER}?""",
}
_WORDS = re.compile(
    r"(?ix)(?<![\w\[])(?:"
    + "|".join(rf"(?P<{said}>{words})" for said, words in _SAID.items())
    + r")(?!\w)"
)
_NEW_SENTENCE = re.compile(r"[.!?]\s+(?=[^\W\d_])|\n\s*\n")
_AND = r"\s?(?:,|/|;|&|og|och|and|or|eller|samt)?\s*"
_LISTED = re.compile(_AND)
_LISTED_AFTER_TOKEN = re.compile(rf"\[(personnummer|phone|card|account)\]{_AND}\Z")


def context(text: str, start: int, last: Span | None) -> Context:
    """What the number at `start` is said to be, where `last` is what was found before it."""
    if last and start - last[1] < _REACH and _LISTED.fullmatch(text, last[1], start):
        return last[2]
    before = text[max(0, start - _REACH) : start]
    if listed := _LISTED_AFTER_TOKEN.search(before):
        return Kind(listed[1])
    before = _NEW_SENTENCE.split(before)[-1]
    said = [word.lastgroup for word in _WORDS.finditer(before) if _counts(word, before)]
    if not said or said[-1] is None:
        return None
    return BUSINESS if said[-1] == BUSINESS else Kind(said[-1])


def _counts(word: re.Match[str], before: str) -> bool:
    """True but for a thing that is only talked of: its number stands close behind the word."""
    gap = before[word.end() :]
    is_near = len(gap) <= _NEAR and ("\n" not in gap or ":" in gap)
    return word.lastgroup != BUSINESS or is_near
