"""Copies of training replies that must score alike: another name or city, a slip of the keyboard,
another spelling, another product, a ruder or kinder customer.

What is put in comes from data/swaps/training.toml and data/variants/; what evaluation uses is never
among them.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import TypeVar

import numpy as np

from model.encoder_input import Reader
from training.corpus import RatedReply, prepared
from training.encoder_batches import Example, with_reply
from training.perturb import (
    TRAINING_SWAPS,
    Role,
    Swaps,
    load_swaps,
    with_city,
    with_name,
)
from training.variants import load_variants

Random = np.random.Generator
T = TypeVar("T")
_CITIES, _CALLED = 0.15, 0.3
"""Shares of the name swaps that are a city, or a name in the middle of the text."""
_WRITTEN = 0.8
"""Share of the other tones that are a message in other words, where one was written."""
_LONG_WORD = re.compile(r"(?<![\w@./-])[^\W\d_]{5,}(?![\w@/-])")
_FIRST_WORD = re.compile(r"(?<=[.!?] )(?P<word>[^\W\d_]+) ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """Copies of some of a batch's examples: copy `i` is of example `of[i]`."""

    examples: Sequence[Example]
    of: Sequence[int]


def changed_copies(
    items: Sequence[Example],
    reader: Reader,
    shares: Mapping[str, float],
    random: Random,
) -> Changed:
    """Copies of a random part of `items`; `shares` of each kind in `KINDS`."""
    examples: list[Example] = []
    of: list[int] = []
    for i, item in enumerate(items):
        kind = _drawn(shares, random)
        if item.rated is None or kind is None:
            continue
        seen = item.rated
        if item.reply.message is None:
            seen = replace(seen, customer_message=None)
        swaps = _swaps()[seen.language]
        copy = KINDS[kind](seen, swaps, random)
        if copy is not None:
            examples.append(with_reply(item, prepared(copy), reader))
            of.append(i)
    return Changed(examples=examples, of=of)


def with_other_name(reply: RatedReply, swaps: Swaps, random: Random) -> RatedReply | None:
    """Another name or city, or one more name; None where none would stand."""
    draw = random.random()
    if draw < _CITIES:
        return with_city(reply, _one(swaps.cities, random), swaps.cities)
    names = [n for genders in swaps.names.values() for part in genders.values() for n in part]
    name = _one(names, random)
    if draw < _CITIES + _CALLED:
        return _called(reply, name)
    return with_name(reply, _one(list(Role), random), name)


def with_slip(reply: RatedReply, _: Swaps, random: Random) -> RatedReply | None:
    """Two letters of a word in the wrong order, or one missing; None without a long word."""
    words = list(_LONG_WORD.finditer(reply.reply))
    if not words:
        return None
    word = words[int(random.integers(len(words)))]
    at = word.start() + 1 + int(random.integers(len(word[0]) - 3))
    text = reply.reply
    pair = text[at + 1] + text[at] if random.random() < 0.5 else text[at]
    return replace(reply, reply=text[:at] + pair + text[at + 2 :], behaviors=None)


def with_other_tone(reply: RatedReply, swaps: Swaps, random: Random) -> RatedReply | None:
    """A customer who is ruder or kinder; None where nobody wrote."""
    message = reply.customer_message
    if message is None:
        return None
    if (written := load_variants().by_message.get(message)) and random.random() < _WRITTEN:
        return replace(reply, customer_message=_one([written.ruder, written.kinder], random))
    more = _one([*swaps.rude, *swaps.friendly], random)
    at_end = random.random() < 0.7
    told = f"{message} {more}" if at_end else f"{more} {message}"
    return replace(reply, customer_message=told)


def with_another_thing(reply: RatedReply, _: Swaps, __: Random) -> RatedReply | None:
    """Message and reply about another product; None where no such variant was written."""
    written = load_variants().by_id.get(reply.id)
    return written.of_another_thing(reply) if written else None


def with_other_spelling(reply: RatedReply, _: Swaps, __: Random) -> RatedReply | None:
    """A word in another usual spelling; None where no such variant was written."""
    written = load_variants().by_id.get(reply.id)
    return written.respelled(reply) if written else None


KINDS: Mapping[str, Callable[[RatedReply, Swaps, Random], RatedReply | None]] = {
    "name": with_other_name,
    "slip": with_slip,
    "tone": with_other_tone,
    "thing": with_another_thing,
    "spelling": with_other_spelling,
}
"""What a copy may differ in; the recipes give the share of each."""


def _drawn(shares: Mapping[str, float], random: Random) -> str | None:
    draw = random.random()
    for kind, share in shares.items():
        if draw < share:
            return kind
        draw -= share
    return None


def _called(reply: RatedReply, name: str) -> RatedReply | None:
    """The customer called by name at the start of a sentence; None in a single sentence."""
    found = _FIRST_WORD.search(reply.reply)
    if found is None:
        return None
    word = found["word"]
    lower = word if word.isupper() else word[0].lower() + word[1:]
    text = f"{reply.reply[: found.start()]}{name}, {lower} {reply.reply[found.end() :]}"
    return replace(reply, reply=text, behaviors=None)


def _one(choices: Sequence[T], random: Random) -> T:
    return choices[int(random.integers(len(choices)))]


@cache
def _swaps() -> Mapping[str, Swaps]:
    return load_swaps(TRAINING_SWAPS)
