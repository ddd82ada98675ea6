"""Embeddings for a new vocabulary before any gradient step: word alignments on translated pairs.

IBM model 1 (Brown et al. 1993) tells which English pieces translate a new piece; the new piece
starts as their mean, weighted by the probability that the one is the translation of the other.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer
from tqdm import tqdm

Floats = NDArray[np.float32]
_LONGEST = 40
"""Pieces; in longer sentences alignment is slow and vague."""
_LIKELY = 0.03


def aligned_embeddings(
    english: Sequence[str],
    translations: Sequence[str],
    *,
    teacher: Tokenizer,
    joint: Tokenizer,
    embeddings: Floats,
    english_share: Floats,
    rounds: int,
) -> Floats:
    """Word embeddings of the `joint` vocabulary, (pieces, width).

    `embeddings` are those of the `teacher` vocabulary. `english_share[i]`, in [0, 1], says how much
    of joint piece i's use is English: a piece of both vocabularies starts between its own English
    embedding and that of its translations ("barn" is English and Swedish).
    """
    joint_ids, probabilities = _alignments(english, translations, teacher, joint, rounds)
    sums = np.zeros((joint.get_vocab_size(), embeddings.shape[1]), np.float32)
    mass = np.zeros(joint.get_vocab_size(), np.float32)
    teacher_ids, weights = probabilities
    np.add.at(sums, joint_ids, weights[:, None] * embeddings[teacher_ids])
    np.add.at(mass, joint_ids, weights)
    start = _spelled(joint, teacher, embeddings)
    known = teacher.get_vocab()
    for piece, i in joint.get_vocab().items():
        aligned = sums[i] / mass[i] if mass[i] > 0 else start[i]
        share = float(english_share[i]) if piece in known else 0.0
        start[i] = share * start[i] + (1 - share) * aligned
    return start


def _alignments(
    english: Sequence[str],
    translations: Sequence[str],
    teacher: Tokenizer,
    joint: Tokenizer,
    rounds: int,
) -> tuple[NDArray[np.int64], tuple[NDArray[np.int64], Floats]]:
    """Joint pieces and, beside each, a teacher piece with p(teacher piece | joint piece)."""
    source, target, slot, slots = _cooccurrences(english, translations, teacher, joint)
    keys, link = np.unique(
        target.astype(np.int64) * teacher.get_vocab_size() + source, return_inverse=True
    )
    of = keys // teacher.get_vocab_size()
    probability = np.ones(len(keys), np.float64)
    for _ in tqdm(range(rounds), desc="align", unit="round"):
        each = probability[link]
        each /= np.bincount(slot, each, slots)[slot]  # each English piece comes from one of them
        expected = np.bincount(link, each, len(keys))
        probability = expected / np.bincount(of, expected)[of]
    likely = probability >= _LIKELY
    return of[likely], (
        keys[likely] % teacher.get_vocab_size(),
        probability[likely].astype(np.float32),
    )


def _cooccurrences(
    english: Sequence[str], translations: Sequence[str], teacher: Tokenizer, joint: Tokenizer
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32], int]:
    """Every (teacher piece, joint piece) of each pair, and the English position it belongs to."""
    sources, targets, slots, position = [], [], [], 0
    for start in tqdm(range(0, len(english), 5_000), desc="tokenize", unit="batch"):
        part = slice(start, start + 5_000)
        known = teacher.encode_batch_fast(list(english[part]), add_special_tokens=False)
        new = joint.encode_batch_fast(list(translations[part]), add_special_tokens=False)
        for a, b in zip(known, new, strict=True):
            e, f = np.array(a.ids[:_LONGEST], np.int32), np.array(b.ids[:_LONGEST], np.int32)
            if len(e) and len(f):
                sources.append(np.repeat(e, len(f)))
                targets.append(np.tile(f, len(e)))
                slots.append(
                    np.repeat(np.arange(position, position + len(e), dtype=np.int32), len(f))
                )
                position += len(e)
    return np.concatenate(sources), np.concatenate(targets), np.concatenate(slots), position


def _spelled(joint: Tokenizer, teacher: Tokenizer, embeddings: Floats) -> Floats:
    """Each joint piece as the mean of the teacher pieces that spell it."""
    known = teacher.get_vocab()
    start = np.tile(embeddings.mean(axis=0), (joint.get_vocab_size(), 1)).astype(np.float32)
    for piece, i in joint.get_vocab().items():
        if piece in known:
            start[i] = embeddings[known[piece]]
        elif ids := teacher.encode(piece.removeprefix("##"), add_special_tokens=False).ids:
            start[i] = embeddings[ids].mean(axis=0)
    return start
