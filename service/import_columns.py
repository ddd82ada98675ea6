"""Which column of somebody's file is which field of a reply, and a row as a reply."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo

from pydantic import ValidationError

from model.delimited import Row
from service.api.reply_bodies import ReplyRequest
from service.errors import invalid_request
from service.import_source import ImportFileError
from service.sent_replies import SentReply

FIELDS = {
    "external_id": "external id|id|reply id|message id|comment id|svarsid|svar id|meldings id",
    "conversation": "conversation|conversation id|ticket|ticket id|ticket number|case|case id"
    "|thread id|konversation|ärende|ärende id|ärendenummer|ärendenr|sak|saksnummer|saksnr|sag"
    "|sagsnummer|samtale",
    "agent": "agent|agent id|writer|author id|handläggare|medarbetare|saksbehandler|medarbeider"
    "|sakshandsamar|sagsbehandler|medarbejder",
    "team": "team|group|desk|department|avdelning|avdeling|afdeling|grupp|gruppe",
    "customer": "customer|customer id|requester|requester id|contact id|kund|kund id|kunde"
    "|kunde id",
    "sent_at": "sent at|sent|created at|created|date|timestamp|time|skickat|skickad|datum|tidpunkt"
    "|sendt|dato|tidspunkt|opprettet|oprettet",
    "channel": "channel|medium|kanal|kontaktväg",
    "language": "language|lang|locale|språk|sprog",
    "reply": "reply|reply text|response|answer|agent reply|body|text|svar|svarstext|svartekst",
    "customer_message": "customer message|message|question|inquiry|kundmeddelande|kundfråga|fråga"
    "|kundehenvendelse|henvendelse|spørsmål|spørgsmål|besked",
    "purpose": "purpose|ändamål|formål|føremål",
}
"""The fields that a column can hold, and what people call them in five languages."""
_CODES = {"channel", "language", "purpose"}
REQUIRED = ("external_id", "conversation", "agent", "sent_at", "reply")


class RowError(Exception):
    """A row that is no reply: the fields at fault and why, without their values."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnMap:
    """Columns by field; what holds for every row; how its times are written."""

    columns: Mapping[str, str]
    constants: Mapping[str, object] = field(default_factory=dict)
    zone: tzinfo | None = None
    time_format: str | None = None

    def reply(self, row: Row) -> SentReply:
        """The row as a reply; RowError where it is none."""
        values = dict(self.constants)
        for name, column in self.columns.items():
            cell = row.cells.get(column)
            if cell is not None and str(cell).strip():
                values[name] = self._time(cell) if name == "sent_at" else str(cell)
        for name in _CODES & values.keys():
            values[name] = str(values[name]).strip().lower()
        try:
            return ReplyRequest.model_validate(values).to_sent()
        except ValidationError as error:
            detail = invalid_request(error).detail
            raise RowError(re.sub(r"(^|; )/", r"\1", detail)) from None

    def _time(self, cell: object) -> str:
        at = cell if isinstance(cell, datetime) else self._parsed(str(cell).strip())
        if at.tzinfo is None:
            if self.zone is None:
                raise RowError("sent_at: has no time zone; name it with --timezone Europe/Oslo")
            at = at.replace(tzinfo=self.zone)
        try:
            return at.astimezone(UTC).isoformat()
        except OverflowError:
            raise RowError("sent_at: must be between 1990 and 2100") from None

    def _parsed(self, text: str) -> datetime:
        try:
            if self.time_format is None:
                return datetime.fromisoformat(text)
            return datetime.strptime(text, self.time_format)
        except ValueError:
            raise RowError(
                "sent_at: is not written as expected; name the form with --time-format "
                "'%d.%m.%Y %H:%M'"
            ) from None


def settle(there: Sequence[str], stated: Mapping[str, str], name: str) -> dict[str, str]:
    """Columns by field: as stated, else guessed from the names; ImportFileError where one of those
    that every reply needs is missing.
    """
    for stated_field, column in stated.items():
        if stated_field not in FIELDS:
            raise ImportFileError(f"{stated_field!r} is no field; there are {', '.join(FIELDS)}")
        if column not in there:
            raise ImportFileError(f"{name}: no column {column!r}; there are {', '.join(there)}")
    found = {**_guess(there), **stated}
    if missing := [f for f in REQUIRED if f not in found]:
        raise ImportFileError(
            f"{name}: no column for {', '.join(missing)}; there are {', '.join(there)}; "
            f"say which with --map {missing[0]}=COLUMN"
        )
    return {f: found[f] for f in FIELDS if f in found}


def _guess(there: Sequence[str]) -> dict[str, str]:
    """The column that bears each field's name, the first of its names that there is."""
    by_name = {" ".join(re.findall(r"[^\W_]+", c.lower())): c for c in reversed(there)}
    return {
        name: by_name[next(s for s in synonyms.split("|") if s in by_name)]
        for name, synonyms in FIELDS.items()
        if by_name.keys() & set(synonyms.split("|"))
    }
