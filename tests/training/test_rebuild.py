"""What ships is what `make train` fits on the rated replies in the repository."""

from pathlib import Path

import pytest

from model import BUNDLED, Dimension, load_scorer
from model.artifact import verify_artifact
from model.store import Store
from training.corpus import DATA, load_corpus
from training.fit_linear import fit_linear
from training.recipe import RECIPES, LinearRecipe, read_recipe


@pytest.mark.slow
def test_refitting_gives_the_linear_scorer_score_for_score(tmp_path: Path) -> None:
    kept = Store(BUNDLED)
    (linear,) = (v for v in kept.versions() if v.startswith("linear-"))
    replies = load_corpus(DATA / "replies")
    fit_linear(replies, read_recipe(RECIPES / "linear.toml", LinearRecipe), tmp_path / "refitted")
    shipped, refitted = (load_scorer(f) for f in (kept.artifact(linear), tmp_path / "refitted"))
    sample = [reply.to_reply() for reply in replies[::40]]

    manifests = [verify_artifact(f) for f in (kept.artifact(linear), tmp_path / "refitted")]
    assert manifests[0].trained_on == manifests[1].trained_on
    assert manifests[0].recipe == manifests[1].recipe
    for ours, theirs in zip(shipped.score(sample), refitted.score(sample), strict=True):
        assert ours.risk == pytest.approx(theirs.risk, abs=1e-4)
        for dimension in Dimension:
            one, other = ours.scores[dimension], theirs.scores[dimension]
            assert one.value == pytest.approx(other.value, abs=1e-4)
            assert one.interval == pytest.approx(other.interval, abs=1e-4)
