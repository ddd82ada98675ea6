import numpy as np

from model import Assessment, Dimension
from tests.builders import make_assessment, make_rating, make_reply
from training.comparison import RISK, gains, paired_difference
from training.corpus import RatedReply

RANDOM = np.random.default_rng(2)


def rated(n: int = 80) -> list[RatedReply]:
    return [
        make_reply(
            f"sv-{i}",
            batch=f"b{i}",
            ratings=tuple(make_rating(r, (1 + i % 5,) * 3) for r in "ab"),
        )
        for i in range(n)
    ]


def scored(test: list[RatedReply], noise: float) -> list[Assessment]:
    values = [r.mean[Dimension.EMPATHY] + RANDOM.normal(0, noise) for r in test]
    return [
        make_assessment(value=float(np.clip(v, 1, 5)), risk=float(np.clip((5 - v) / 4, 0, 1)))
        for v in values
    ]


def test_the_better_scorer_is_better_in_every_measure() -> None:
    test = rated()
    found = list(gains(test, scored(test, 0.2), scored(test, 3.0), seed=1))

    assert {g.verdict for g in found} == {"better"}
    assert {g.measure for g in found} == {"Spearman", "weighted kappa", "less MAE", RISK}


def test_a_scorer_differs_in_nothing_from_itself() -> None:
    test = rated()
    same = scored(test, 1.0)

    assert {g.verdict for g in gains(test, same, same, seed=1)} == {"no clear difference"}


def test_a_language_with_few_replies_is_not_compared() -> None:
    test = [*rated(), *(make_reply(f"da-{i}", language="da") for i in range(5))]
    same = scored(test, 1.0)

    assert {language for language, _, _ in paired_difference(test, same, same, seed=1)} == {
        "all",
        "sv",
    }
