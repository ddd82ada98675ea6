"""Copies of training replies that must score alike, or no higher: another name or city, one stock
phrase more.

The entries come from data/swaps/training.toml; those that evaluation uses are never among them.
"""

from collections.abc import Mapping

import numpy as np

from training.corpus import RatedReply
from training.perturb import Place, Role, Swaps, with_city, with_name, with_phrase

_CITIES = 0.2
"""Of the swaps; names are the more common."""


def with_stock_phrase(
    reply: RatedReply, swaps: Mapping[str, Swaps], random: np.random.Generator
) -> RatedReply:
    """The reply with a stock phrase of its language, anywhere in it."""
    phrases = swaps[reply.language].phrases
    place = list(Place)[int(random.integers(len(Place)))]
    return with_phrase(reply, phrases[int(random.integers(len(phrases)))], place)


def with_other_name(
    reply: RatedReply, swaps: Mapping[str, Swaps], random: np.random.Generator
) -> RatedReply | None:
    """The reply with another name or city, or one more name; None where none would stand."""
    of = swaps[reply.language]
    if random.random() < _CITIES:
        city = of.cities[int(random.integers(len(of.cities)))]
        return with_city(reply, city, of.cities)
    names = [n for genders in of.names.values() for part in genders.values() for n in part]
    role = list(Role)[int(random.integers(len(Role)))]
    return with_name(reply, role, names[int(random.integers(len(names)))])
