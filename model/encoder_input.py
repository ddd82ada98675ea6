"""What the encoder sees of a reply and its customer message: tokens, segments, sentences.

Fitting and scoring both come through here, so that they can never differ. The tokenizer knows no
case; shouting carries tone, so it has a mark of its own. Line breaks are spaces, and what must not
move a score is made alike before (`alike.py`). Stock phrases earn nothing (`stock.py`): they stand
in a window of their own, which shows behaviors and moves no score. A reply that is longer than one
pass of the encoder is read in windows of whole sentences.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum

from tokenizers import Tokenizer

from model.alike import alike, end_of_greeting, greets, is_closing
from model.prediction import PreparedReply
from model.rubric import Channel
from model.sentences import sentence_spans
from model.stock import StockPhrases

SHOUT, NO_MESSAGE, NO_CHANNEL = "[SHOUT]", "[NO_MESSAGE]", "[NO_CHANNEL]"
CHANNELS = {channel: f"[{channel.value.upper()}]" for channel in Channel}
MARKS = (SHOUT, NO_MESSAGE, NO_CHANNEL, *CHANNELS.values())
START, END = "[CLS]", "[SEP]"


class Segment(IntEnum):
    """Which of the two texts a token belongs to."""

    REPLY = 0
    MESSAGE = 1


LONGEST_REPLY, LONGEST_MESSAGE = 320, 128
"""Tokens of one window."""
_SHOUTED = re.compile(r"(?<!\[)\b(?=\w{4})[^\W\d_]*[A-ZÅÄÖÆØÉ]{4}[A-ZÅÄÖÆØÉ]*\b(?!\])")


@dataclass(frozen=True, slots=True, kw_only=True)
class SentenceTokens:
    """A sentence: code points [start, end) of the prepared reply, tokens [first, last) of its
    window.
    """

    start: int
    end: int
    first: int
    last: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """One pass of the encoder: `[CLS] channel reply [SEP] message [SEP]`.

    The reply's tokens are [2, reply_end), the message's [message_start, message_end). `is_stock`
    where it holds stock phrases, which no rating is read from.
    """

    ids: list[int]
    segments: list[int]
    reply_end: int
    message_start: int
    message_end: int
    sentences: tuple[SentenceTokens, ...]
    is_stock: bool = False

    @property
    def reply(self) -> slice:
        """The reply's tokens; of an empty reply, the channel's."""
        return slice(min(REPLY_START, self.reply_end - 1), self.reply_end)

    @property
    def message(self) -> slice:
        """The message's tokens."""
        return slice(self.message_start, self.message_end)


REPLY_START = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """What makes windows of a text: the encoder's tokenizer, and what finds stock phrases."""

    tokenizer: Tokenizer
    stock: StockPhrases


def windows(reply: PreparedReply, reader: Reader) -> list[Window]:
    """The windows of a reply: one for nearly every reply, more where it is very long; last those
    of its stock phrases, unless it holds nothing else between greeting and closing.
    """
    spans = _spans(reply.text)
    sent = [reply.text[a:b] for a, b in spans]
    tokenizer = reader.tokenizer
    asked = _asked(reply)
    texts = [*asked, *(marked(t) for t in alike(sent, reply.language))]
    encoded = tokenizer.encode_batch_fast(texts, add_special_tokens=False)
    message_ids = _told([e.ids for e in encoded[: len(asked)]], reader.stock)
    sentences = [(span, e.ids) for span, e in zip(spans, encoded[len(asked) :], strict=True)]
    is_frame = [greets(text) or is_closing(text) for text in sent]
    is_stock = [
        reader.stock.includes(ids) and not frame
        for frame, (_, ids) in zip(is_frame, sentences, strict=True)
    ]
    if all(frame or found for frame, found in zip(is_frame, is_stock, strict=True)):
        is_stock = [False] * len(sentences)
    rated, stock = (
        [sentence for sentence, found in zip(sentences, is_stock, strict=True) if found == wanted]
        for wanted in (False, True)
    )
    head = [_id(tokenizer, START), _id(tokenizer, _channel(reply.channel))]
    end = _id(tokenizer, END)
    found = [_window(head, group, message_ids, end) for group in _groups(rated)]
    if stock:
        alone = [_id(tokenizer, NO_MESSAGE)]
        found += [_window(head, group, alone, end, is_stock=True) for group in _groups(stock)]
    return found


def _asked(reply: PreparedReply) -> list[str]:
    """The sentences of the customer message, calmly: how loud the customer is moves no score."""
    if reply.message is None:
        return [NO_MESSAGE]
    whole = reply.message
    sentences = alike([whole[a:b] for a, b in sentence_spans(whole)], reply.language)
    return [_in_one_line(text).replace("!", ".") for text in sentences]


def _told(sentences: Sequence[list[int]], stock: StockPhrases) -> list[int]:
    """The message without its courtesies, which could stand in any other, unless it is all of
    them.
    """
    told = [ids for ids in sentences if not stock.includes(ids)] or sentences
    return [token for ids in told for token in ids][:LONGEST_MESSAGE]


def _spans(text: str) -> list[tuple[int, int]]:
    """The sentences of a reply; what follows a greeting on its line is one of its own."""
    found = []
    for start, end in sentence_spans(text):
        cut = start + end_of_greeting(text[start:end])
        if cut > start:
            found.append((start, start + len(text[start:cut].rstrip())))
        found.append((cut, end))
    return found


def marked(text: str) -> str:
    """The text in one line, with a mark before each word that shouts."""
    return _in_one_line(_SHOUTED.sub(rf"{SHOUT} \g<0>", text))


def _in_one_line(text: str) -> str:
    return text.strip().replace("\n", " ")


def _channel(channel: Channel | None) -> str:
    return NO_CHANNEL if channel is None else CHANNELS[channel]


def _id(tokenizer: Tokenizer, token: str) -> int:
    found = tokenizer.token_to_id(token)
    if found is None:
        raise ValueError(f"the tokenizer has no token {token}")
    return found


Sentence = tuple[tuple[int, int], list[int]]


def _groups(sentences: Sequence[Sentence]) -> Iterator[list[Sentence]]:
    """Sentences that fit a window together; a sentence that fits none is cut."""
    group: list[Sentence] = []
    size = 0
    for span, ids in sentences:
        kept = ids[:LONGEST_REPLY]
        if group and size + len(kept) > LONGEST_REPLY:
            yield group
            group, size = [], 0
        group.append((span, kept))
        size += len(kept)
    yield group


def _window(
    head: list[int],
    group: Sequence[Sentence],
    message: list[int],
    end: int,
    *,
    is_stock: bool = False,
) -> Window:
    ids = list(head)
    sentences = []
    for (start, stop), tokens in group:
        first = len(ids)
        ids += tokens
        sentences.append(SentenceTokens(start=start, end=stop, first=first, last=len(ids)))
    reply_end = len(ids)
    ids += [end, *message, end]
    return Window(
        ids=ids,
        segments=[int(Segment.REPLY)] * (reply_end + 1)
        + [int(Segment.MESSAGE)] * (len(message) + 1),
        reply_end=reply_end,
        message_start=reply_end + 1,
        message_end=len(ids) - 1,
        sentences=tuple(sentences),
        is_stock=is_stock,
    )
