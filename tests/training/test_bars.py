from dataclasses import replace

import pytest

from model import Dimension
from tests.builders import make_assessment, make_rating, make_reply
from tests.fakes import FakeScorer
from training.bars import Bar, Verdict, bars, percent
from training.corpus import RatedReply
from training.evaluate import Evaluation
from training.metrics import Figure, Resamples, share
from training.reliability import Coverage
from training.robustness import Robustness, robustness
from training.slices import ALL, slices


def rated() -> list[RatedReply]:
    return [
        make_reply(
            f"{code}-{i}",
            language=code,
            batch=f"{code}{i}",
            ratings=tuple(make_rating(r, (1 + i % 5,) * 3) for r in "ab"),
        )
        for code in ("sv", "da")
        for i in range(25)
    ]


@pytest.fixture(scope="module")
def unmoved() -> Robustness:
    return robustness(FakeScorer(), rated(), seed=1)


def evaluation(off: str = "") -> Evaluation:
    """A scorer that gives the panel's means, but for a language where it gives its opposite."""
    test = rated()
    assessments = [
        make_assessment(value=6 - r.mean[d] if r.language == off else r.mean[d])
        for r in test
        for d in (Dimension.EMPATHY,)
    ]
    figure = Figure(value=0.98, low=0.9, high=1.0, n=25)
    return Evaluation(
        version="fake-1",
        replies=test,
        assessments=assessments,
        slices=slices(test, assessments, Resamples([r.id for r in test], 1), test),
        risk={ALL: figure, "sv": figure, "da": replace(figure, value=0.91)},
        pairs={ALL: figure, "empathy": figure},
        need={},
    )


def covered(value: float) -> list[Coverage]:
    held = Figure(value=value, low=0.8, high=1.0, n=50)
    return [
        Coverage(language=language, dimension=name, held=held, width=1.0)
        for language in (ALL, "sv")
        for name in (*Dimension, ALL)
    ]


def verdicts(found: list[Bar]) -> dict[str, Bar]:
    return {bar.what.split(",")[0].split(":")[0]: bar for bar in found}


def test_a_perfect_scorer_reaches_every_aim_that_is_measured(unmoved: Robustness) -> None:
    found = bars(evaluation(), {}, unmoved, covered(0.9))
    measured = {b.what: b.verdict for b in found if b.verdict is not Verdict.UNMEASURED}

    assert set(measured.values()) == {Verdict.AIM, Verdict.MET}
    assert [w for w, v in measured.items() if v is Verdict.MET] == [
        "AUC of risk, panel's mean at most 2.3"
    ]


def test_one_language_that_falls_short_misses_the_bar_and_is_named(unmoved: Robustness) -> None:
    found = verdicts(bars(evaluation(off="da"), {}, unmoved, covered(0.9)))
    ranking = found["Spearman with the panel's mean"]

    assert ranking.verdict is Verdict.MISSED
    assert ranking.weakest.startswith("Danish ")
    assert ranking.reached == "3 of 6"


@pytest.mark.parametrize(
    ("held", "verdict"),
    [(0.85, Verdict.MISSED), (0.88, Verdict.AIM), (0.92, Verdict.AIM), (0.95, Verdict.MISSED)],
)
def test_intervals_may_be_too_narrow_and_too_wide(
    unmoved: Robustness, held: float, verdict: Verdict
) -> None:
    found = verdicts(bars(evaluation(), {}, unmoved, covered(held)))

    assert found["90 % intervals that hold the panel's mean"].verdict is verdict


def test_what_was_not_measured_is_neither_met_nor_missed(unmoved: Robustness) -> None:
    found = verdicts(bars(evaluation(), {}, unmoved, covered(0.9)))

    assert found["Spearman on public replies"].verdict is Verdict.UNMEASURED
    assert found["see make bench"].verdict is Verdict.UNMEASURED


def test_a_language_without_poor_replies_is_no_miss(unmoved: Robustness) -> None:
    nothing = Figure(value=float("nan"), low=float("nan"), high=float("nan"), n=25)
    found = verdicts(
        bars(replace(evaluation(), risk={ALL: nothing, "sv": nothing}), {}, unmoved, covered(0.9))
    )

    assert found["AUC of risk"].verdict is Verdict.UNMEASURED
    assert found["AUC of risk"].found == "–"


def test_a_share_just_below_all_does_not_read_as_all() -> None:
    assert percent(share([True] * 199 + [False])).startswith("99.5%")
    assert percent(share([True] * 5)).startswith("100%")
