"""The whole way from an English sentence encoder to a Scandinavian one: vocabulary, aligned start,
distillation; each step measured by retrieval on pairs that were kept aside.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from tokenizers.processors import TemplateProcessing
from transformers import BertConfig, BertModel

from training.align import aligned_embeddings
from training.corpus import RatedReply
from training.distill import distill, retrieval
from training.encoder_folder import load_encoder, load_tokenizer, save_encoder
from training.parallel import (
    Pair,
    load_frequencies,
    load_pairs,
    load_texts,
    retrieval_pairs,
)
from training.recipe import MultilingualRecipe
from training.vocabulary import BASE, english_vocabulary, joint_tokenizer, nordic_vocabulary

_WORDS = "embeddings.word_embeddings.weight"
_MOST_FREQUENT = 40_000
MEASURES = "retrieval.json"


def make_multilingual(
    english: Path,
    texts: Path,
    train: Sequence[RatedReply],
    recipe: MultilingualRecipe,
    folder: Path,
    device: str = "cpu",
) -> Mapping[str, Mapping[str, float]]:
    """Make the encoder in `folder` from the one in `english` and the pairs in `texts`; returns
    retrieval by step.

    `train` are the rated replies whose words the vocabulary should know. A run that was stopped
    goes on: `folder/aligned` is not made again, and distillation resumes.
    """
    pairs = load_pairs(texts)
    kept_aside = retrieval_pairs(pairs)
    measures = folder / MEASURES
    found: dict[str, Mapping[str, float]] = (
        json.loads(measures.read_text("utf-8")) if measures.exists() else {}
    )

    def measure(step: str, encoder: BertModel, tokenizer: Tokenizer) -> None:
        found[step] = retrieval(encoder.eval(), tokenizer, kept_aside)
        measures.write_text(json.dumps(found, indent=1) + "\n", "utf-8")

    aligned = folder / "aligned"
    if not (aligned / "tokenizer.json").exists():
        folder.mkdir(parents=True, exist_ok=True)
        measure("English encoder", load_encoder(english), load_tokenizer(english))
        _align(english, texts, pairs, train, recipe, aligned)
        measure("aligned start", load_encoder(aligned), load_tokenizer(aligned))
    if not (folder / "tokenizer.json").exists():
        save_encoder(load_encoder(aligned), load_tokenizer(aligned), folder)
    distill(
        folder,
        english,
        pairs,
        recipe.phases,
        seed=recipe.seed,
        device=device,
        phase_done=measure,
    )
    return found


def _align(
    english: Path,
    texts: Path,
    pairs: Sequence[Pair],
    train: Sequence[RatedReply],
    recipe: MultilingualRecipe,
    folder: Path,
) -> None:
    random = np.random.default_rng(recipe.seed)
    kept = [
        p
        for p in pairs
        if not p.is_aside
        and (p.register != "documentation" or random.random() < recipe.documentation_share)
    ]
    known = load_tokenizer(english)
    nordic = [p.text for p in kept] + _own(train, recipe, is_english=False) + _words(texts)
    nordic += [text for part in load_texts(texts).values() for text in part]
    own_english = list(dict.fromkeys(p.english for p in kept)) + _own(
        train, recipe, is_english=True
    )
    joint = joint_tokenizer(
        [
            *english_vocabulary(own_english, known, recipe.least_english),
            *nordic_vocabulary(nordic, recipe.nordic_pieces),
        ]
    )
    joint.post_processor = TemplateProcessing(
        single="[CLS] $A [SEP]",
        special_tokens=[(t, joint.token_to_id(t)) for t in ("[CLS]", "[SEP]")],
    )
    teacher = load_encoder(english)
    state = teacher.state_dict()
    words = aligned_embeddings(
        [p.english for p in kept],
        [p.text for p in kept],
        teacher=known,
        joint=joint,
        embeddings=state[_WORDS].numpy(),
        english_share=_english_share(joint, own_english, nordic),
        rounds=recipe.align_rounds,
    )
    for token in BASE:
        words[joint.token_to_id(token)] = state[_WORDS][known.token_to_id(token)].numpy()
    config = BertConfig.from_pretrained(english)
    config.vocab_size = joint.get_vocab_size()
    student = BertModel(config, add_pooling_layer=False)
    student.load_state_dict(state | {_WORDS: torch.from_numpy(words)})
    save_encoder(student, joint, folder)


def _own(train: Sequence[RatedReply], recipe: MultilingualRecipe, *, is_english: bool) -> list[str]:
    own = [r for r in train if (r.language == "en") is is_english]
    texts = [text for r in own for text in (r.reply, r.customer_message) if text]
    return texts * recipe.own_text_weight


def _words(texts: Path) -> list[str]:
    """Frequent words, each as often as the root of its count says."""
    return [
        word
        for counts in load_frequencies(texts).values()
        for word, n in list(counts.items())[:_MOST_FREQUENT]
        for _ in range(min(60, max(1, int((n / 50) ** 0.5))))
    ]


def _english_share(
    joint: Tokenizer, english: Sequence[str], nordic: Sequence[str]
) -> NDArray[np.float32]:
    """(pieces,): how much of each piece's use is English, the languages counted alike."""
    shares = []
    for texts in (english, nordic):
        counts = np.zeros(joint.get_vocab_size())
        for start in range(0, len(texts), 5_000):
            batch = list(texts[start : start + 5_000])
            for encoding in joint.encode_batch_fast(batch, add_special_tokens=False):
                np.add.at(counts, encoding.ids, 1)
        shares.append(counts / max(counts.sum(), 1))
    share: NDArray[np.float32] = (shares[0] / (shares[0] + shares[1] + 1e-12)).astype(np.float32)
    return share
