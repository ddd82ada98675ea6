import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests.builders import make_reply
from tests.fakes import TaggingScorer
from training.advising import (
    BEGIN,
    END,
    Reading,
    advice_cases,
    precision_table,
    read_readings,
    sheet,
    write_card,
)
from training.corpus import RatedReply
from training.errors import CorpusError
from training.splits import Split, parts


def replies() -> list[RatedReply]:
    texts = ["Du skrev fel. Ja.", "Läs själv. Nej."] * 60
    return [
        replace(make_reply(id=f"sv-{i}", reply=text, batch=f"b{i}"), customer_message="Var?")
        for i, text in enumerate(texts)
    ]


SCORER = TaggingScorer(
    {"skrev fel": -1.0, "Läs": -0.5}, {"skrev fel": "blames_customer", "Läs": "dismissive"}
)


def test_cases_come_from_the_test_split_and_from_every_rule() -> None:
    cases = advice_cases(SCORER, replies(), most=4)

    held_out = {r.id for r in parts(replies())[Split.TEST]}
    assert {case.reply.id for case in cases} <= held_out
    assert {case.advice.rule for case in cases} == {"do-not-wave-away", "drop-the-blame"}
    assert len({case.id for case in cases}) == 4


def test_another_seed_draws_other_cases() -> None:
    first, second = (
        {case.id for case in advice_cases(SCORER, replies(), most=6, seed=seed)} for seed in (1, 2)
    )

    assert first != second


def test_a_sheet_marks_the_place() -> None:
    (case,) = advice_cases(SCORER, replies(), most=1)

    assert f"@@ {case.id} | sv" in sheet([case])
    assert "→Du skrev fel.← Ja." in sheet([case]) or "→Läs själv.← Nej." in sheet([case])


def reading(case: str, is_right: bool, reader: str = "r1") -> Reading:
    return Reading(case=case, model_version="fake-1", reader=reader, is_right=is_right)


def test_precision_is_counted_by_rule() -> None:
    shown = precision_table([reading("a/greet", True), reading("b/greet", False)])

    assert "| greet | 2 | 50%" in shown


def test_readings_are_read_from_their_folder(tmp_path: Path) -> None:
    line = {"case": "a/greet", "model_version": "fake-1", "reader": "r1", "is_right": True}
    (tmp_path / "one.jsonl").write_text(json.dumps(line) + "\n")

    assert read_readings(tmp_path) == [reading("a/greet", True)]


def test_a_line_that_is_no_reading_is_named(tmp_path: Path) -> None:
    (tmp_path / "one.jsonl").write_text('{"case": "a/greet"}\n')

    with pytest.raises(CorpusError, match=r"one\.jsonl:1: no reading"):
        read_readings(tmp_path)


def test_the_card_says_who_read_what(tmp_path: Path) -> None:
    card = tmp_path / "README.md"
    card.write_text(f"# Card\n{BEGIN}\nold\n{END}\n")

    write_card([reading("a/greet", True), reading("a/greet", True, "r2")], card)

    assert "1 held-out pieces of advice by fake-1, each read by 2 of 2" in card.read_text()
