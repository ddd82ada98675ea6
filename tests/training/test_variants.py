import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from model import LANGUAGES
from tests.builders import make_reply
from training.augment import KINDS
from training.corpus import DATA, RatedReply, load_corpus
from training.errors import CorpusError
from training.perturb import TRAINING_SWAPS, load_swaps
from training.splits import Split, parts
from training.variants import VARIANTS, Variant, load_variants

ROW = {
    "id": "one",
    "message": "The boots leak.",
    "ruder": "Your boots LEAK, you crooks.",
    "kinder": "Hello, I am afraid the boots leak. Thank you!",
    "things": [["boots", "tents"], ["soles", "seams"]],
    "spelling": [["e-mail", "email"]],
}
WHERE = {
    "tone": {"customer_message"},
    "thing": {"customer_message", "reply"},
    "spelling": {"reply"},
}


@pytest.fixture(scope="module")
def train() -> dict[str, RatedReply]:
    return {r.id: r for r in parts(load_corpus(DATA / "replies"))[Split.TRAIN]}


@pytest.fixture(scope="module")
def variants() -> list[Variant]:
    return list(load_variants().by_id.values())


def test_every_variant_is_of_a_training_reply_and_finds_what_it_replaces(
    train: dict[str, RatedReply], variants: list[Variant]
) -> None:
    assert {train[v.id].language for v in variants} == set(LANGUAGES)
    for variant in variants:
        reply = train[variant.id]
        assert reply.customer_message == variant.message, variant.id
        assert len({variant.message, variant.ruder, variant.kinder}) == 3, variant.id
        both = f"{reply.reply}\n{variant.message}"
        assert all(old in both for old, _ in variant.things), variant.id
        assert all(old in reply.reply for old, _ in variant.spelling), variant.id


@pytest.mark.parametrize("kind", WHERE)
def test_a_copy_differs_in_what_its_kind_says(
    kind: str, train: dict[str, RatedReply], variants: list[Variant]
) -> None:
    random = np.random.default_rng(1)
    swaps = load_swaps(TRAINING_SWAPS)
    copies = [(train[v.id], KINDS[kind](train[v.id], swaps["en"], random)) for v in variants]
    changed = [(before, after) for before, after in copies if after is not None]

    assert len(changed) > 0.9 * len(variants)
    for before, after in changed:
        assert after.ratings == before.ratings
        texts = [
            name
            for name in ("customer_message", "reply")
            if getattr(after, name) != getattr(before, name)
        ]
        assert texts, before.id
        assert set(texts) <= WHERE[kind], before.id


def test_a_reply_without_variants_has_no_such_copy(train: dict[str, RatedReply]) -> None:
    (reply, *_) = train.values()
    other = replace(reply, id="unknown", customer_message="Nobody wrote variants of this.")
    swaps, random = load_swaps(TRAINING_SWAPS)[other.language], np.random.default_rng(1)

    assert KINDS["thing"](other, swaps, random) is None
    assert KINDS["spelling"](other, swaps, random) is None


def test_another_thing_stands_in_message_and_reply(tmp_path: Path) -> None:
    write(tmp_path, ROW)
    variant = load_variants(tmp_path).by_message["The boots leak."]
    reply = make_reply(
        reply="Send the boots back; the soles of these boots are at fault. We reply by e-mail.",
        customer_message="The boots leak.",
    )

    swapped, spelled = variant.of_another_thing(reply), variant.respelled(reply)

    assert swapped is not None
    assert swapped.customer_message == "The tents leak."
    assert swapped.reply == (
        "Send the tents back; the seams of these tents are at fault. We reply by e-mail."
    )
    assert spelled is not None
    assert spelled.reply.endswith("We reply by email.")


@pytest.mark.parametrize("fault", [{"ruder": None}, {"things": [["one"]]}, {"more": 1}])
def test_a_line_that_cannot_be_used_is_named(tmp_path: Path, fault: dict[str, object]) -> None:
    row = ROW | fault
    write(tmp_path, {k: v for k, v in row.items() if v is not None})

    with pytest.raises(CorpusError, match=r"sv\.jsonl:1: no variant"):
        load_variants(tmp_path)


def write(folder: Path, row: object) -> None:
    for code in LANGUAGES:
        (folder / f"{code}.jsonl").write_text("", "utf-8")
    (folder / "sv.jsonl").write_text(json.dumps(row) + "\n", "utf-8")


def test_the_files_are_those_of_the_languages() -> None:
    assert {path.stem for path in VARIANTS.glob("*.jsonl")} == set(LANGUAGES)
