import json
from pathlib import Path

import numpy as np
import pytest

from model import BUNDLED, LANGUAGES
from model.encoder import load_reader
from model.store import current_artifact
from tests.builders import make_reply
from tests.training.tiny import make_encoder
from training.corpus import BehaviorSpan
from training.encoder_folder import load_encoder, load_tokenizer
from training.errors import CorpusError
from training.stock import (
    TO_TEST,
    TO_TRAIN,
    Phrase,
    fit_stock,
    load_phrases,
    stock_ids,
    telling_sentences,
)


def test_a_sentence_with_a_behavior_that_no_stock_phrase_has_is_telling() -> None:
    reply = make_reply(
        reply="Tack! Du får svar i dag.",
        behaviors=(
            BehaviorSpan(start=0, end=5, tag="thanks"),
            BehaviorSpan(start=6, end=24, tag="time_frame"),
        ),
    )

    assert [p.text for p in telling_sentences([reply])] == ["Du får svar i dag."]


def test_it_learns_which_words_make_a_stock_phrase(tmp_path: Path) -> None:
    kind, telling = ["tack så mycket", "stort tack"], ["paketet kommer", "vi skickar paketet i dag"]
    folder = make_encoder(tmp_path, [*kind, *telling, "du"])
    words = load_encoder(folder).get_input_embeddings().state_dict()["weight"].numpy()
    tokenizer = load_tokenizer(folder)

    def phrase(text: str, is_stock: bool) -> Phrase:
        return Phrase(text=text, language="sv", is_stock=is_stock)

    written = [phrase(t, True) for t in kind * 40] + [phrase(t, False) for t in telling * 40]
    found = fit_stock(words, tokenizer, written, [phrase(t, False) for t in telling * 40])

    like_kind, like_telling = (
        found.features(stock_ids(phrase(text, True), tokenizer)) @ found.weights
        for text in ("tack så mycket stort", "paketet kommer i dag nu")
    )
    assert like_kind > like_telling + 1
    assert found.vectors.dtype == np.float16


@pytest.mark.parametrize("folder", [TO_TRAIN, TO_TEST], ids=lambda p: p.name)
def test_both_kinds_are_written_in_every_language(folder: Path) -> None:
    found = load_phrases(folder)

    for language in LANGUAGES:
        for is_stock in (True, False):
            texts = [p.text for p in found if (p.language, p.is_stock) == (language, is_stock)]
            assert len(set(texts)) == len(texts) >= 25, (language, is_stock)


def test_what_is_measured_on_was_not_fitted_on() -> None:
    train, test = ({p.text.lower() for p in load_phrases(f)} for f in (TO_TRAIN, TO_TEST))

    assert not train & test


def test_the_shipped_scorer_tells_stock_phrases_from_their_near_doubles() -> None:
    reader = load_reader(current_artifact(BUNDLED))
    found = {True: [], False: []}  # type: dict[bool, list[bool]]
    for phrase in load_phrases(TO_TEST):
        is_found = reader.stock.includes(stock_ids(phrase, reader.tokenizer))
        found[phrase.is_stock].append(is_found)

    assert np.mean(found[True]) > 0.8
    assert np.mean(found[False]) < 0.1


@pytest.mark.parametrize("row", [{"text": "Ja."}, ["Ja."]])
def test_a_line_that_cannot_be_used_is_named(tmp_path: Path, row: object) -> None:
    (tmp_path / "sv.jsonl").write_text(json.dumps(row) + "\n", "utf-8")

    with pytest.raises(CorpusError, match=r"sv\.jsonl:1: needs text and stock"):
        load_phrases(tmp_path)
