"""What a scorer reaches on replies it was not trained on: the figures that the gates judge."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from model import LANGUAGES, Assessment, Dimension, Need, Reply, Scorer
from model.agreement import quadratic_kappa
from training.assessments import assess, risks
from training.corpus import RatedReply
from training.errors import TrainingError
from training.metrics import Figure, Resamples, auc, share
from training.slices import ALL, LEAST_REPLIES, Slice, by_language, slices
from training.splits import Split, groups, parts

POOR_MEAN = 2.3
"""A panel's mean of at most this is poor."""
_PAIR_DIFFERENCE = 1.0
"""Two replies of a contrast set differ on a dimension where their panel means lie at least this far
apart.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """A scorer's assessments of the test split, and how they compare with the panel's ratings."""

    version: str
    replies: Sequence[RatedReply]
    assessments: Sequence[Assessment]
    slices: Sequence[Slice]
    risk: Mapping[str, Figure]
    pairs: Mapping[str, Figure]
    need: Mapping[str, Figure]


def evaluate(scorer: Scorer, replies: Sequence[RatedReply], *, seed: int) -> Evaluation:
    """Evaluate `scorer` on the test split of `replies`; the train split fits the baselines."""
    of = parts(replies)
    test = of[Split.TEST]
    if len(test) < LEAST_REPLIES:
        raise TrainingError(
            f"{len(test)} of {len(replies)} replies are in the test split, at least "
            f"{LEAST_REPLIES} are needed to measure anything; "
            "add rated replies, or evaluate on a larger corpus"
        )
    assessments = assess(scorer, test)
    resample = Resamples(groups(test), seed)
    return Evaluation(
        version=scorer.version,
        replies=test,
        assessments=assessments,
        slices=slices(test, assessments, resample, of[Split.TRAIN]),
        risk=poor_found(test, assessments, resample),
        pairs=ranked_pairs(test, assessments),
        need=_need(test, assessments, resample),
    )


def ranked_pairs(
    test: Sequence[RatedReply], assessments: Sequence[Assessment]
) -> Mapping[str, Figure]:
    """By dimension and language: the share of contrast pairs that the scores rank as the panel
    does.
    """
    families: dict[str, list[int]] = defaultdict(list)
    for i, reply in enumerate(test):
        if reply.contrast_set:
            families[reply.contrast_set].append(i)
    right: dict[str, list[bool]] = defaultdict(list)
    for rows in families.values():
        for i, j in combinations(rows, 2):
            for dimension in Dimension:
                difference = test[i].mean[dimension] - test[j].mean[dimension]
                if abs(difference) >= _PAIR_DIFFERENCE:
                    scored = (
                        assessments[i].scores[dimension].value
                        - assessments[j].scores[dimension].value
                    )
                    for name in (ALL, dimension.value, test[i].language):
                        right[name].append(scored * difference > 0)
    names = (ALL, *Dimension, *LANGUAGES)
    return {name: share(right[name]) for name in names if right[name]}


def is_panel_poor(reply: RatedReply) -> bool:
    """True where the panel's mean is poor on a dimension that counts."""
    counting = [d for d in Dimension if d is not Dimension.EMPATHY or reply.need is not Need.NONE]
    return min(reply.mean[d] for d in counting) <= POOR_MEAN


def poor_found(
    test: Sequence[RatedReply], assessments: Sequence[Assessment], resample: Resamples
) -> Mapping[str, Figure]:
    """By language: how well `risk` tells the replies that the panel calls poor (AUC)."""
    risk = risks(assessments)
    poor = np.array([is_panel_poor(r) for r in test])
    return {
        language: resample.figure(rows, lambda r: auc(risk[r], poor[r]))
        for language, rows in by_language(test)
        if len(rows) >= LEAST_REPLIES
    }


def _need(
    test: Sequence[RatedReply], assessments: Sequence[Assessment], resample: Resamples
) -> Mapping[str, Figure]:
    """Quadratic-weighted kappa of the likeliest need with most raters' need, where there is a
    message and raters judged it.
    """
    order = {n: i + 1 for i, n in enumerate(Need)}
    said = np.array(
        [order[max(a.empathy_need, key=a.empathy_need.__getitem__)] for a in assessments]
    )
    truth = np.array([order[r.need] for r in test])
    found = {}
    for language, rows in by_language(test):
        asked = [i for i in rows if test[i].customer_message is not None and test[i].is_need_rated]
        if len(asked) >= LEAST_REPLIES:
            found[language] = resample.figure(asked, lambda r: quadratic_kappa(said[r], truth[r]))
    return found


def rubric_pairs(scorer: Scorer, pairs: Sequence[Mapping[str, str]]) -> list[Mapping[str, str]]:
    """The pairs of example replies (data/rubric/pairs.jsonl) that `scorer` ranks wrong."""

    def value(text: str, pair: Mapping[str, str]) -> float:
        assessment = scorer.score([Reply(text=text, language=pair["language"])])[0]
        return assessment.scores[Dimension(pair["dimension"])].value

    return [p for p in pairs if value(p["better"], p) <= value(p["worse"], p)]
