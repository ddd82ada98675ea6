from model import Dimension
from model.calibration import WITHOUT_MESSAGE, Intervals

ONE: dict[str, float] = dict.fromkeys(Dimension, 1.0)
INTERVALS = Intervals(
    quantiles={
        "sv": ONE,
        "nn": dict.fromkeys(Dimension, 2.0),
        WITHOUT_MESSAGE: dict.fromkeys(Dimension, 1.5),
    },
    least_spread=0.4,
    widest_to_act_on=2.0,
)


def interval(
    language: str = "sv", *, value: float = 3.0, spread: float = 0.5, has_message: bool = True
) -> tuple[float, float]:
    return INTERVALS.interval(
        Dimension.CLARITY, language, value=value, spread=spread, has_message=has_message
    )


def test_the_interval_is_the_quantile_times_the_spread() -> None:
    assert interval() == (2.5, 3.5)
    assert interval("nn") == (2.0, 4.0)


def test_a_missing_customer_message_widens_it() -> None:
    assert interval(has_message=False) == (2.25, 3.75)


def test_it_never_leaves_the_scale_nor_closes() -> None:
    assert interval(value=4.9, spread=0.0) == (4.5, 5.0)


def test_an_unsupported_language_says_nothing() -> None:
    assert interval("und") == (1, 5)


def test_too_wide_is_a_question_of_width() -> None:
    assert INTERVALS.is_too_wide(
        INTERVALS.interval(Dimension.CLARITY, "und", value=3, spread=1, has_message=True)
    )
