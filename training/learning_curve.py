"""How Spearman on held-out replies grows with the number of training replies: would more
text help?
"""

from collections.abc import Mapping, Sequence

import numpy as np
from tqdm import tqdm

from model import Dimension
from model.ordinal import expected_rating
from training.assessments import panel
from training.corpus import RatedReply, prepared
from training.fit_linear import fit_model
from training.metrics import spearman
from training.recipe import LinearRecipe
from training.splits import Split, groups, parts

SHARES = (0.1, 0.2, 0.4, 0.7, 1.0)


def learning_curve(
    replies: Sequence[RatedReply], recipe: LinearRecipe
) -> list[Mapping[str, float]]:
    """Refit on growing shares of the training groups; each point holds `replies` and Spearman by
    dimension.
    """
    of = parts(replies)
    train, test = of[Split.TRAIN], of[Split.TEST]
    names = groups(train)
    order = np.random.default_rng(recipe.seed).permutation(sorted(set(names)))
    inputs = [prepared(r) for r in test]
    points: list[Mapping[str, float]] = []
    for share in tqdm(SHARES, desc="learning curve", unit="fit"):
        chosen = set(order[: max(recipe.folds, round(share * len(order)))])
        part = [r for r, name in zip(train, names, strict=True) if name in chosen]
        distributions = fit_model(part, recipe).linear.predict(inputs).distributions
        point = {"replies": float(len(part))}
        for i, dimension in enumerate(Dimension):
            point[dimension.value] = spearman(
                expected_rating(distributions[:, i]), panel(test, dimension)
            )
        points.append(point)
    return points
