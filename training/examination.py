"""Everything that `tonfall-train evaluate` finds out about a scorer, for the report and the model
card.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter

from model import Assessment, Dimension, Scorer
from training.assessments import assess
from training.bars import Bar, bars
from training.behaviors import Found, behaviors_found
from training.comparison import Gain, Step, describe, gains, step
from training.corpus import RatedReply
from training.evaluate import Evaluation, evaluate
from training.identification import Confusion, language_confusion
from training.metrics import Resamples
from training.odd import Flagged, flagged
from training.reliability import Reliability, reliability
from training.robustness import Robustness, robustness
from training.slices import ALL, Slice, partial_slices, slices
from training.splits import Split, groups, parts

WORST = 50
CANDIDATE = "this scorer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """Spearman by number of training replies; without points, `reason` says why."""

    points: Sequence[Mapping[str, float]] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Miss:
    """One dimension of one reply that the scorer got badly wrong."""

    reply: RatedReply
    assessment: Assessment
    dimension: Dimension
    error: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Examination:
    """An evaluation with everything around it; `steps` ends with the scorer itself."""

    evaluation: Evaluation
    seed: int
    bars: Sequence[Bar]
    parts: Sequence[Slice]
    public: Mapping[str, Sequence[Slice]]
    robustness: Robustness
    reliability: Reliability
    behaviors: Sequence[Found]
    languages: Confusion
    odd: Sequence[Flagged]
    steps: Sequence[Step]
    gains: Sequence[Gain]
    against: str | None
    worst: Sequence[Miss]
    curve: Curve


def examine(
    scorer: Scorer,
    replies: Sequence[RatedReply],
    public: Sequence[RatedReply] = (),
    *,
    seed: int,
    against: Scorer | None = None,
    also: Mapping[str, Scorer] | None = None,
    curve: Curve | None = None,
) -> Examination:
    """Examine `scorer` on the test split of `replies`, and on real `public` replies where given.

    `public` must hold nothing that the scorer was trained on. `against` is the scorer in use,
    `also` are others by name; all score the same replies.
    """
    began = perf_counter()
    evaluation = evaluate(scorer, replies, seed=seed)
    test, assessments = evaluation.replies, evaluation.assessments
    ms = (perf_counter() - began) / len(test) * 1_000
    known = _public(scorer, public, parts(replies)[Split.TRAIN], seed)
    robust, reliable = robustness(scorer, test, seed=seed), reliability(scorer, test, assessments)
    named = dict(also or {}) | ({f"current: {against.version}": against} if against else {})
    others = [step(name, s, test, seed=seed) for name, s in named.items()]
    current = others[-1] if against else None
    return Examination(
        evaluation=evaluation,
        seed=seed,
        bars=bars(evaluation, known, robust, reliable.coverage),
        parts=partial_slices(test, assessments, Resamples(groups(test), seed)),
        public=known,
        robustness=robust,
        reliability=reliable,
        behaviors=behaviors_found(test, assessments, seed=seed),
        languages=language_confusion(replies),
        odd=flagged(scorer, assessments),
        steps=[*others, describe(CANDIDATE, scorer.version, test, assessments, ms, seed=seed)],
        gains=list(gains(test, assessments, current.assessments, seed=seed)) if current else [],
        against=current.version if current else None,
        worst=worst_misses(test, assessments),
        curve=curve or Curve(reason="The learning curve was not asked for."),
    )


def worst_misses(
    test: Sequence[RatedReply], assessments: Sequence[Assessment], most: int = WORST
) -> list[Miss]:
    """The replies whose value on one dimension lies furthest from the panel's mean, worst first."""
    found = []
    for reply, assessment in zip(test, assessments, strict=True):
        errors = {d: assessment.scores[d].value - reply.mean[d] for d in Dimension}
        dimension = max(Dimension, key=lambda d, e=errors: abs(e[d]))  # type: ignore[misc]
        found.append(
            Miss(
                reply=reply,
                assessment=assessment,
                dimension=dimension,
                error=errors[dimension],
            )
        )
    return sorted(found, key=lambda m: (-abs(m.error), m.reply.id))[:most]


def _public(
    scorer: Scorer, public: Sequence[RatedReply], train: Sequence[RatedReply], seed: int
) -> Mapping[str, Sequence[Slice]]:
    """Results by source of the public replies, and on all of them."""
    found = {}
    assessments = assess(scorer, public)
    for source in (ALL, *sorted({r.domain for r in public})) if public else ():
        rows = [i for i, r in enumerate(public) if source in (ALL, r.domain)]
        part = [public[i] for i in rows]
        resample = Resamples(groups(part), seed)
        of = slices(part, [assessments[i] for i in rows], resample, train)
        found[source] = of if source == ALL else [s for s in of if s.language == ALL]
    return found
