"""Variants of training replies that were written to be rated alike: a ruder and a kinder customer,
another product, another spelling.

`data/variants/LANGUAGE.jsonl` names the reply by its id; all of them are in the train split.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from model import LANGUAGES
from training.corpus import DATA, RatedReply
from training.errors import CorpusError

VARIANTS = DATA / "variants"
Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """One reply's variants: the whole message in other words, and what to replace by what."""

    id: str
    message: str
    ruder: str
    kinder: str
    things: Pairs
    spelling: Pairs

    def of_another_thing(self, reply: RatedReply) -> RatedReply | None:
        """The reply and its message about another product; None where none was found."""
        if not self.things:
            return None
        message = reply.customer_message
        return replace(
            reply,
            reply=_replaced(reply.reply, self.things),
            customer_message=message and _replaced(message, self.things),
            behaviors=None,
        )

    def respelled(self, reply: RatedReply) -> RatedReply | None:
        """The reply with words in another spelling; None where none was found."""
        if not self.spelling:
            return None
        return replace(reply, reply=_replaced(reply.reply, self.spelling), behaviors=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Variants:
    """All of them, by the reply's id and by the customer message, which several replies share."""

    by_id: Mapping[str, Variant]
    by_message: Mapping[str, Variant]


@cache
def load_variants(folder: Path = VARIANTS) -> Variants:
    """The variants of all languages; CorpusError names a line that cannot be used."""
    found = [
        _variant(line, f"{code}.jsonl:{number}")
        for code in LANGUAGES
        for number, line in enumerate((folder / f"{code}.jsonl").read_text("utf-8").splitlines(), 1)
    ]
    return Variants(
        by_id={variant.id: variant for variant in found},
        by_message={variant.message: variant for variant in found},
    )


def _variant(line: str, where: str) -> Variant:
    try:
        row = json.loads(line)
        for name in ("things", "spelling"):
            row[name] = tuple((old, new) for old, new in row[name])
        return Variant(**row)
    except (ValueError, TypeError, KeyError) as error:
        raise CorpusError([f"{where}: no variant ({error.__class__.__name__})"]) from error


def _replaced(text: str, pairs: Pairs) -> str:
    for old, new in pairs:
        text = text.replace(old, new)
    return text
