import gzip
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from tests.builders import make_reply
from tests.training.tiny import WORDS, make_encoder, toy_pairs, write_pairs
from training.align import aligned_embeddings
from training.distill import distill, retrieval
from training.encoder_folder import load_encoder, load_tokenizer
from training.errors import CorpusError
from training.multilingual import make_multilingual
from training.parallel import NORDIC, Balanced, Pair, load_pairs, retrieval_pairs
from training.recipe import RECIPES, DistillationPhase, MultilingualRecipe, read_recipe

PHASE = DistillationPhase(
    name="embeddings",
    steps=6,
    batch=16,
    embedding_rate=1e-2,
    body_rate=0.0,
    long_share=0.2,
    longest=32,
    english_every=4,
    weights={"plain": 0.6, "documentation": 0.3, "machine": 0.1},
)
RECIPE = MultilingualRecipe(
    name="tiny",
    seed=1,
    nordic_pieces=120,
    least_english=2,
    documentation_share=0.5,
    own_text_weight=2,
    align_rounds=4,
    phases=(PHASE, replace(PHASE, name="all weights", body_rate=1e-4)),
)


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    for i, language in enumerate(NORDIC):
        write_pairs(tmp_path / "texts", toy_pairs(400, seed=i), language)
    with gzip.open(tmp_path / "texts" / "freq.sv.txt.gz", "wt", encoding="utf-8") as file:
        file.write("paket 900\nvänta 400\n")
    return tmp_path / "texts"


@pytest.fixture
def english(tmp_path: Path) -> Path:
    return make_encoder(tmp_path / "english", [" ".join(WORDS)])


def test_the_recipe_that_ships_can_be_read() -> None:
    recipe = read_recipe(RECIPES / "multilingual.toml", MultilingualRecipe)

    assert [phase.name for phase in recipe.phases] == ["embeddings", "all weights"]


def test_each_step_brings_translations_nearer(texts: Path, english: Path, tmp_path: Path) -> None:
    folder = tmp_path / "encoder"

    found = make_multilingual(english, texts, [make_reply()], RECIPE, folder)

    assert list(found) == ["English encoder", "aligned start", "embeddings", "all weights"]
    assert json.loads((folder / "retrieval.json").read_text("utf-8")) == found
    assert np.mean(list(found["aligned start"].values())) > 0.7
    assert np.mean(list(found["aligned start"].values())) > 2 * np.mean(
        list(found["English encoder"].values())
    )
    tokens = load_tokenizer(folder).encode("Pakken kommer 24 i dag").tokens
    assert tokens[:3] == ["[CLS]", "pakken", "kommer"]
    assert "24" not in tokens


def test_alignment_finds_the_translation_of_a_word(english: Path, tmp_path: Path) -> None:
    pairs = toy_pairs(500)
    joint = load_tokenizer(make_encoder(tmp_path / "joint", [" ".join(WORDS.values())]))
    known = load_tokenizer(english)
    embeddings = load_encoder(english).get_input_embeddings().weight.detach().numpy()

    found = aligned_embeddings(
        [e for e, _ in pairs],
        [t for _, t in pairs],
        teacher=known,
        joint=joint,
        embeddings=embeddings,
        english_share=np.zeros(joint.get_vocab_size(), np.float32),
        rounds=6,
    )

    start = found[joint.token_to_id("pakken")]
    nearest = max(WORDS, key=lambda w: float(embeddings[known.token_to_id(w)] @ start))
    assert nearest == "parcel"


def test_a_stopped_distillation_goes_on_to_the_same_weights(
    texts: Path, english: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pairs = load_pairs(texts)
    monkeypatch.setattr("training.distill._SAVE_EVERY", 2)
    for name in ("whole", "stopped"):
        make_encoder(tmp_path / name, [" ".join([*WORDS, *WORDS.values()])])
    phase = replace(PHASE, body_rate=1e-4)

    distill(tmp_path / "whole", english, pairs, [phase], seed=3)
    steps: list[int] = []

    def stop_after_four(*args: Any) -> torch.Tensor:
        if len(steps) == 4:
            raise KeyboardInterrupt
        steps.append(1)
        return original(*args)

    from training import distill as module

    original = module._step
    with monkeypatch.context() as patch:
        patch.setattr(module, "_step", stop_after_four)
        with pytest.raises(KeyboardInterrupt):
            distill(tmp_path / "stopped", english, pairs, [phase], seed=3)
    distill(tmp_path / "stopped", english, pairs, [phase], seed=3)

    whole, stopped = (load_encoder(tmp_path / n).state_dict() for n in ("whole", "stopped"))
    assert all(torch.allclose(whole[k], stopped[k], atol=1e-6) for k in whole)


def test_retrieval_counts_translations_that_are_nearest(english: Path) -> None:
    same = [Pair(english=w, text=w, language="sv", source="toy") for w in WORDS]

    found = retrieval(load_encoder(english), load_tokenizer(english), {"sv": same})

    assert found == {"sv": 1.0}


def test_pairs_kept_aside_are_never_drawn() -> None:
    pairs = [
        Pair(english=f"sentence {i}", text=f"mening {i}", language="sv", source="toy")
        for i in range(2_000)
    ]
    balanced = Balanced(pairs, {"plain": 1.0})

    drawn = balanced.draw(3_000, np.random.default_rng(0))

    aside = {p.english for p in retrieval_pairs(pairs)["sv"]}
    assert len(aside) > 10
    assert not aside & {p.english for p in drawn}


def test_a_line_that_is_cut_off_is_named(tmp_path: Path) -> None:
    for language in NORDIC:
        write_pairs(tmp_path / "texts", [("a", "b")], language)
    with gzip.open(tmp_path / "texts" / "parallel.nb.tsv.gz", "wt", encoding="utf-8") as file:
        file.write("only English\n")

    with pytest.raises(CorpusError, match=r"parallel\.nb\.tsv\.gz:1: 1 columns, not 3"):
        load_pairs(tmp_path / "texts")
