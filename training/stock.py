"""Fit what finds stock phrases, on sentences written for it and on tagged sentences of the corpus
that say something.

A projection of the encoder's word vectors is learned with the regression on their mean, most and
least: vectors small enough to ship, which still know what a word means in five languages.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch import Tensor, nn
from tqdm import tqdm

from model import LANGUAGES, Behavior
from model.alike import alike
from model.encoder_input import marked
from model.stock import StockPhrases
from training.corpus import DATA, RatedReply
from training.errors import CorpusError

TO_TRAIN, TO_TEST = (DATA / "stock-phrases" / use for use in ("train", "test"))
_OF_STOCK_PHRASES = frozenset(
    [
        Behavior.GREETING,
        Behavior.THANKS,
        Behavior.ACKNOWLEDGES_FEELING,
        Behavior.INVITES_FOLLOW_UP,
        Behavior.FRIENDLY_CLOSE,
        Behavior.VAGUE,
        Behavior.INSINCERE,
    ]
)
_WIDTH, _EPOCHS, _BATCH, _RATE, _DECAY, _DROPOUT, _SEED = 48, 14, 128, 3e-3, 0.05, 0.3, 1
_WRITTEN = 2.0
"""What a near double counts beside a sentence of the corpus."""
_LIMIT_SHARE = 0.02
"""Of the telling sentences kept aside, what may be taken for a stock phrase."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """A sentence, and whether it could stand in any reply."""

    text: str
    language: str
    is_stock: bool


def load_phrases(folder: Path) -> list[Phrase]:
    """The sentences of `folder`, a file a language; CorpusError for a line that cannot be used."""
    return [
        _phrase(line, path.stem, f"{path.name}:{number}")
        for path in sorted(folder.glob("*.jsonl"))
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
    ]


def telling_sentences(replies: Sequence[RatedReply]) -> list[Phrase]:
    """The tagged sentences with a behavior that no stock phrase has."""
    found: dict[tuple[str, str], None] = {}
    for reply in replies:
        for span in reply.agreed:
            if Behavior(span.tag) not in _OF_STOCK_PHRASES:
                found[reply.reply[span.start : span.end], reply.language] = None
    return [Phrase(text=text, language=code, is_stock=False) for text, code in found]


def fit_stock(
    words: NDArray[np.float32],
    tokenizer: Tokenizer,
    written: Sequence[Phrase],
    telling: Sequence[Phrase],
) -> StockPhrases:
    """Fit on `written` and four fifths of the `telling` sentences; the others set the limit.

    words: (vocabulary, width), the encoder's word vectors.
    """
    torch.manual_seed(_SEED)
    random = np.random.default_rng(_SEED)
    shuffled = [telling[i] for i in random.permutation(len(telling))]
    fitted = [*written, *shuffled[len(shuffled) // 5 :]]
    aside = shuffled[: len(shuffled) // 5]
    table = torch.from_numpy(words)
    net = _Net((table - table.mean(0)) / table.std())
    ids = [stock_ids(phrase, tokenizer) for phrase in fitted]
    _train(net, ids, np.array([p.is_stock for p in fitted]), len(written), random)
    found = net.serving()
    scores = [
        float(found.features(i) @ found.weights) for p in aside if (i := stock_ids(p, tokenizer))
    ]
    limit = np.quantile(scores, 1 - _LIMIT_SHARE) if scores else 0.0
    return StockPhrases(
        vectors=found.vectors, weights=found.weights, limit=np.array([limit], np.float32)
    )


def stock_ids(phrase: Phrase, tokenizer: Tokenizer) -> list[int]:
    """The tokens of a sentence as a window holds them."""
    (text,) = alike([phrase.text], phrase.language)
    ids: list[int] = tokenizer.encode(marked(text), add_special_tokens=False).ids
    return ids


class _Net(nn.Module):
    """`StockPhrases` as it is trained."""

    words: Tensor

    def __init__(self, words: Tensor) -> None:
        super().__init__()
        self.register_buffer("words", words)
        self.projection = nn.Linear(words.shape[1], _WIDTH, bias=False)
        self.dropout = nn.Dropout(_DROPOUT)
        self.regression = nn.Linear(3 * _WIDTH + 1, 1)

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        """(B,): logits of sentences (B, L)."""
        found, kept = self.projection(self.words[ids]), mask[:, :, None]
        sizes = kept.sum(1)
        away = 1e4 * (1 - kept)
        most, least = (found - away).amax(1), (found + away).amin(1)
        features = torch.cat([(found * kept).sum(1) / sizes, most, least, sizes / 10], dim=1)
        logits: Tensor = self.regression(self.dropout(features))[:, 0]
        return logits

    def serving(self) -> StockPhrases:
        """The same in numpy; what is above 0 is a stock phrase."""
        with torch.no_grad():
            vectors = self.projection(self.words).numpy().astype(np.float16)
        weights = self.regression.weight.detach().numpy()[0]
        limit = -self.regression.bias.detach().numpy()
        return StockPhrases(vectors=vectors, weights=weights, limit=limit)


def _train(
    net: _Net,
    ids: Sequence[list[int]],
    is_stock: NDArray[np.bool_],
    n_written: int,
    random: np.random.Generator,
) -> None:
    weight = np.where(is_stock, 0.5 / is_stock.mean(), 0.5 / (1 - is_stock.mean()))
    weight[:n_written][~is_stock[:n_written]] *= _WRITTEN
    wanted, weights = torch.from_numpy(is_stock).float(), torch.from_numpy(weight).float()
    optimizer = torch.optim.AdamW(net.parameters(), lr=_RATE, weight_decay=_DECAY)
    steps = _EPOCHS * -(-len(ids) // _BATCH)
    rate = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.0, steps)
    net.train()
    for rows in tqdm(_rows(len(ids), random), total=steps, desc="fit stock phrases", unit="step"):
        logits = net(*_padded([ids[i] for i in rows]))
        loss = nn.functional.binary_cross_entropy_with_logits(
            logits, wanted[rows], weight=weights[rows]
        )
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        rate.step()
    net.eval()


def _rows(n: int, random: np.random.Generator) -> Iterator[NDArray[np.int64]]:
    for _ in range(_EPOCHS):
        order = random.permutation(n)
        yield from (order[start : start + _BATCH] for start in range(0, n, _BATCH))


def _padded(sentences: Sequence[list[int]]) -> tuple[Tensor, Tensor]:
    shape = (len(sentences), max(1, *map(len, sentences)))
    ids, mask = torch.zeros(shape, dtype=torch.int64), torch.zeros(shape)
    for row, sentence in enumerate(sentences):
        ids[row, : len(sentence)] = torch.tensor(sentence, dtype=torch.int64)
        mask[row, : max(1, len(sentence))] = 1
    return ids, mask


def _phrase(line: str, language: str, where: str) -> Phrase:
    try:
        row = json.loads(line)
        phrase = Phrase(text=row["text"], language=language, is_stock=bool(row["stock"]))
    except (ValueError, KeyError, TypeError) as error:
        raise CorpusError([f"{where}: needs text and stock, true or false ({error!r})"]) from error
    if language not in LANGUAGES:
        raise CorpusError([f"{where}: the file must be named by one of {', '.join(LANGUAGES)}"])
    return phrase
