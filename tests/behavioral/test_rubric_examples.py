"""Every good example reply of the rubric is above its bad counterpart on the dimension meant."""

import json
from collections.abc import Mapping

import pytest

from model import Dimension, Reply, Scorer
from training.cases import RUBRIC_PAIRS

CASES = [json.loads(line) for line in RUBRIC_PAIRS.read_text("utf-8").splitlines()]


@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c['dimension']}-{c['better'][:20]}")
@pytest.mark.parametrize("language", ["detected", "given"])
def test_the_good_example_is_above_the_bad_one(
    shipped: Scorer, case: Mapping[str, str], language: str
) -> None:
    code = case["language"] if language == "given" else None
    better, worse = shipped.score(
        [Reply(text=case[kind], language=code) for kind in ("better", "worse")]
    )
    dimension = Dimension(case["dimension"])

    assert better.scores[dimension].value > worse.scores[dimension].value
