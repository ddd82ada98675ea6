"""The scorer that ships is what `make train` fits on the rated replies in the repository."""

from pathlib import Path

import pytest

from model import BUNDLED, Dimension, load_scorer
from model.artifact import verify_artifact
from training.corpus import DATA, load_corpus
from training.fit_linear import fit_linear
from training.recipe import RECIPES, read_recipe


@pytest.mark.slow
def test_refitting_gives_the_shipped_scorer_score_for_score(tmp_path: Path) -> None:
    replies = load_corpus(DATA / "replies")
    fit_linear(replies, read_recipe(RECIPES / "linear.toml"), tmp_path / "refitted")
    shipped, refitted = (load_scorer(folder) for folder in (BUNDLED, tmp_path / "refitted"))
    sample = [reply.to_reply() for reply in replies[::40]]

    manifests = [verify_artifact(folder) for folder in (BUNDLED, tmp_path / "refitted")]
    assert manifests[0].trained_on == manifests[1].trained_on
    assert manifests[0].recipe == manifests[1].recipe
    for ours, theirs in zip(shipped.score(sample), refitted.score(sample), strict=True):
        assert ours.risk == pytest.approx(theirs.risk, abs=1e-4)
        for dimension in Dimension:
            one, other = ours.scores[dimension], theirs.scores[dimension]
            assert one.value == pytest.approx(other.value, abs=1e-4)
            assert one.interval == pytest.approx(other.interval, abs=1e-4)
