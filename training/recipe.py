"""Every choice of one run, read from a TOML file in recipes/."""

import tomllib
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import TypeVar, get_origin

from training.errors import RecipeError

RECIPES = Path(__file__).parent / "recipes"
R = TypeVar("R")


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


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadsRecipe:
    """How the heads are fitted on a finished encoder, and calibrated; recipes/heads.toml says what
    each value does.
    """

    name: str
    seed: int
    epochs: int
    rate: float
    weight_decay: float
    silent_share: float
    fragment_share: float
    fragment_weight: float
    copies: dict[str, float]
    loss_weights: dict[str, float]
    coverage: float
    least_group: int
    least_spread: float
    widest_to_act_on: float
    usual_share: float

    def as_json(self) -> dict[str, object]:
        """The recipe as it is kept in a manifest."""
        return asdict(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class DistillationPhase:
    """One phase of training the encoder on translated pairs."""

    name: str
    steps: int
    batch: int
    embedding_rate: float
    body_rate: float
    long_share: float
    longest: int
    english_every: int
    weights: dict[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class MultilingualRecipe:
    """From an English encoder to a Scandinavian one; recipes/multilingual.toml says what each value
    does.
    """

    name: str
    seed: int
    nordic_pieces: int
    least_english: int
    documentation_share: float
    own_text_weight: int
    align_rounds: int
    phases: tuple[DistillationPhase, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EncoderRecipe:
    """How the encoder is fine-tuned on rated replies; recipes/encoder.toml says what each value
    does.
    """

    name: str
    seed: int
    epochs: int
    batch: int
    body_rate: float
    embedding_rate: float
    head_rate: float
    hidden_words: float
    without_message: float
    fragment_share: float
    fragment_weight: float
    loss_weights: dict[str, float]
    copies: dict[str, float]
    averaging: float
    patience: int
    validation_share: float

    def as_json(self) -> dict[str, object]:
        """The recipe as it is kept in a manifest."""
        return asdict(self)


def read_recipe(path: Path, kind: type[R]) -> R:
    """Read a recipe of a kind; RecipeError names a value that is missing, unknown or of the
    wrong type.
    """
    try:
        values = tomllib.loads(path.read_text("utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise RecipeError(f"{path}: cannot be read as a recipe ({error})") from error
    if "phases" in values:
        values["phases"] = tuple(
            _built(phase, DistillationPhase, f"{path}: phase {i}")
            for i, phase in enumerate(values["phases"], 1)
        )
    return _built({"name": path.stem} | values, kind, str(path))


def _built(values: dict[str, object], kind: type[R], where: str) -> R:
    wanted = {f.name: f for f in fields(kind)}  # type: ignore[arg-type]
    if missing := sorted(set(wanted) - set(values)):
        raise RecipeError(f"{where}: {missing[0]} is missing")
    if unknown := sorted(set(values) - set(wanted)):
        raise RecipeError(
            f"{where}: {unknown[0]} is no value of a recipe; there are {sorted(wanted)}"
        )
    for name, field in wanted.items():
        given = values[name]
        if field.type is float and isinstance(given, int):
            values[name] = given = float(given)
        plain = get_origin(field.type) or field.type
        if not isinstance(given, plain):  # type: ignore[arg-type]
            raise RecipeError(f"{where}: {name} must be {field.type}, got {given!r}")
    return kind(**values)
