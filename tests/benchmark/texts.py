"""What the writers write: replies of about 80 tokens from the corpus, in five languages."""

import json
from collections.abc import Mapping, Sequence

from tokenizers import Tokenizer

from model import BUNDLED, LANGUAGES, Channel, Reply
from model.encoder import TOKENIZER
from model.store import current_artifact
from training.corpus import DATA, load_corpus

TOKENS = 80
EACH = 4
"""Replies of each language."""


def replies(each: int = EACH) -> list[Reply]:
    """The replies with a customer message that come nearest to 80 tokens, languages in turn."""
    tokenizer = Tokenizer.from_file(str(current_artifact(BUNDLED) / TOKENIZER))
    answers = [r for r in load_corpus(DATA / "replies") if r.customer_message]
    sizes = tokenizer.encode_batch_fast([r.reply for r in answers], add_special_tokens=False)
    near = sorted(
        zip(answers, sizes, strict=True),
        key=lambda found: (abs(len(found[1]) - TOKENS), found[0].id),
    )
    columns = [[r for r, _ in near if r.language == code][:each] for code in LANGUAGES]
    return [
        Reply(text=r.reply, customer_message=r.customer_message, channel=r.channel)
        for row in zip(*columns, strict=True)
        for r in row
    ]


def growing(text: str, steps: int) -> list[str]:
    """The text as it stands after each of `steps` pauses, the last one whole."""
    words = text.split(" ")
    return [" ".join(words[: max(1, len(words) * i // steps)]) for i in range(1, steps)] + [text]


def body(reply: Reply, text: str, asks: Mapping[str, object]) -> Mapping[str, object]:
    """The request that scores `text`, which is what there is of `reply` yet."""
    channel = (reply.channel or Channel.EMAIL).value
    whole = {"reply": text, "customer_message": reply.customer_message, "channel": channel}
    return whole | dict(asks)


def typed(writers: Sequence[Reply], steps: int, asks: Mapping[str, object]) -> list[list[bytes]]:
    """What each writer sends while the reply grows."""
    return [
        [json.dumps(body(r, text, asks)).encode() for text in growing(r.text, steps)]
        for r in writers
    ]


def dealt(replies: Sequence[Reply], writers: int, asks: Mapping[str, object]) -> list[list[bytes]]:
    """Whole replies, dealt out to the writers."""
    sent = [json.dumps(body(r, r.text, asks)).encode() for r in replies]
    return [sent[i::writers] for i in range(writers)]


def batch(replies: Sequence[Reply], size: int) -> bytes:
    """One request of `size` replies, again and again the same ones."""
    asked = [body(r, r.text, {}) for r in replies]
    return json.dumps({"items": [asked[i % len(asked)] for i in range(size)]}).encode()
