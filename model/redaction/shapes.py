"""How personal numbers are written, and how dates, times and prices are."""

import re
from dataclasses import dataclass

from model.redaction.kinds import Kind
from model.redaction.validity import (
    could_be_phone,
    is_card_number,
    is_identity_number,
    is_norwegian_account,
    is_phone,
)

_ONE_BY_ONE = re.compile(r"\d(?: \d)+")
_IDENTITY = re.compile(
    r"(?:(?:18|19|20)[ ]?)?\d{6}(?: ?[-+] ?| )?\d{4,5}"
    r"|\d\d(?P<by>[ .])\d\d(?P=by)\d\d[ -]\d{4,5}"
    r"|\d{4}(?P<by4>[ -])\d\d(?P=by4)\d\d(?P=by4)\d{4}"
)
_CARD = re.compile(
    r"\d{13,19}|\d{4}(?P<by>[ -])\d{4}(?P=by)\d{4}(?P=by)\d{4}(?:(?P=by)\d{3})?"
    r"|\d{4}(?P<by3>[ -])\d{6}(?P=by3)\d{4,5}"
)
_ACCOUNT = re.compile(r"\d{4}(?P<by>[. ])\d\d(?P=by)\d{5}")
_ABROAD = re.compile(r"(?:\+|00)[1-9][\d \-./()]{6,24}")
_AREA_CODE = re.compile(r"\(?0\d{1,4}(?:\) ?| ?[-/] ?| |\.)\d[\d .-]*\d")
_MOBILE = re.compile(r"07\d{8,9}|07\d{1,3}[ /-][\d -]+")
_FULL_AREA_CODE = re.compile(r"0\d{8,10}")
_MARKED_AREA_CODE = re.compile(r"\(0\d{1,4}\)|0\d{1,4} ?[-/]")
_EIGHT = re.compile(r"\d\d(?P<by>[ .])\d\d(?P=by)\d\d(?P=by)\d\d|\d{3} \d\d \d{3}")
_AMERICAN = re.compile(r"\(\d{3}\) ?\d{3}[-. ]\d{4}|\d{3}(?P<by>[-.])\d{3}(?P=by)\d{4}")
_TIME = r"(?:[01]?\d|2[0-4])[.:][0-5]\d"
_DATE = (
    r"(?:19|20)\d\d(?P<y>[-./ ]?)(?:0?[1-9]|1[0-2])(?P=y)(?:[0-2]?\d|3[01])"
    r"|(?:[0-2]?\d|3[01])(?P<d>[-./ ]?)(?:0?[1-9]|1[0-2])(?P=d)(?:19|20)?\d\d"
)
_DATE_OR_TIME = re.compile(
    rf"(?:{_DATE})(?:[ -]+{_TIME})?|{_TIME} ?- ?{_TIME}|(?:19|20)\d\d ?[-/] ?(?:19|20)\d\d"
)
_THOUSANDS = re.compile(r"\d{1,3}(?:[ .]\d{3})+")
_CURRENCY = re.compile(r"(?i) ?(?:kr|kroner|kronor|sek|nok|dkk|eur|usd|gbp|[€$£%]|:-|,-|km\b)")
_DIGITS_OF = {
    Kind.PERSONNUMMER: range(10, 13),
    Kind.PHONE: range(7, 16),
    Kind.CARD: range(12, 20),
    Kind.ACCOUNT: range(7, 17),
    Kind.IBAN: range(0),
}


@dataclass(frozen=True, slots=True)
class Shown:
    """What a number shows itself to be; unmistakable where no words before it can deny it."""

    kind: Kind
    is_unmistakable: bool


def shown(text: str, start: int, end: int) -> Shown | None:
    """What the number text[start:end] shows itself to be, by its check digits and its spelling."""
    written = re.sub(r" ?\n ?", " ", text[start:end])
    if _ONE_BY_ONE.fullmatch(written):
        written = written.replace(" ", "")
    digits = re.sub(r"\D", "", written)
    return (
        _as_identity(written, digits)
        or _as_card(written, digits)
        or _as_account(written, digits)
        or _as_phone(written, digits, is_alone=_is_alone(text, start, end))
    )


def so_called(kind: Kind, text: str, start: int, end: int) -> bool:
    """True where text[start:end] can be the number that the words before it announce."""
    digits = re.sub(r"\D", "", text[start:end])
    if len(digits) not in _DIGITS_OF[kind] or _is_date_or_price(text, start, end):
        return False
    return kind is not Kind.PHONE or could_be_phone(digits)


def _as_identity(written: str, digits: str) -> Shown | None:
    if not (10 <= len(digits) <= 12 and _IDENTITY.fullmatch(written)):
        return None
    hyphenated = bool(re.search(r"[-+]", written))
    if not is_identity_number(digits, hyphenated=hyphenated):
        return None
    checked = is_identity_number(digits, hyphenated=False)
    return Shown(Kind.PERSONNUMMER, is_unmistakable=hyphenated and checked)


def _as_card(written: str, digits: str) -> Shown | None:
    if not (len(digits) >= 13 and _CARD.fullmatch(written) and is_card_number(digits)):
        return None
    return Shown(Kind.CARD, is_unmistakable=written != digits)


def _as_account(written: str, digits: str) -> Shown | None:
    if not (_ACCOUNT.fullmatch(written) and is_norwegian_account(digits)):
        return None
    return Shown(Kind.ACCOUNT, is_unmistakable="." in written)


def _as_phone(written: str, digits: str, *, is_alone: bool) -> Shown | None:
    if _ABROAD.fullmatch(written) and len(digits) <= 17:
        number = f"+{digits.removeprefix('00') if written[0] == '0' else digits}"
        return Shown(Kind.PHONE, written[0] == "+") if is_phone(number) else None
    if _DATE_OR_TIME.fullmatch(written):
        return None
    if 8 <= len(digits) <= 11 and (
        _AREA_CODE.fullmatch(written) or _FULL_AREA_CODE.fullmatch(written)
    ):
        marked = bool(_MARKED_AREA_CODE.match(written) or _MOBILE.fullmatch(written))
        shown = is_phone(digits, "SE", *(["GB"] if len(digits) > 9 else []))
        return Shown(Kind.PHONE, marked and written != digits) if shown else None
    if len(digits) == 8 and is_alone and _EIGHT.fullmatch(written):
        return Shown(Kind.PHONE, False) if is_phone(digits, "NO", "DK") else None
    if len(digits) == 10 and _AMERICAN.fullmatch(written) and is_phone(digits, "US"):
        return Shown(Kind.PHONE, False)
    return None


def _is_alone(text: str, start: int, end: int) -> bool:
    """True where no other figures stand beside these on the line."""
    before, after = text[max(0, start - 2) : start], text[end : end + 2]
    return not (re.fullmatch(r"\d ", before) or re.fullmatch(r" \d", after))


def _is_date_or_price(text: str, start: int, end: int) -> bool:
    written = text[start:end]
    is_price = _THOUSANDS.fullmatch(written) and _CURRENCY.match(text, end)
    return bool(is_price or _DATE_OR_TIME.fullmatch(written))
