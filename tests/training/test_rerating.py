import csv
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from model import Dimension
from tests.builders import make_rating, make_reply
from training.corpus import RatedReply
from training.errors import CorpusError
from training.recipe import RECIPES, LinearRecipe, read_recipe
from training.rerating import DoubtfulRating, doubtful_ratings, find_doubtful, write_list

N = 300


def rated(number: int, empathy: float) -> RatedReply:
    return make_reply(f"r{number:03}", ratings=(make_rating("a", (empathy, 3, 3)),))


def expectations(true: NDArray[np.int_]) -> NDArray[np.float64]:
    """(replies, 3, 5): sharp around the true empathy, and around 3 on the other two."""
    centers = np.stack([true, np.full(N, 3), np.full(N, 3)], axis=1)
    weights = np.exp(-((np.arange(1, 6) - centers[..., None]) ** 2))
    shares: NDArray[np.float64] = weights / weights.sum(axis=2, keepdims=True)
    return shares


def doubtful(reply: RatedReply, probability: float = 0.01) -> DoubtfulRating:
    return DoubtfulRating(
        reply=reply,
        dimension=Dimension.CLARITY,
        given=1.5,
        expected=4.321,
        probability=probability,
    )


def test_the_planted_errors_are_found_and_slips_by_one_are_not() -> None:
    random = np.random.default_rng(5)
    true = random.integers(1, 6, N)
    given = np.clip(true + random.choice([-1, 0, 0, 0, 1], N), 1, 5)
    planted = random.choice(N, 12, replace=False)
    given[planted] = np.where(true[planted] > 3, 1, 5)
    replies = [rated(i, float(k)) for i, k in enumerate(given)]

    found = doubtful_ratings(replies, expectations(true))

    far = {f"r{i:03}" for i in planted if abs(given[i] - true[i]) > 2}
    assert far <= {d.reply.id for d in found} <= {f"r{i:03}" for i in planted}
    assert {d.dimension for d in found} == {Dimension.EMPATHY}
    assert [d.probability for d in found] == sorted(d.probability for d in found)
    assert all(abs(d.expected - d.given) > 1 for d in found)


def test_the_list_has_the_texts_and_an_empty_rating_and_no_formula(tmp_path: Path) -> None:
    reply = replace(make_reply(reply="=1+1; Hej\nÅsa"), customer_message=None)
    path = tmp_path / "check" / "rerate.csv"

    write_list([doubtful(reply)], path)

    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as file:
        (row,) = csv.DictReader(file, delimiter=";")
    assert row["reply"] == "'=1+1; Hej\nÅsa"
    assert (row["id"], row["where"], row["language"]) == ("sv-1", "sv.jsonl:1", "sv")
    assert (row["dimension"], row["rating"], row["customer_message"]) == ("clarity", "", "")
    assert (row["given"], row["expected"], row["probability"]) == ("1.5", "4.32", "0.01")


def test_the_list_can_be_json_lines(tmp_path: Path) -> None:
    write_list([doubtful(make_reply("a")), doubtful(make_reply("b"))], tmp_path / "rerate.jsonl")

    rows = [json.loads(r) for r in (tmp_path / "rerate.jsonl").read_text("utf-8").splitlines()]
    assert [(row["id"], row["rating"], row["given"]) for row in rows] == [
        ("a", None, 1.5),
        ("b", None, 1.5),
    ]


def test_a_few_replies_are_too_few_to_doubt_any() -> None:
    with pytest.raises(CorpusError, match="20 replies are too few to doubt any; 100"):
        find_doubtful(
            [rated(i, 3) for i in range(20)], read_recipe(RECIPES / "linear.toml", LinearRecipe)
        )
