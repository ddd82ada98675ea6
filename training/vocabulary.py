"""A joint WordPiece vocabulary for English and the Scandinavian languages.

Lower-cased, and it keeps its accents: `förstår` is a word, not `forstar`. Digits are all the
same to it, so that another order number cannot change a score. English pieces are those of the
English encoder that English text at hand really uses; they keep their embeddings.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from tokenizers import Regex, Tokenizer
from tokenizers.models import WordPiece
from tokenizers.normalizers import BertNormalizer, Replace, Sequence
from tokenizers.pre_tokenizers import BertPreTokenizer
from tokenizers.trainers import WordPieceTrainer

from model.encoder_input import MARKS

BASE = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
SPECIAL = (*BASE, *MARKS)


def nordic_vocabulary(texts: Iterable[str], size: int) -> list[str]:
    """WordPieces learned from Scandinavian text, most frequent first."""
    tokenizer = _tokenizer({})
    trainer = WordPieceTrainer(
        vocab_size=size, special_tokens=list(BASE), min_frequency=3, show_progress=False
    )
    tokenizer.train_from_iterator(texts, trainer)
    learned = tokenizer.get_vocab()
    return [piece for piece in sorted(learned, key=learned.__getitem__) if piece not in BASE]


def english_vocabulary(texts: Iterable[str], english: Tokenizer, least: int) -> list[str]:
    """The pieces of the English encoder's tokenizer that occur at least `least` times."""
    found: Counter[str] = Counter()
    for batch in _batches(texts, 1_000):
        for encoding in english.encode_batch([digits_alike(t) for t in batch]):
            found.update(encoding.tokens)
    return [piece for piece, n in found.most_common() if n >= least and piece not in BASE]


def joint_tokenizer(pieces: Iterable[str]) -> Tokenizer:
    """A tokenizer of the special tokens and `pieces`, each once, in their order."""
    vocabulary = {p: i for i, p in enumerate(dict.fromkeys((*SPECIAL, *pieces)))}
    tokenizer = _tokenizer(vocabulary)
    tokenizer.add_special_tokens(list(SPECIAL))
    return tokenizer


def digits_alike(text: str) -> str:
    """The text with every digit 0, as the joint tokenizer reads it."""
    return "".join("0" if c.isdecimal() and c.isascii() else c for c in text)


def _tokenizer(vocabulary: Mapping[str, int]) -> Tokenizer:
    tokenizer = Tokenizer(
        WordPiece(vocab=dict(vocabulary), unk_token="[UNK]", max_input_chars_per_word=100)  # noqa: S106
    )
    tokenizer.normalizer = Sequence(
        [
            Replace(Regex("[0-9]"), "0"),
            BertNormalizer(lowercase=True, strip_accents=False, handle_chinese_chars=False),
        ]
    )
    tokenizer.pre_tokenizer = BertPreTokenizer()
    return tokenizer


def _batches(texts: Iterable[str], size: int) -> Iterator[list[str]]:
    batch: list[str] = []
    for text in texts:
        batch.append(text)
        if len(batch) == size:
            yield batch
            batch = []
    yield batch
