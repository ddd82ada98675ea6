import pytest

from model import Dimension, Interval, Score, Status
from tests.builders import DISTRIBUTION, make_score


def test_the_value_is_the_mean_of_the_distribution() -> None:
    assert make_score().value == pytest.approx(3.6)


@pytest.mark.parametrize(
    ("distribution", "interval"),
    [
        ((0.5, 0.5, 0.5, 0.0, 0.0), (1.0, 5.0)),
        ((-0.1, 0.3, 0.3, 0.3, 0.2), (1.0, 5.0)),
        (DISTRIBUTION, (3.9, 4.5)),
        (DISTRIBUTION, (0.5, 4.5)),
        (DISTRIBUTION, (2.0, 5.5)),
    ],
)
def test_an_impossible_score_cannot_be_built(
    distribution: tuple[float, ...], interval: tuple[float, float]
) -> None:
    with pytest.raises(ValueError, match="empathy: "):
        Score(
            dimension=Dimension.EMPATHY,
            distribution=distribution,
            interval=Interval(*interval),
            status=Status.OK,
        )
