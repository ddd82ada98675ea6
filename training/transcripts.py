"""Conversations in the format of data/schema -> the ratings of each reply in them."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from model import Channel, Dimension, Need, ReplyError
from model.delimited import Row
from model.text import check_text
from training.corpus import SCHEMA, row_faults
from training.rated_rows import DOMAIN, RatedRow

TRANSCRIPT = SCHEMA.with_name("transcript.schema.json")


class TranscriptReader:
    """Reads conversations: an agent's turn that carries ratings answers the customer turns since
    the agent's last one.
    """

    def __init__(self) -> None:
        schemas = [json.loads(path.read_text("utf-8")) for path in (SCHEMA, TRANSCRIPT)]
        registry: Registry[bool | Mapping[str, Any]] = Registry().with_resources(
            (s["$id"], Resource.from_contents(s)) for s in schemas
        )
        self._validator = Draft202012Validator(schemas[1], registry=registry)

    def faults(self, row: Row) -> Iterator[str]:
        """What is wrong in a conversation, by turn."""
        broken = False
        for fault in row_faults(dict(row.cells), self._validator):
            broken = True
            yield fault
        for i, turn in enumerate([] if broken else _turns(row)):
            try:
                check_text(turn["text"], "text")
            except ReplyError as error:
                yield f"turns.{i}: {error}"

    def read(self, row: Row) -> Iterator[RatedRow]:
        """Every rating in a conversation without faults."""
        asked: list[str] = []
        for turn in _turns(row):
            if turn["from"] == "customer":
                asked.append(turn["text"])
                continue
            for rating in turn.get("ratings", ()):
                yield RatedRow(
                    line=row.line,
                    reply=turn["text"],
                    customer_message="\n\n".join(asked) or None,
                    language=turn.get("language"),
                    channel=Channel(str(row.cells["channel"])),
                    domain=str(row.cells.get("domain", DOMAIN)),
                    writer=turn.get("agent"),
                    conversation=str(row.cells["conversation"]),
                    rater=rating["rater"],
                    need=Need(rating["empathy_need"]),
                    ratings={d: rating[d] for d in Dimension},
                )
            asked = []


def _turns(row: Row) -> list[Mapping[str, Any]]:
    turns: list[Mapping[str, Any]] = row.cells["turns"]  # type: ignore[assignment]
    return turns
