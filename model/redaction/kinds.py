"""The kinds of personal data that are masked."""

from enum import StrEnum


class Kind(StrEnum):
    """A kind of personal data; national identity numbers of the three countries are one."""

    PERSONNUMMER = "personnummer"
    EMAIL = "email"
    PHONE = "phone"
    CARD = "card"
    IBAN = "iban"
    ACCOUNT = "account"

    @property
    def token(self) -> str:
        """What stands in the masked text; without digits, and the same in every language."""
        return f"[{self}]"


Span = tuple[int, int, Kind]
"""Where something begins and ends, and what it is."""
