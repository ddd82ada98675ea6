"""A row of somebody's file -> the reply and the rating in it, or all that is wrong with it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from model import LANGUAGES, Channel, Dimension, Need, ReplyError
from model.delimited import LOST, Row
from model.pseudonym import pseudonym, slug
from model.text import check_text
from training.column_map import ColumnMap, shown
from training.scales import kind

NORWEGIAN = "no"
"""A file that says Norwegian leaves open which of the two; the text decides."""
DOMAIN = "imported"


def _plain(word: str) -> str:
    return re.sub(r"[\s_-]+", " ", word.lower()).strip()


def _by_word(words: Mapping[str, str]) -> dict[str, str]:
    return {
        _plain(word): value for value, said in words.items() for word in (value, *said.split("|"))
    }


_LANGUAGES = _by_word(
    {
        "sv": "se|swe|sv-se|svenska|swedish|svensk",
        "nb": "nob|nb-no|bokmål|norsk bokmål|norwegian bokmål",
        "nn": "nno|nn-no|nynorsk|norsk nynorsk|norwegian nynorsk",
        "da": "dk|dan|da-dk|dansk|danska|danish",
        "en": "eng|en-gb|en-us|engelska|engelsk|english",
        NORWEGIAN: "nor|no-no|norsk|norska|norwegian",
    }
)
_CHANNELS = _by_word(
    {
        Channel.EMAIL: "e-mail|mail|epost|e-post|mejl|web form|webform|formulär|skjema",
        Channel.CHAT: "chatt|live chat|livechat|webchat|messenger|whatsapp",
        Channel.SMS: "text message|text",
        Channel.SOCIAL: "social media|sociala medier|sosiale medier|sociale medier|facebook"
        "|sosiale medium|instagram|twitter|x",
        Channel.PHONE_NOTE: "phone|telephone|telefon|tlf|call|samtal|voice",
    }
)
_NEEDS = _by_word(
    {
        Need.NONE: "no|0|ingen|inget|inga|inkje|intet|låg|lav|low",
        Need.SOME: "1|någon|något|lite|noe|litt|noko|noget|lidt|medium|medel|middels",
        Need.STRONG: "2|stark|starkt|stor|stort|sterk|sterkt|stærk|stærkt|hög|høy|høg|høj|high",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RatedRow:
    """One rating of one reply, on 1-5; None stands for what the file does not say."""

    line: int
    reply: str
    customer_message: str | None
    language: str | None
    channel: Channel
    domain: str
    writer: str | None
    conversation: str | None
    rater: str | None
    need: Need | None
    ratings: Mapping[Dimension, float]


class RowReader:
    """Reads rows by a column map; the faults of a row are collected, so that all are reported."""

    def __init__(self, column_map: ColumnMap) -> None:
        self._map = column_map
        self._of_id: dict[str, tuple[int, str, str | None]] = {}

    def read(self, row: Row) -> RatedRow | list[str]:
        """The rating in a row, or what is wrong: column, field and kind of value, never a text."""
        faults: list[str] = []
        key = self._cell(row, "id") or None
        reply, message = self._texts(row, key, faults)
        ratings = dict(self._ratings(row, faults))
        language = self._one_of(row, "language", _LANGUAGES, LANGUAGES, faults)
        channel = self._one_of(row, "channel", _CHANNELS, tuple(Channel), faults)
        need = self._one_of(row, "empathy_need", _NEEDS, tuple(Need), faults)
        writer, rater = (self._person(row, name) for name in ("writer", "rater"))
        if writer and writer == rater:
            faults.append(f"{self._where('rater')} is the writer; nobody rates their own reply")
        if channel is None and not any("(channel)" in fault for fault in faults):
            faults.append(f"{self._where('channel')} is empty; give --channel for such rows")
        if faults:
            return faults
        if key:
            self._of_id.setdefault(key, (row.line, reply, message))
        return RatedRow(
            line=row.line,
            reply=reply,
            customer_message=message,
            language=language,
            channel=Channel(str(channel)),
            domain=slug(self._cell(row, "domain")) or DOMAIN,
            writer=writer,
            conversation=pseudonym("conversation", self._cell(row, "conversation")),
            rater=rater,
            need=Need(need) if need else None,
            ratings=ratings,
        )

    def _texts(self, row: Row, key: str | None, faults: list[str]) -> tuple[str, str | None]:
        """Reply and message; a further rating of an id may leave them out, but not change them."""
        reply, message = self._cell(row, "reply"), self._cell(row, "customer_message")
        if key in self._of_id:
            line, first, first_message = self._of_id[key]
            if reply and reply != first:
                faults.append(f"{self._where('reply')} differs from line {line} with the same id")
            return first, first_message
        for name, text in (("reply", reply), ("customer_message", message)):
            if LOST in text:
                faults.append(f"{self._where(name)} has bytes that could not be read as text")
            try:
                if text or name == "reply":
                    check_text(text, "text")
            except ReplyError as error:
                faults.append(f"{self._where(name)}: {error}")
        return reply, message or None

    def _ratings(self, row: Row, faults: list[str]) -> Iterator[tuple[Dimension, float]]:
        for dimension in Dimension:
            cell = row.cells.get(self._map.columns[dimension])
            try:
                yield dimension, self._map.scales[dimension].convert(cell)
            except ValueError as error:
                faults.append(f"{self._where(dimension)} {error}")

    def _one_of(
        self,
        row: Row,
        name: str,
        words: Mapping[str, str],
        allowed: tuple[str, ...],
        faults: list[str],
    ) -> str | None:
        cell = self._cell(row, name) or self._map.constants.get(name, "")
        own = self._map.values.get(name, {})
        found = words.get(_plain(own.get(cell, cell)))
        if cell and found is None:
            faults.append(
                f"{self._where(name)} is {kind(cell)}, none of {', '.join(allowed)}; "
                f"give the word under [values.{name}] of a map"
            )
        return found

    def _cell(self, row: Row, name: str) -> str:
        value = row.cells.get(self._map.columns.get(name, ""))
        if value is None:
            return ""
        if isinstance(value, float) and value.is_integer():
            value = int(value)  # Excel keeps every number as a float
        return str(value).replace("\r\n", "\n").replace("\r", "\n").strip()

    def _person(self, row: Row, name: str) -> str | None:
        return pseudonym("person", self._cell(row, name))

    def _where(self, name: str) -> str:
        column = self._map.columns.get(name)
        return f"{shown(column)} ({name})" if column else f"({name})"
