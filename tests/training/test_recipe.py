from pathlib import Path

import pytest

from training.errors import RecipeError
from training.recipe import RECIPES, LinearRecipe, read_recipe

LINEAR = (RECIPES / "linear.toml").read_text("utf-8")


def test_the_shipped_recipe_is_read() -> None:
    assert read_recipe(RECIPES / "linear.toml", LinearRecipe).name == "linear"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("seed =", "sead ="), "seed is missing"),
        (("seed =", "color = 1\nseed ="), "color is no value of a recipe"),
        (("folds = 5", 'folds = "five"'), "folds must be"),
        (("folds = 5", "folds = 1"), "folds must be 2 or more, got 1"),
        (("coverage = 0.9", "coverage = 90"), r"coverage must be in \[0.5, 1\), got 90"),
        (("seed =", "seed"), "cannot be read as a recipe"),
    ],
)
def test_a_recipe_that_cannot_be_used_says_why(
    tmp_path: Path, change: tuple[str, str], message: str
) -> None:
    path = tmp_path / "bad.toml"
    path.write_text(LINEAR.replace(*change, 1), "utf-8")

    with pytest.raises(RecipeError, match=message):
        read_recipe(path, LinearRecipe)
