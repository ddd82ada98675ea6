import numpy as np
import pytest

from model.stock import StockPhrases

VECTORS = np.array([[0, 0], [1, 0], [0, -2]], np.float16)


def stock(weights: list[float], limit: float) -> StockPhrases:
    return StockPhrases(
        vectors=VECTORS,
        weights=np.array(weights, np.float32),
        limit=np.array([limit], np.float32),
    )


def test_the_features_are_mean_most_least_and_length() -> None:
    found = stock([0] * 7, 0).features([1, 2])

    assert found.tolist() == [0.5, -1, 1, 0, 0, -2, np.float32(0.2)]


def test_a_sentence_above_the_limit_is_a_stock_phrase() -> None:
    most_in_the_first = stock([0, 0, 1, 0, 0, 0, 0], 0.5)

    assert most_in_the_first.includes([0, 1, 0, 0])
    assert not most_in_the_first.includes([0, 2, 0, 0])


@pytest.mark.parametrize("ids", [[], [1, 1, 1]])
def test_a_word_or_two_are_no_stock_phrase(ids: list[int]) -> None:
    assert not stock([0] * 7, -1).includes(ids)
