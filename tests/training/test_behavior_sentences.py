import json
from pathlib import Path

import pytest

from model import LANGUAGES, Behavior
from tests.training.tiny import make_encoder, make_reader
from training.behavior_sentences import SENTENCES, behavior_examples
from training.encoder_batches import BEHAVIORS
from training.encoder_folder import load_tokenizer
from training.errors import CorpusError


def write(folder: Path, row: object, name: str = "sv.jsonl") -> Path:
    (folder / name).write_text(json.dumps(row) + "\n", "utf-8")
    return folder


def test_a_sentence_teaches_its_behaviors_and_no_rating(tmp_path: Path) -> None:
    reader = make_reader(load_tokenizer(make_encoder(tmp_path / "encoder", ["Läs villkoren."])))
    folder = write(tmp_path, {"sentence": "Läs villkoren.", "tags": ["commanding", "dismissive"]})

    (item,) = behavior_examples(reader, folder)

    assert item.weight == 0
    assert item.behaviors is not None
    shown = {BEHAVIORS[i] for i in item.behaviors[0].nonzero()[0]}
    assert shown == {Behavior.COMMANDING, Behavior.DISMISSIVE}


@pytest.mark.parametrize("row", [{"sentence": "Ja."}, {"sentence": "Ja.", "tags": ["rude"]}])
def test_a_line_that_cannot_be_used_is_named(tmp_path: Path, row: object) -> None:
    reader = make_reader(load_tokenizer(make_encoder(tmp_path / "encoder", ["Ja."])))

    with pytest.raises(CorpusError, match=r"sv\.jsonl:1: needs a sentence and tags"):
        behavior_examples(reader, write(tmp_path, row))


def test_every_language_and_every_behavior_that_costs_has_its_sentences() -> None:
    for language in LANGUAGES:
        lines = (SENTENCES / f"{language}.jsonl").read_text("utf-8").splitlines()
        rows = [json.loads(line) for line in lines]
        assert len({row["sentence"] for row in rows}) == len(rows), language
        for behavior in list(Behavior)[list(Behavior).index(Behavior.DISMISSIVE) :]:
            assert sum(behavior in row["tags"] for row in rows) >= 8, (language, behavior)
