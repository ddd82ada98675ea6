"""What a scorer reaches on replies it was not trained on, with intervals, beside three baselines.

Every figure names its primary direction: higher is better for Spearman, kappa, AUC and ranked
pairs; coverage should be the nominal one; a lower mean absolute error (MAE) is better. Intervals
are percentile bootstraps over groups (Efron and Tibshirani 1993), since replies of one contrast set
are not independent.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata
from tqdm import tqdm

from model import LANGUAGES, UNDETERMINED, Assessment, Dimension, Need, Reply, Scorer
from model.language import LanguageIdentifier
from model.text import prepare, prepare_message
from training.corpus import RatedReply
from training.ratings import one_against_the_rest, quadratic_kappa
from training.splits import Split, groups, parts

Floats = NDArray[np.float64]
Rows = NDArray[np.int_]
ALL = "all"
POOR_MEAN = 2.3
"""A panel's mean of at most this is poor."""
IDENTIFIED = (*LANGUAGES, UNDETERMINED)
_LANGUAGE_TABLES = (
    "reply alone",
    "with the customer message",
    "short replies alone",
    "short replies with the message",
)
_SHORT = 40
"""Characters; language identification is hard in replies of at most this length."""
_LEAST_REPLIES = 20
_RESAMPLES = 400
_PAIR_DIFFERENCE = 1.0
"""Two replies of a contrast set differ on a dimension where their panel means lie at least this far
apart.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A measured figure with its 90 % bootstrap interval; n is what it was measured on."""

    value: float
    low: float
    high: float
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """Results on one dimension of one language (or of all)."""

    language: str
    dimension: Dimension
    spearman: Figure
    kappa: Figure
    mae: Figure
    coverage: Figure
    width: float
    baselines: Mapping[str, Mapping[str, float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """Everything `report` writes down."""

    version: str
    replies: Sequence[RatedReply]
    assessments: Sequence[Assessment]
    slices: Sequence[Slice]
    risk: Mapping[str, Figure]
    pairs: Mapping[str, Figure]
    need: Mapping[str, Figure]
    languages: Mapping[str, Mapping[str, Counter[str]]]
    public: Mapping[str, Sequence[Slice]]


def assess(scorer: Scorer, replies: Sequence[RatedReply]) -> list[Assessment]:
    """Score the replies as a client would send them, languages to be detected."""
    return [
        scorer.score([r.to_reply()])[0]
        for r in tqdm(replies, desc="score", unit="reply", leave=False)
    ]


def evaluate(
    scorer: Scorer,
    replies: Sequence[RatedReply],
    public: Sequence[RatedReply] = (),
    *,
    seed: int,
) -> Evaluation:
    """Evaluate `scorer` on the test split of `replies`, and on real `public` replies
    where given.

    The train split fits the baselines; all replies serve to measure language identification.
    `public` must hold nothing that the scorer was trained on.
    """
    of = parts(replies)
    test = of[Split.TEST]
    assessments = assess(scorer, test)
    resample = _Resamples(groups(test), seed)
    return Evaluation(
        version=scorer.version,
        replies=test,
        assessments=assessments,
        slices=_slices(test, assessments, of[Split.TRAIN], resample),
        risk=_risk(test, assessments, resample),
        pairs=ranked_pairs(test, assessments),
        need=_need(test, assessments, resample),
        languages=language_confusion(replies),
        public=_public(scorer, public, of[Split.TRAIN], seed),
    )


def _public(
    scorer: Scorer, public: Sequence[RatedReply], train: Sequence[RatedReply], seed: int
) -> Mapping[str, Sequence[Slice]]:
    """Results by source of the public replies, and on all of them."""
    found = {}
    assessments = assess(scorer, public)
    for source in (ALL, *sorted({r.domain for r in public})) if public else ():
        rows = [i for i, r in enumerate(public) if source in (ALL, r.domain)]
        part = [public[i] for i in rows]
        resample = _Resamples(groups(part), seed)
        slices = _slices(part, [assessments[i] for i in rows], train, resample)
        found[source] = slices if source == ALL else [s for s in slices if s.language == ALL]
    return found


def _slices(
    test: Sequence[RatedReply],
    assessments: Sequence[Assessment],
    train: Sequence[RatedReply],
    resample: "_Resamples",
) -> list[Slice]:
    return [
        _slice(language, dimension, test, assessments, train, resample)
        for language, rows in _by_language(test)
        if len(rows) >= _LEAST_REPLIES
        for dimension in Dimension
    ]


def values(assessments: Sequence[Assessment], dimension: Dimension) -> Floats:
    """The expected ratings on one dimension."""
    return np.array([a.scores[dimension].value for a in assessments])


def panel(replies: Sequence[RatedReply], dimension: Dimension) -> Floats:
    """The panel's means on one dimension."""
    return np.array([r.mean[dimension] for r in replies])


def spearman(a: Floats, b: Floats) -> float:
    """Spearman's rank correlation, 0 where one of the two does not vary."""
    x, y = rankdata(a), rankdata(b)
    if x.std() == 0 or y.std() == 0:
        return 0.0
    return float(np.corrcoef(x, y)[0, 1])


def auc(score: Floats, positive: NDArray[np.bool_]) -> float:
    """Area under the ROC curve: how often a positive scores above a negative, ties half; nan
    without both.
    """
    n = int(positive.sum())
    m = len(positive) - n
    if not n or not m:
        return float("nan")
    return float((rankdata(score)[positive].sum() - n * (n + 1) / 2) / (n * m))


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
    return {name: _share(right[name]) for name in names if right[name]}


def language_confusion(corpus: Sequence[RatedReply]) -> Mapping[str, Mapping[str, Counter[str]]]:
    """Counts of the identified language by the true one, from the reply alone and with the customer
    message.

    Short replies, the hard case, are counted apart as well.
    """
    identifier = LanguageIdentifier()
    tables = {name: {code: Counter[str]() for code in LANGUAGES} for name in _LANGUAGE_TABLES}
    for reply in tqdm(corpus, desc="identify languages", unit="reply", leave=False):
        text = prepare(reply.reply).text
        alone = identifier.identify(text).code
        message = reply.customer_message
        both = identifier.identify(text, message and prepare_message(message)).code
        tables["reply alone"][reply.language][alone] += 1
        tables["with the customer message"][reply.language][both] += 1
        if len(text) <= _SHORT:
            tables["short replies alone"][reply.language][alone] += 1
            tables["short replies with the message"][reply.language][both] += 1
    return tables


class _Resamples:
    """Bootstrap over groups; every figure is measured on the same resamples."""

    def __init__(self, names: Sequence[str], seed: int) -> None:
        self._names = np.array(names)
        self._seed = seed

    def figure(self, rows: Sequence[int], measure: Callable[[Rows], float]) -> Figure:
        """`measure` of the rows, with the 5th and 95th percentile over the resamples."""
        chosen = np.array(rows)
        by_group = defaultdict(list)
        for row in chosen:
            by_group[self._names[row]].append(row)
        members = [np.array(v) for v in by_group.values()]
        random = np.random.default_rng(self._seed)
        draws = [
            measure(
                np.concatenate([members[g] for g in random.integers(0, len(members), len(members))])
            )
            for _ in range(_RESAMPLES)
        ]
        low, high = (
            np.nanpercentile(draws, [5, 95]) if not np.all(np.isnan(draws)) else (np.nan, np.nan)
        )
        return Figure(value=measure(chosen), low=float(low), high=float(high), n=len(chosen))


def paired_difference(
    replies: Sequence[RatedReply],
    candidate: Sequence[Assessment],
    current: Sequence[Assessment],
    *,
    seed: int,
) -> Iterator[tuple[str, Dimension, Figure]]:
    """Spearman of `candidate` minus that of `current` on the same replies, by language and
    dimension.
    """
    resample = _Resamples(groups(replies), seed)
    for language, rows in _by_language(replies):
        if len(rows) < _LEAST_REPLIES:
            continue
        for dimension in Dimension:
            truth = panel(replies, dimension)
            new, old = values(candidate, dimension), values(current, dimension)

            def gain(r: Rows, truth: Floats = truth, new: Floats = new, old: Floats = old) -> float:
                return spearman(new[r], truth[r]) - spearman(old[r], truth[r])

            yield language, dimension, resample.figure(rows, gain)


def _slice(
    language: str,
    dimension: Dimension,
    test: Sequence[RatedReply],
    assessments: Sequence[Assessment],
    train: Sequence[RatedReply],
    resample: _Resamples,
) -> Slice:
    rows = [i for i, r in enumerate(test) if language in (ALL, r.language)]
    truth, value = panel(test, dimension), values(assessments, dimension)
    intervals = np.array([a.scores[dimension].interval for a in assessments])
    inside = (intervals[:, 0] - 1e-9 <= truth) & (truth <= intervals[:, 1] + 1e-9)
    return Slice(
        language=language,
        dimension=dimension,
        spearman=resample.figure(rows, lambda r: spearman(value[r], truth[r])),
        kappa=resample.figure(rows, lambda r: quadratic_kappa(value[r], truth[r])),
        mae=resample.figure(rows, lambda r: float(np.abs(value[r] - truth[r]).mean())),
        coverage=resample.figure(rows, lambda r: float(inside[r].mean())),
        width=float((intervals[rows, 1] - intervals[rows, 0]).mean()),
        baselines=_baselines(language, dimension, [test[i] for i in rows], train),
    )


def _baselines(
    language: str, dimension: Dimension, test: Sequence[RatedReply], train: Sequence[RatedReply]
) -> Mapping[str, Mapping[str, float]]:
    """The mean, length only, and one rater against the others of the same reply."""
    fitted = [r for r in train if language in (ALL, r.language)]
    truth, known = panel(test, dimension), panel(fitted, dimension)
    mean = np.full(len(test), known.mean())
    slope, intercept = np.polyfit(_log_words(fitted), known, 1)
    length = np.clip(slope * _log_words(test) + intercept, 1, 5)
    one, rest = (np.array(x) for x in one_against_the_rest(test, dimension))
    return {
        "mean": _figures(mean, truth),
        "length": _figures(length, truth),
        "one rater": _figures(one, rest),
    }


def _figures(value: Floats, truth: Floats) -> dict[str, float]:
    return {
        "spearman": spearman(value, truth),
        "kappa": quadratic_kappa(value, truth),
        "mae": float(np.abs(value - truth).mean()),
    }


def _log_words(replies: Sequence[RatedReply]) -> Floats:
    return np.log1p([len(r.reply.split()) for r in replies])


def is_panel_poor(reply: RatedReply) -> bool:
    """True where the panel's mean is poor on a dimension that counts."""
    counting = [d for d in Dimension if d is not Dimension.EMPATHY or reply.need is not Need.NONE]
    return min(reply.mean[d] for d in counting) <= POOR_MEAN


def _risk(
    test: Sequence[RatedReply], assessments: Sequence[Assessment], resample: _Resamples
) -> Mapping[str, Figure]:
    risk = np.array([a.risk for a in assessments])
    poor = np.array([is_panel_poor(r) for r in test])
    return {
        language: resample.figure(rows, lambda r: auc(risk[r], poor[r]))
        for language, rows in _by_language(test)
        if len(rows) >= _LEAST_REPLIES
    }


def _need(
    test: Sequence[RatedReply], assessments: Sequence[Assessment], resample: _Resamples
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
    for language, rows in _by_language(test):
        asked = [i for i in rows if test[i].customer_message is not None and test[i].is_need_rated]
        if len(asked) >= _LEAST_REPLIES:
            found[language] = resample.figure(asked, lambda r: quadratic_kappa(said[r], truth[r]))
    return found


def _by_language(replies: Sequence[RatedReply]) -> Iterator[tuple[str, list[int]]]:
    yield ALL, list(range(len(replies)))
    for code in LANGUAGES:
        yield code, [i for i, r in enumerate(replies) if r.language == code]


def _share(right: Sequence[bool]) -> Figure:
    """A share with its 90 % Wilson interval (Wilson 1927)."""
    n, p, z = len(right), float(np.mean(right)), 1.645
    center = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * float(np.sqrt(p * (1 - p) / n + z * z / (4 * n * n)))
    return Figure(value=p, low=center - half, high=center + half, n=n)


def rubric_pairs(scorer: Scorer, pairs: Sequence[Mapping[str, str]]) -> list[Mapping[str, str]]:
    """The pairs of example replies (data/rubric/pairs.jsonl) that `scorer` ranks wrong."""

    def value(text: str, pair: Mapping[str, str]) -> float:
        assessment = scorer.score([Reply(text=text, language=pair["language"])])[0]
        return assessment.scores[Dimension(pair["dimension"])].value

    return [p for p in pairs if value(p["better"], p) <= value(p["worse"], p)]
