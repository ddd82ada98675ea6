"""Rated replies as the encoder trains on them: examples with their targets, and padded batches."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from model import Behavior, Dimension, Need
from model.encoder_input import Reader, Window, windows
from model.prediction import PreparedReply
from model.rubric import RATINGS
from model.text import prepare
from training.corpus import RatedReply, is_poor, prepared

Floats = NDArray[np.float32]
BEHAVIORS = tuple(Behavior)
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A reply as one window, and what its panel gave it.

    `ratings` (3, 5): the raters' shares by dimension; `need` (3,); `poor` in [0, 1]; `behaviors`
    (sentences, 23), or None where nobody tagged the reply.
    """

    reply: PreparedReply
    window: Window
    rated: RatedReply | None
    ratings: Floats
    need: Floats
    poor: float
    behaviors: Floats | None
    contrast_set: str | None = None
    weight: float = 1.0
    mean: Floats = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "mean", self.ratings @ np.array(RATINGS, np.float32))


def example(rated: RatedReply, reader: Reader, weight: float = 1.0) -> Example:
    """A rated reply as an example; of a reply longer than a window, the first one."""
    reply = prepared(rated)
    window = windows(reply, reader)[0]
    behaviors = None if rated.behaviors is None else sentence_behaviors(rated, window)
    return Example(
        reply=reply,
        window=window,
        rated=rated,
        ratings=np.array([rated.shares[d] for d in Dimension], np.float32),
        need=np.array([rated.need_shares[n] for n in Need], np.float32),
        poor=is_poor(rated),
        behaviors=behaviors,
        contrast_set=rated.contrast_set,
        weight=weight,
    )


def stock_example(item: Example, reader: Reader) -> Example | None:
    """The stock phrases of a tagged reply, for their behaviors; None where there are none."""
    if item.rated is None or item.behaviors is None:
        return None
    window = windows(item.reply, reader)[-1]
    if not window.is_stock:
        return None
    return replace(
        item,
        reply=replace(item.reply, message=None),
        window=window,
        rated=None,
        behaviors=sentence_behaviors(item.rated, window),
        contrast_set=None,
        weight=0.0,
    )


def sentence_behaviors(rated: RatedReply, window: Window) -> Floats:
    """(sentences, 23): 1 where the readers agreed on the behavior in most of the sentence."""
    text = prepare(rated.reply)
    found = np.zeros((len(window.sentences), len(BEHAVIORS)), np.float32)
    for i, sentence in enumerate(window.sentences):
        start, end = text.sent_span(sentence.start, sentence.end)
        for span in rated.agreed:
            shared = min(end, span.end) - max(start, span.start)
            if shared > 0.5 * min(end - start, span.end - span.start):
                found[i, BEHAVIORS.index(Behavior(span.tag))] = 1
    return found


def with_reply(item: Example, reply: PreparedReply, reader: Reader) -> Example:
    """The same ratings for another text, whose sentences nobody tagged."""
    window = windows(reply, reader)[0]
    return replace(item, reply=reply, window=window, behaviors=None)


def without_message(item: Example, reader: Reader) -> Example:
    """The same ratings and tags for the reply without its customer message."""
    reply = replace(item.reply, message=None)
    return replace(item, reply=reply, window=windows(reply, reader)[0])


def batches(
    items: Sequence[T],
    contrast_set: Callable[[T], str | None],
    size: int,
    random: np.random.Generator,
) -> Iterator[list[T]]:
    """The items in random order, `size` at a time; contrast sets stay together."""
    families: dict[str, list[T]] = {}
    for i, item in enumerate(items):
        families.setdefault(contrast_set(item) or f"alone {i}", []).append(item)
    order = list(families.values())
    flat = [item for i in random.permutation(len(order)) for item in order[i]]
    for start in range(0, len(flat), size):
        yield flat[start : start + size]


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Padded windows: B of them, L tokens at most, S sentences in all."""

    ids: Tensor  # (B, L)
    mask: Tensor  # (B, L)
    segments: Tensor  # (B, L)
    reply_mask: Tensor  # (B, L)
    message_mask: Tensor  # (B, L)
    sentence_of: Tensor  # (B, L): 1 + the sentence's number among the S, 0 outside
    sentences: int  # S


def collate(batch: Sequence[Window], device: str = "cpu") -> Batch:
    """Pad windows to the longest, rounded up to eight tokens."""
    longest = max(len(w.ids) for w in batch)
    shape = (len(batch), longest + -longest % 8)
    ids, mask, segments, reply, message, sentence = (np.zeros(shape, np.int64) for _ in range(6))
    n_sentences = 0
    for i, window in enumerate(batch):
        n = len(window.ids)
        ids[i, :n], mask[i, :n], segments[i, :n] = window.ids, 1, window.segments
        reply[i, window.reply] = 1
        message[i, window.message] = 1
        for part in window.sentences:
            n_sentences += 1
            sentence[i, part.first : part.last] = n_sentences
    return Batch(
        **{
            name: torch.from_numpy(np.asarray(array)).to(device)
            for name, array in {
                "ids": ids,
                "mask": mask,
                "segments": segments,
                "reply_mask": reply,
                "message_mask": message,
                "sentence_of": sentence,
            }.items()
        },
        sentences=n_sentences,
    )
