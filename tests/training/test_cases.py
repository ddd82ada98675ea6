"""A line of a case file stands for the cases it says, and a broken one is named."""

import json
from collections.abc import Mapping
from math import inf
from pathlib import Path

import pytest

from model import Channel, Dimension, Reply
from training.cases import NO_RISE, UNCHANGED, Case, Kind, load_cases, rubric_cases
from training.errors import CaseError


def load(folder: Path, *rows: Mapping[str, object] | str, name: str = "sv.jsonl") -> list[Case]:
    lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
    (folder / name).write_text("\n".join(lines), "utf-8")
    return load_cases(folder)


def line(**fields: object) -> Mapping[str, object]:
    return {"id": "sv-1", "capability": "tone", "channel": "chat", "message": "Var?"} | fields


def reply(text: str, message: str = "Var?") -> Reply:
    return Reply(text=text, customer_message=message, channel=Channel.CHAT)


def test_the_better_reply_must_be_above_the_worse_one(tmp_path: Path) -> None:
    (case,) = load(tmp_path, line(dimension="empathy", better="Bra.", worse="Illa."))

    assert (case.reply, case.baseline) == (reply("Bra."), reply("Illa."))
    assert (case.kind, case.language, case.dimensions) == (
        Kind.MINIMUM,
        "sv",
        (Dimension.EMPATHY,),
    )
    assert 0 < case.least < 0.001
    assert case.most == inf


def test_a_bound_is_held_against_the_value_itself(tmp_path: Path) -> None:
    (case,) = load(tmp_path, line(dimension="politeness", reply="Dumbom.", at_most=2.2))

    assert (case.baseline, case.least, case.most) == (None, -inf, 2.2)


def test_every_wording_is_compared_with_the_first(tmp_path: Path) -> None:
    cases = load(tmp_path, line(reply="Ja.", same=["Ja!", "Ja"], same_messages=["Var då?"]))

    assert [c.id for c in cases] == ["sv-1/1", "sv-1/2", "sv-1/3"]
    assert [c.reply for c in cases] == [reply("Ja!"), reply("Ja"), reply("Ja.", "Var då?")]
    assert {(c.kind, c.baseline, c.least, c.most, c.dimensions) for c in cases} == {
        (Kind.INVARIANCE, reply("Ja."), -UNCHANGED, UNCHANGED, tuple(Dimension))
    }


def test_slots_are_filled_in_reply_and_message(tmp_path: Path) -> None:
    fill = {"name": ["Elin", "Ali"], "city": ["Lund", "Mora"]}
    (case,) = load(tmp_path, line(message="Hej! {name}", reply="{name}, {city}.", fill=fill))

    assert case.baseline == reply("Elin, Lund.", "Hej! Elin")
    assert case.reply == reply("Ali, Mora.", "Hej! Ali")


@pytest.mark.parametrize(
    ("expected", "change", "holds"),
    [("rises", 0.01, True), ("rises", 0.0, False), ("falls", -0.01, True), ("falls", 0.0, False)],
)
def test_a_direction_needs_a_change(
    tmp_path: Path, expected: str, change: float, holds: bool
) -> None:
    fields = {"dimension": "clarity", "before": "Snart.", "after": "I dag.", "expected": expected}
    (case,) = load(tmp_path, line(**fields))

    assert (case.reply, case.baseline) == (reply("I dag."), reply("Snart."))
    assert (case.least <= change <= case.most) is holds


def test_what_earns_nothing_is_held_on_every_dimension(tmp_path: Path) -> None:
    (case,) = load(tmp_path, line(before="Hej!", after="Hej Elin!", expected="no_rise"))

    assert (case.dimensions, case.least, case.most) == (tuple(Dimension), -inf, NO_RISE)


def test_phrases_stand_at_each_place_and_together(tmp_path: Path) -> None:
    text = "Hej. {start}Ja. {middle}I dag. {end}"
    cases = load(tmp_path, line(reply=text, phrases=["A.", "B.", "C."]))

    assert {c.baseline for c in cases} == {reply("Hej. Ja. I dag.")}
    assert {c.id.split("/")[1]: c.reply.text for c in cases} == {
        "start": "Hej. A. Ja. I dag.",
        "middle": "Hej. Ja. A. I dag.",
        "end": "Hej. Ja. I dag. A.",
        "two": "Hej. A. Ja. I dag. B.",
        "three": "Hej. A. Ja. B. I dag. C.",
    }


def test_every_broken_line_is_named_without_its_text(tmp_path: Path) -> None:
    with pytest.raises(CaseError) as raised:
        load(
            tmp_path,
            line(reply="Hemligt {name}", fill={"name": ["Elin"]}),
            line(reply="Hemligt", same=["x"], tone="kind"),
            line(reply="Hemligt", fill={"name": ["Elin", "Ali"]}),
            '{"id": "Hemligt',
            line(reply="Hemligt"),
            line(reply="Hej.", same=["Hej!"]),
            line(reply="Hej.", same=["Hej!"]),
            line(better="Hemligt", worse="x"),
        )

    faults = raised.value.faults
    assert [fault.split(": ")[0] for fault in faults] == [
        f"sv.jsonl:{number}" for number in (1, 2, 3, 4, 5, 7, 8)
    ]
    for fault, reason in zip(
        faults,
        ("at least two", "tone", "no place for name", "not a case", "fill", "sv-1", "dimension"),
        strict=True,
    ):
        assert reason in fault
    assert "Hemligt" not in str(raised.value)


def test_a_file_in_another_encoding_is_named(tmp_path: Path) -> None:
    (tmp_path / "sv.jsonl").write_bytes('{"id": "å"}'.encode("cp1252"))

    with pytest.raises(CaseError, match=r"sv\.jsonl:1: not a case .*utf-8"):
        load_cases(tmp_path)


def test_a_folder_without_cases_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CaseError, match=r"no sv\.jsonl"):
        load(tmp_path, line(reply="Hej.", same=["Hej!"]), name="fi.jsonl")


def test_every_pair_of_the_rubric_is_a_case() -> None:
    cases = rubric_cases()

    assert len(cases) == 36
    assert all(case.baseline and case.least > 0 for case in cases)
