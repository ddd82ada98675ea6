"""An encoder small enough to train in a test, and toy pairs of translations."""

import gzip
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer
from tokenizers.processors import TemplateProcessing
from transformers import BertConfig, BertModel

from model.encoder_input import Reader
from model.stock import StockPhrases
from training.corpus import RatedReply
from training.encoder_folder import save_encoder
from training.vocabulary import digits_alike, joint_tokenizer

WORDS = {"the": "den", "parcel": "pakken", "comes": "kommer", "today": "i dag", "where": "hvor"} | {
    "is": "er", "money": "pengene", "we": "vi", "call": "ringer", "you": "deg", "soon": "snart"
}  # fmt: skip


def make_encoder(folder: Path, texts: Sequence[str], seed: int = 0) -> Path:
    """A BERT of two layers whose vocabulary is the words and characters of `texts`."""
    torch.manual_seed(seed)
    words = {w for t in texts for w in digits_alike(t).lower().replace(".", " . ").split()}
    letters = {c for w in words for c in w}
    pieces = [*sorted(words), *sorted(letters | set(".,!?:")), *sorted(f"##{c}" for c in letters)]
    tokenizer = joint_tokenizer(pieces)
    ids = [(t, tokenizer.token_to_id(t)) for t in ("[CLS]", "[SEP]")]
    tokenizer.post_processor = TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=ids)
    config = BertConfig(
        vocab_size=tokenizer.get_vocab_size(),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=512,
    )
    save_encoder(BertModel(config, add_pooling_layer=False), tokenizer, folder)
    return folder


def make_reader(tokenizer: Tokenizer, stock_word: str | None = None) -> Reader:
    """A reader to which a sentence with `stock_word`, if any, is a stock phrase."""
    vectors = np.zeros((tokenizer.get_vocab_size(), 1), np.float16)
    if stock_word is not None:
        vectors[tokenizer.token_to_id(stock_word)] = 1
    stock = StockPhrases(
        vectors=vectors,
        weights=np.array([0, 1, 0, 0], np.float32),
        limit=np.array([0.5], np.float32),
    )
    return Reader(tokenizer=tokenizer, stock=stock)


def make_encoder_for(folder: Path, replies: Sequence[RatedReply]) -> Path:
    """`make_encoder` for the texts of rated replies."""
    return make_encoder(folder, [t for r in replies for t in (r.reply, r.customer_message) if t])


def write_pairs(folder: Path, lines: Sequence[tuple[str, str]], language: str) -> None:
    """A file of translated pairs, as `training.parallel` reads it."""
    folder.mkdir(exist_ok=True)
    with gzip.open(folder / f"parallel.{language}.tsv.gz", "wt", encoding="utf-8") as file:
        file.writelines(f"{english}\t{text}\ttoy\n" for english, text in lines)


def toy_pairs(n: int, seed: int = 0) -> list[tuple[str, str]]:
    """`n` pairs of word-by-word translations."""
    draws = torch.Generator().manual_seed(seed)
    names = list(WORDS)
    found = []
    for _ in range(n):
        length = int(torch.randint(2, 6, (), generator=draws))
        chosen = [names[i] for i in torch.randint(len(names), (length,), generator=draws)]
        found.append((" ".join(chosen), " ".join(WORDS[w] for w in chosen)))
    return found
