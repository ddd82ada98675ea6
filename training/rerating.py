"""Ratings that are probably wrong, as a list to rate again.

Confident learning (Northcutt et al. 2021, cleanlab) marks the replies whose rounded panel mean does
not fit the ratings that a model expects, one that was fitted without them. Ratings are ordered, so
of those only the ones stay that are far out: at most one rating in twenty would go as far.
"""

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from model import Dimension
from model.ordinal import expected_rating
from model.rubric import HIGHEST, LOWEST
from training.corpus import RatedReply
from training.errors import CorpusError
from training.fit_linear import held_out_distributions
from training.recipe import LinearRecipe
from training.splits import groups

Floats = NDArray[np.float64]
_FAR_OUT = 0.05
LEAST_REPLIES = 100
_FORMULA = ("=", "+", "-", "@", "\t")
"""What makes a spreadsheet run a cell instead of showing it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DoubtfulRating:
    """A panel's mean on one dimension, what was expected, and how probable the given rating was."""

    reply: RatedReply
    dimension: Dimension
    given: float
    expected: float
    probability: float


def find_doubtful(replies: Sequence[RatedReply], recipe: LinearRecipe) -> list[DoubtfulRating]:
    """The doubtful ratings of a corpus, the least probable first; takes as long as fitting does."""
    if len(replies) < LEAST_REPLIES or len(set(groups(replies))) < recipe.folds:
        raise CorpusError(
            [f"{len(replies)} replies are too few to doubt any; {LEAST_REPLIES} or more are needed"]
        )
    steps = tqdm(total=recipe.folds, desc="fit without each part", unit="fit", leave=False)
    distributions = held_out_distributions(replies, recipe, steps.update)
    steps.close()
    return doubtful_ratings(replies, distributions)


def doubtful_ratings(replies: Sequence[RatedReply], distributions: Floats) -> list[DoubtfulRating]:
    """The ratings that `distributions`, (replies, 3, 5), make improbable, the least probable
    first.
    """
    from cleanlab.filter import find_label_issues  # here: it takes a second, and pandas

    found = []
    for k, dimension in enumerate(Dimension):
        expected = distributions[:, k]
        means = np.array([r.mean[dimension] for r in replies])
        given = np.clip(np.floor(means + 0.5), LOWEST, HIGHEST).astype(int) - LOWEST
        if len(set(given)) < 2:
            continue  # cleanlab needs two ratings to tell apart
        issues = find_label_issues(
            given,
            expected,
            filter_by="confident_learning",
            return_indices_ranked_by="self_confidence",
            n_jobs=1,
        )
        found += [
            DoubtfulRating(
                reply=replies[i],
                dimension=dimension,
                given=float(means[i]),
                expected=float(expected_rating(expected[[i]])[0]),
                probability=float(expected[i, given[i]]),
            )
            for i in issues
            if _as_far(expected[i], given[i]) < _FAR_OUT
        ]
    return sorted(found, key=lambda d: (d.probability, d.reply.id, d.dimension))


def _as_far(distribution: Floats, given: int) -> float:
    """The probability of a rating as far out as `given`, on its side."""
    return float(min(distribution[: given + 1].sum(), distribution[given:].sum()))


def write_list(doubtful: Sequence[DoubtfulRating], path: Path) -> None:
    """Write the list with its texts: JSON Lines for .jsonl, otherwise CSV as spreadsheets read it.

    `rating` is empty, for the new one; what was given and expected comes last, to be hidden from
    who rates.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = [_row(d) for d in doubtful]
    if path.suffix == ".jsonl":
        lines = [json.dumps(row, ensure_ascii=False) + "\n" for row in rows]
        path.write_text("".join(lines), "utf-8")
        return
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, delimiter=";", lineterminator="\r\n")
        writer.writerow(_COLUMNS)
        writer.writerows([_cell(value) for value in row.values()] for row in rows)


_COLUMNS = (
    "id",
    "where",
    "language",
    "channel",
    "dimension",
    "customer_message",
    "reply",
    "rating",
    "given",
    "expected",
    "probability",
)


def _row(doubtful: DoubtfulRating) -> Mapping[str, object]:
    reply = doubtful.reply
    values = (
        reply.id,
        reply.where,
        reply.language,
        reply.channel.value,
        doubtful.dimension.value,
        reply.customer_message,
        reply.reply,
        None,
        round(doubtful.given, 2),
        round(doubtful.expected, 2),
        round(doubtful.probability, 4),
    )
    return dict(zip(_COLUMNS, values, strict=True))


def _cell(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
