"""Strategies that make valid numbers of each kind, and sentences to put them in."""

from datetime import date

from hypothesis import strategies as st
from stdnum import iban, luhn
from stdnum.dk import cpr
from stdnum.no import fodselsnummer, kontonr

from model.redaction import Kind

SENTENCES = (
    "Hej! Vi har noterat {} och hör av oss i dag.",
    "Takk for at du sier fra. {} er rettet nå.",
    "Tak for din besked, {} er opdateret.",
    "Me har fått {}, og svarar deg i morgon.",
    "Thanks, {} is what we have on file.",
    "{}",
    "Kundnamn\n{}\nVänliga hälsningar, Erik",
)
BORN = st.dates(date(1930, 1, 1), date(1999, 12, 31))
SPACE = st.sampled_from(["", " ", "\u00a0", "\n"])


@st.composite
def personnummer(draw: st.DrawFn) -> str:
    born, serial = draw(BORN), draw(st.integers(1, 999))
    day = born.day + draw(st.sampled_from([0, 60]))
    body = f"{born:%y%m}{day:02}{serial:03}"
    check = luhn.calc_check_digit(body)
    century = draw(st.sampled_from(["", f"{born:%Y}"[:2]]))
    by = draw(st.sampled_from(["-", "+", "", " ", "-\n"]))
    return f"{century}{body[:6]}{by}{body[6:]}{check}"


@st.composite
def fødselsnummer(draw: st.DrawFn) -> str:
    born, serial = draw(BORN), draw(st.integers(1, 399))
    day = born.day + draw(st.sampled_from([0, 40]))
    body = f"{day:02}{born:%m%y}{serial:03}"
    first = fodselsnummer.calc_check_digit1(body)
    number = body + first + fodselsnummer.calc_check_digit2(body + first)
    if not fodselsnummer.is_valid(number):
        return "15108695088"  # no serial has two-digit check digits
    return f"{number[:6]}{draw(SPACE)}{number[6:]}"


@st.composite
def cpr_number(draw: st.DrawFn) -> str:
    body = f"{draw(BORN):%d%m%y}{draw(st.integers(0, 3999)):04}"
    return f"{body[:6]}{'' if cpr.checksum(body) == 0 else '-'}{body[6:]}"


@st.composite
def card(draw: st.DrawFn) -> str:
    body = "4" + draw(st.text("0123456789", min_size=14, max_size=14))
    number = body + luhn.calc_check_digit(body)
    by = draw(st.sampled_from(["", " ", "-", "\u2009"]))
    return by.join(number[i : i + 4] for i in range(0, 16, 4))


def _account(first: int, rest: int) -> str | None:
    body = f"{first:04}{rest:06}"
    return next((n for k in range(10) if kontonr.is_valid(n := f"{body}{k}")), None)


ACCOUNT = st.builds(_account, st.integers(1000, 9999), st.integers(0, 999999)).filter(bool)


@st.composite
def norwegian_iban(draw: st.DrawFn) -> str:
    account = draw(ACCOUNT)
    number = f"NO{iban.calc_check_digits(f'NO00{account}')}{account}"
    by = draw(st.sampled_from(["", " "]))
    written = by.join(number[i : i + 4] for i in range(0, 15, 4))
    return draw(st.sampled_from([written, written.lower()]))


@st.composite
def phone(draw: st.DrawFn) -> str:
    tail = draw(st.text("0123456789", min_size=6, max_size=6))
    return draw(
        st.sampled_from(
            [
                f"+47 41{tail}",
                f"41 {tail[:2]} {tail[2:4]} {tail[4:]}",
                f"412 {tail[:2]} {tail[2:5]}",
                f"+46 70-1{tail[:2]} {tail[2:4]} {tail[4:]}",
                f"mobil 0701{tail}",
                f"070-1{tail[:2]} {tail[2:4]} {tail[4:]}",
                f"0047 41{tail}",
                f"tlf. 41{tail}",
            ]
        )
    )


@st.composite
def email(draw: st.DrawFn) -> str:
    name = draw(st.from_regex(r"[a-zåäöæø][a-zåäöæø0-9._-]{0,20}[a-zåäöæø]", fullmatch=True))
    top = draw(st.sampled_from(["se", "no", "dk", "com"]))
    at, dot = draw(
        st.sampled_from([("@", "."), (" (at) ", " punkt "), (" snabel-a ", " punktum ")])
    )
    return f"{name}{at}firma{dot}{top}"


NUMBERS = {
    "personnummer": (Kind.PERSONNUMMER, personnummer()),
    "fødselsnummer": (Kind.PERSONNUMMER, fødselsnummer()),
    "CPR": (Kind.PERSONNUMMER, cpr_number()),
    "card": (Kind.CARD, card()),
    "account": (Kind.ACCOUNT, ACCOUNT.map(lambda n: f"konto {n}")),
    "IBAN": (Kind.IBAN, norwegian_iban()),
    "phone": (Kind.PHONE, phone()),
    "email": (Kind.EMAIL, email()),
}
