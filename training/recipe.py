"""Every choice of one run, read from a TOML file in recipes/."""

import tomllib
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from training.errors import RecipeError

RECIPES = Path(__file__).parent / "recipes"


@dataclass(frozen=True, slots=True, kw_only=True)
class LinearRecipe:
    """How the linear scorer is fitted; the comments in recipes/linear.toml say what each value
    does.
    """

    name: str
    seed: int
    folds: int
    least_documents: dict[str, int]
    most_terms: dict[str, int]
    block_weights: dict[str, float]
    ridge: float
    need_ridge: float
    without_message_weight: float
    fragment_weight: float
    coverage: float
    least_group: int
    least_spread: float
    widest_to_act_on: float

    def __post_init__(self) -> None:
        if not 0.5 <= self.coverage < 1:
            raise RecipeError(f"{self.name}: coverage must be in [0.5, 1), got {self.coverage}")
        if self.folds < 2:
            raise RecipeError(f"{self.name}: folds must be 2 or more, got {self.folds}")

    def as_json(self) -> dict[str, object]:
        """The recipe as it is kept in a manifest."""
        return asdict(self)


def read_recipe(path: Path) -> LinearRecipe:
    """Read a recipe; RecipeError names a value that is missing, unknown or of the wrong kind."""
    try:
        values = tomllib.loads(path.read_text("utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise RecipeError(f"{path}: cannot be read as a recipe ({error})") from error
    names = {f.name for f in fields(LinearRecipe)}
    values = {"name": path.stem} | values
    if missing := sorted(names - set(values)):
        raise RecipeError(f"{path}: {missing[0]} is missing")
    if unknown := sorted(set(values) - names):
        raise RecipeError(
            f"{path}: {unknown[0]} is no value of a recipe; there are {sorted(names)}"
        )
    for field in fields(LinearRecipe):
        wanted = dict if "dict" in str(field.type) else field.type
        if wanted is float and isinstance(values[field.name], int):
            values[field.name] = float(values[field.name])
        if not isinstance(values[field.name], wanted):  # type: ignore[arg-type]
            raise RecipeError(
                f"{path}: {field.name} must be {field.type}, got {values[field.name]!r}"
            )
    return LinearRecipe(**values)
