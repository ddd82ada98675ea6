import pytest

from training.scales import number, parse_scale


@pytest.mark.parametrize(
    ("scale", "cell", "rating"),
    [
        ("1-5", "3", 3),
        ("1-5", "3,5", 3.5),
        ("1-10", 1, 1),
        ("1-10", "10", 5),
        ("1-10", "4", 2.333),
        ("0-100", 75, 4),
        ("5-1", "5", 1),
        ("percent", "62,5 %", 3.5),
        ("percent", 100.0, 5),
        ("thumbs", "👍🏽", 4),
        ("thumbs", "Tumme ner", 2),
        ("thumbs", True, 4),
        ("thumbs", 0, 2),
    ],
)
def test_a_rating_keeps_its_place_between_the_ends_of_its_scale(
    scale: str, cell: object, rating: float
) -> None:
    assert parse_scale(scale).convert(cell) == rating


@pytest.mark.parametrize(
    ("scale", "cell", "fault"),
    [
        ("1-10", "11", "is 11, outside the scale 1-10"),
        ("1-5", 0, "is 0, outside the scale 1-5"),
        ("1-5", "", "is empty"),
        ("1-5", None, "is empty"),
        ("1-5", "Anna var arg", "is a text of 12 characters"),
        ("1-5", True, "is a bool"),
        ("thumbs", "kanske", "is a text of 6 characters, up or down"),
    ],
)
def test_what_is_no_rating_is_named_and_not_repeated(scale: str, cell: object, fault: str) -> None:
    with pytest.raises(ValueError, match=fault) as caught:
        parse_scale(scale).convert(cell)

    assert "Anna" not in str(caught.value)


@pytest.mark.parametrize("name", ["stars", "1-", "3-3", "", "-1-5"])
def test_a_scale_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=r"is no scale|one point"):
        parse_scale(name)


def test_numbers_are_read_with_comma_point_and_percent_sign() -> None:
    assert [number(cell) for cell in ("3,5", "3.5", "85 %", " 4 ", 7.0)] == [3.5, 3.5, 85, 4, 7]
    assert [number(cell) for cell in ("1,000.5", "3 of 5", "", "1e5", "½")] == [None] * 5
