"""What the linear scorer sees of a reply: n-grams of reply and customer message, and a few counts.

Fitting and scoring both come through here, so that they can never differ.
"""

import math
import re
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer

from model.prediction import PreparedReply
from model.rubric import LANGUAGES, Channel
from model.sentences import sentence_spans

WORD = r"(?u)[^\W_]+(?:['’-][^\W_]+)*|[!?]+|\.{2,}|…|[\u2600-\u27bf\U0001f000-\U0001faff]"
_WORDS = re.compile(WORD)
_LONG_WORD = 7
_STEM = 5

VECTORIZERS: Mapping[str, Mapping[str, object]] = {
    "reply_words": {"analyzer": "word", "ngram_range": (1, 2), "token_pattern": WORD},
    "reply_characters": {"analyzer": "char_wb", "ngram_range": (2, 5)},
    "message_words": {"analyzer": "word", "ngram_range": (1, 2), "token_pattern": WORD},
    "message_characters": {"analyzer": "char_wb", "ngram_range": (3, 5)},
}
"""The settings of each vectorizer; its vocabulary is the artifact's."""
REPLY_VECTORIZERS = ("reply_words", "reply_characters")
MESSAGE_VECTORIZERS = ("message_words", "message_characters")


def make_vectorizer(name: str, **fitting: object) -> TfidfVectorizer:
    """A vectorizer with the settings that fitting and scoring share, and those of `fitting`."""
    settings = dict(VECTORIZERS[name]) | {"sublinear_tf": True, "lowercase": True} | fitting
    return TfidfVectorizer(dtype=np.float64, **settings)


def restore_vectorizer(
    name: str, vocabulary: Sequence[str], idf: NDArray[np.float64]
) -> TfidfVectorizer:
    """The fitted vectorizer of an artifact: `vocabulary[i]` has the weight `idf[i]`."""
    vectorizer = make_vectorizer(name, vocabulary={term: i for i, term in enumerate(vocabulary)})
    vectorizer.idf_ = idf
    return vectorizer


def vectorize(vectorizers: Sequence[TfidfVectorizer], texts: Sequence[str]) -> csr_matrix:
    """(texts, terms): the n-grams of all `vectorizers`, side by side."""
    return csr_matrix(hstack([v.transform(texts) for v in vectorizers], format="csr"))


def counts(replies: Sequence[PreparedReply]) -> NDArray[np.float64]:
    """(replies, len(COUNTS)): what can be counted in each reply, unscaled."""
    return np.array([_counts(reply) for reply in replies], dtype=np.float64).reshape(
        len(replies), len(COUNTS)
    )


COUNTS = (
    "log_words",
    "log_sentences",
    "words_a_sentence",
    "longest_sentence",
    "long_words",
    "questions",
    "exclamations",
    "capitals",
    "numbers",
    "links",
    "distinct_words",
    "echoed_message",
    "log_message_words",
    "without_message",
    *(f"channel_{c}" for c in Channel),
    *(f"language_{code}" for code in LANGUAGES),
)
"""The names of the counts, in their order; the weights of an artifact refer to it."""


def _counts(reply: PreparedReply) -> list[float]:
    text, message = reply.text, reply.message or ""
    words = _words(text)
    sentences = [len(_words(text[a:b])) for a, b in sentence_spans(text)] or [0]
    total = max(len(words), 1)
    return [
        math.log1p(len(words)),
        math.log1p(len(sentences)),
        min(sum(sentences) / len(sentences), 40) / 10,
        min(max(sentences), 60) / 10,
        sum(len(w) >= _LONG_WORD for w in words) / total,
        math.log1p(text.count("?")),
        math.log1p(text.count("!")),
        sum(w.isupper() and len(w) > 2 for w in words) / total,
        math.log1p(sum(any(c.isdigit() for c in w) for w in words)),
        float("http" in text or "www." in text),
        len({w.lower() for w in words}) / total,
        _echo(words, _words(message)),
        math.log1p(len(_words(message))),
        float(reply.message is None),
        *(float(reply.channel == c) for c in Channel),
        *(float(reply.language == code) for code in LANGUAGES),
    ]


def _words(text: str) -> list[str]:
    return [w for w in _WORDS.findall(text) if w[0].isalnum()]


def _echo(reply_words: Sequence[str], message_words: Sequence[str]) -> float:
    """The share of the reply's longer words whose beginning also stands in the customer message."""
    stems = {w.lower()[:_STEM] for w in message_words if len(w) >= _STEM}
    longer = [w.lower()[:_STEM] for w in reply_words if len(w) >= _STEM]
    return sum(w in stems for w in longer) / len(longer) if longer else 0.0
