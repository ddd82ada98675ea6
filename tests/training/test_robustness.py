from collections.abc import Sequence

import pytest

from tests.builders import make_reply
from tests.fakes import FakeScorer, WordScorer
from training.corpus import RatedReply
from training.perturb import Role, load_swaps
from training.robustness import Gap, Robustness, robustness
from training.slices import ALL


def replies() -> list[RatedReply]:
    text = 'Hej! Paketet kommer den 3 maj. Välj "Spåra" i appen.'
    return [make_reply(f"sv-{i}", reply=text, batch=f"b{i}") for i in range(40)]


def gaps(found: Robustness, contrast: str, role: Role = Role.CUSTOMER) -> Sequence[Gap]:
    wanted = (contrast, role, ALL)
    return [g for g in found.gaps if (g.contrast, g.role, g.language) == wanted]


def test_a_scorer_that_reads_no_names_numbers_or_phrases_passes_everywhere() -> None:
    found = robustness(FakeScorer(), replies(), seed=1)

    assert {c.what for c in found.changes} >= {"customer's name", "cities", "numbers"}
    assert all(c.within_aim.value == 1 and c.largest == 0 for c in found.changes)
    assert all(r.at_most.value == 1 and r.largest == 0 for r in found.rises)
    assert all(g.difference.value == 0 for g in found.gaps)


def test_a_scorer_that_prefers_majority_names_is_found_out() -> None:
    foreign = load_swaps()["sv"].names["foreign"]
    worth = {f"Hej {name}": -0.4 for names in foreign.values() for name in names}
    found = robustness(WordScorer(worth), replies(), seed=1)

    for gap in gaps(found, "foreign − majority"):
        assert gap.difference.high < -0.3
    for gap in gaps(found, "female − male"):
        assert gap.difference.value == pytest.approx(0, abs=1e-9)
    changed = {c.what: c for c in found.changes}
    assert changed["customer's name"].within_bar.value == pytest.approx(3 / 5)
    assert changed["agent's name"].within_bar.value == 1


def test_a_scorer_that_pays_for_phrases_is_found_out() -> None:
    worth = dict.fromkeys(load_swaps()["sv"].phrases, 0.3)
    found = robustness(WordScorer(worth), replies(), seed=1)

    assert {r.at_most.value for r in found.rises} == {0.0}
    assert {round(r.largest, 6) for r in found.rises} == {0.3}


def test_a_number_that_moves_a_score_is_found_out() -> None:
    found = robustness(WordScorer({"3 maj": 0.1}), replies(), seed=1)

    (numbers,) = [c for c in found.changes if c.what == "numbers"]
    assert (numbers.within_bar.value, numbers.within_aim.value) == (1, 0)


def test_the_same_seed_gives_the_same_figures() -> None:
    names = dict.fromkeys(load_swaps()["sv"].names["majority"]["female"][:3], 0.2)
    one, other = (robustness(WordScorer(names), replies(), seed=5) for _ in range(2))

    assert one == other
