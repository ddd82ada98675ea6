"""Personal data that a published corpus must not hold: only reserved addresses, and numbers that no
one can own.
"""

import re
from collections.abc import Iterator

from training.corpus import RatedReply

_EMAIL = re.compile(r"[\w.+-]+@([\w-]+(?:\.[\w-]+)+)")
_LINK = re.compile(r"(?i)(?:https?://|www\.)([\w-]+(?:\.[\w-]+)+)")
_RESERVED = re.compile(r"(?i)(?:^|\.)(?:example(?:\.(?:com|net|org))?)$")
_NUMBER = re.compile(r"(?<![\w-])\+?\d[\d \-/]{6,}\d(?![\w-])")
_LEAST_DIGITS = 8
_HARMLESS = re.compile(
    # Swedish numbers for fiction (PTS), British ones for drama (Ofcom), American 555-01xx
    r"^(?:46|0)?(?:3139006\d\d|8465004\d\d|701740[6-9]\d\d|980319[2-9]\d\d)$"
    r"|^(?:44|0)?(?:1632960|7700900|2079460|8081570)\d{3}$"
    r"|^1?\d{0,3}55501\d\d$"
    r"|^0+\d{0,4}$|^20[0-4]\d[01]\d"  # and zeros, and dates
)


def personal_data(reply: RatedReply) -> Iterator[str]:
    """What somebody could own in a reply or its customer message: where and why, never the text."""
    for field, text in (("reply", reply.reply), ("customer_message", reply.customer_message or "")):
        for kind, pattern in (("e-mail address", _EMAIL), ("link", _LINK)):
            for found in pattern.finditer(text):
                if not _RESERVED.search(found[1]):
                    yield f"{field}: {kind} at {found.start()} is not reserved; use .example"
        for found in _NUMBER.finditer(text):
            digits = re.sub(r"\D", "", found[0])
            if len(digits) >= _LEAST_DIGITS and not _HARMLESS.match(digits):
                yield (
                    f"{field}: {len(digits)} digits at {found.start()} could be somebody's number; "
                    "use fewer, or a number reserved for fiction"
                )
