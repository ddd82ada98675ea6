"""The suite runs on any scorer, and says which cases failed and which bars were missed."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from model import Dimension
from tests.fakes import FakeScorer, LengthScorer
from training.behave import Bars, behave, failed_bars, held_bars, read_bars
from training.cases import Case, Kind, load_cases
from training.cli import main
from training.errors import CaseError

BARS = Bars(
    kinds={Kind.MINIMUM: 0.5, Kind.INVARIANCE: 0.9, Kind.DIRECTION: 0.9},
    capabilities={"tone": 1.0, "names": 1.0},
)
LINES = (
    {"id": "a", "capability": "tone", "dimension": "empathy", "better": "x" * 90, "worse": "x"},
    {"id": "b", "capability": "tone", "dimension": "empathy", "better": "x", "worse": "x" * 90},
    {"id": "c", "capability": "names", "reply": "Hej {name}!", "fill": {"name": ["Bo", "Eva"]}},
    {"id": "d", "capability": "name_added", "before": "Ja.", "after": "Ja, Elin Margareta!"},
)
BARS_TOML = "[kinds]\nminimum = 0.5\n[capabilities]\nnames = 1\n"


def write_suite(folder: Path, bars: str = BARS_TOML) -> Path:
    lines = [json.dumps(row | ({"expected": "no_rise"} if "after" in row else {})) for row in LINES]
    (folder / "sv.jsonl").write_text("\n".join(lines), "utf-8")
    (folder / "bars.toml").write_text(bars, "utf-8")
    return folder


@pytest.fixture
def cases(tmp_path: Path) -> list[Case]:
    return load_cases(write_suite(tmp_path))


def test_failures_come_with_ids_and_what_was_found(cases: list[Case]) -> None:
    result = behave(LengthScorer(), cases, BARS)

    failed = {o.case.id: o.missed for o in result.outcomes if not o.is_passed}
    assert failed == {
        "b": {Dimension.EMPATHY: pytest.approx(-0.89)},
        "d": {d: pytest.approx(0.16) for d in Dimension},
    }


def test_a_bar_counts_the_cases_of_its_language_or_capability(cases: list[Case]) -> None:
    shares = {s.name: (s.passed, s.n) for s in held_bars(behave(LengthScorer(), cases, BARS))}

    assert shares == {
        "minimum in sv": (1, 2),
        "invariance in sv": (1, 1),
        "direction in sv": (0, 1),
        "tone": (1, 2),
        "names": (1, 1),
    }


def test_a_missed_bar_is_named_with_both_shares(cases: list[Case]) -> None:
    assert failed_bars(behave(LengthScorer(), cases, BARS)) == [
        "behavior, direction in sv: 0 of 1 cases pass (0.0%), the bar is 90%",
        "behavior, tone: 1 of 2 cases pass (50.0%), the bar is 100%",
    ]


def test_a_scorer_that_never_moves_ranks_nothing(cases: list[Case]) -> None:
    outcomes = behave(FakeScorer(), cases, BARS).outcomes

    assert {o.case.id for o in outcomes if o.is_passed} == {"c/1", "d"}


def test_no_reply_is_scored_twice(cases: list[Case]) -> None:
    scorer = FakeScorer()
    behave(scorer, cases, BARS)

    assert len(scorer.asked) == len(set(scorer.asked))


@pytest.mark.parametrize("bars", ["", "[kinds]\nspeed = 0.9", "[kinds]\nminimum = 90"])
def test_bars_that_cannot_be_used_are_refused(tmp_path: Path, bars: str) -> None:
    write_suite(tmp_path, bars)

    with pytest.raises(CaseError, match=r"bars\.toml"):
        read_bars(tmp_path / "bars.toml")


def test_the_command_writes_the_result_and_fails_below_a_bar(tmp_path: Path) -> None:
    cases = write_suite(tmp_path, "[kinds]\n[capabilities]\nname_added = 1\ntone = 1\n")
    out = tmp_path / "result.json"
    run = CliRunner().invoke(main, ["behave", "--cases", str(cases), "--out", str(out)])

    written = json.loads(out.read_text("utf-8"))
    assert run.exit_code == 1
    assert "the bar is 100%" in run.output
    assert {bar["name"] for bar in written["bars"]} == {"name_added", "tone"}
    failed = {row["id"] for row in written["failed"]}
    assert failed & {"a", "b"}
    assert all(name in run.output for name in failed)


def test_the_command_succeeds_where_every_bar_is_met(tmp_path: Path) -> None:
    cases = write_suite(tmp_path, "[kinds]\nminimum = 0.0\n")
    run = CliRunner().invoke(main, ["behave", "--cases", str(cases)])

    assert run.exit_code == 0, run.output
    assert "every bar met" in run.output


def test_a_bar_that_the_current_scorer_misses_too_stands_in_nobodys_way(cases: list[Case]) -> None:
    result = behave(LengthScorer(), cases, BARS)

    assert len(failed_bars(result)) == 2
    assert failed_bars(result, result) == []
    assert len(failed_bars(result, behave(FakeScorer(), cases, BARS))) == 1
