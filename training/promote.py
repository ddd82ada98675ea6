"""The gates a candidate must pass, then the atomic switch of the current version; and back."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path

from model import BUNDLED, ArtifactError, Assessment, Scorer, load_scorer
from model.artifact import verify_artifact
from model.store import Promotion, Store, current_artifact, is_store
from training.assessments import assess
from training.cases import RUBRIC_PAIRS
from training.comparison import paired_difference
from training.errors import GateError, StoreError
from training.evaluate import Evaluation, rubric_pairs
from training.metrics import Figure
from training.slices import ALL
from training.splits import groups
from training.store import add_version, switch, write_thresholds, writing
from training.thresholds import ThresholdMap, threshold_map

Gate = Callable[[Scorer], Iterable[str]]
"""A further gate: why a scorer must not be promoted; nothing where it may be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A candidate beside the version that was current: what failed, the figures, the thresholds."""

    version: str
    previous: str | None
    failed: tuple[str, ...]
    figures: Mapping[str, object] = field(default_factory=dict)
    thresholds: tuple[ThresholdMap, ...] = ()


def try_candidate(
    candidate: Path,
    evaluation: Evaluation,
    store: Path,
    *,
    seed: int,
    extra_gates: Sequence[Gate] = (),
) -> Trial:
    """Put an evaluated candidate through every gate, the current version of `store` beside it."""
    scorer = load_scorer(candidate)
    failed = [*_own_gates(scorer, evaluation)]
    failed += [why for gate in extra_gates for why in gate(scorer)]
    previous = Store(store).current().version if is_store(store) else None
    differences: list[tuple[str, str, Figure]] = []
    maps: tuple[ThresholdMap, ...] = ()
    if previous is not None:
        try:
            old = assess(load_scorer(store), evaluation.replies)
        except ArtifactError as error:
            failed.append(f"the current scorer cannot be compared with: {error}")
        else:
            differences = [
                *paired_difference(evaluation.replies, evaluation.assessments, old, seed=seed)
            ]
            maps = _maps((previous, scorer.version), old, evaluation, seed)
    return Trial(
        version=scorer.version,
        previous=previous,
        failed=(*failed, *_worse(differences)),
        figures=_figures(evaluation, differences),
        thresholds=maps,
    )


def promote(
    candidate: Path,
    trial: Trial,
    store: Path,
    *,
    by: str,
    reason: str = "",
    is_forced: bool = False,
    now: datetime,
) -> Promotion:
    """Make a tried candidate the current version of `store`, whole or not at all.

    GateError where a gate failed, unless `is_forced`: the history then keeps what failed beside the
    `reason`. What ships with Tonfall is never forced.
    """
    if trial.failed and (not is_forced or store.resolve() == BUNDLED.resolve()):
        raise GateError(f"{trial.version} not promoted: " + "; ".join(trial.failed))
    with writing(store):
        current = Store(store).current().version if is_store(store) else None
        if current != trial.previous:
            raise StoreError(
                f"{trial.version} not promoted: {current} became current in {store} while the "
                f"gates compared with {trial.previous}; promote again to compare with it"
            )
        if current == trial.version:
            raise StoreError(f"{current} is current in {store} already; nothing was changed")
        add_version(store, current_artifact(candidate))
        write_thresholds(store, trial.thresholds)
        promotion = Promotion(
            version=trial.version,
            previous=current,
            at=now.isoformat(timespec="seconds"),
            by=by,
            reason=reason,
            failed_gates=trial.failed,
            figures=trial.figures,
        )
        switch(store, promotion)
    return promotion


def rollback(
    store: Path, to: str | None = None, *, by: str, reason: str = "", now: datetime
) -> Promotion:
    """Make an earlier version current again: `to`, or the one that the current one replaced."""
    kept = Store(store)
    with writing(store):
        current = kept.current().version
        version = to or _replaced_by(current, kept.history())
        if version is None or version == current:
            others = ", ".join(v for v in kept.versions() if v != current) or "no other version"
            what = f"{current} replaced no other" if version is None else f"{current} is current"
            raise StoreError(f"nothing to roll back to: {what}; {store} holds {others}")
        verify_artifact(kept.artifact(version))
        promotion = Promotion(
            version=version,
            previous=current,
            at=now.isoformat(timespec="seconds"),
            by=by,
            reason=reason,
            is_rollback=True,
        )
        switch(store, promotion)
    return promotion


def _own_gates(scorer: Scorer, evaluation: Evaluation) -> Iterator[str]:
    """The gates that need no other scorer: the rubric's examples, and the length of the reply."""
    pairs = [json.loads(line) for line in RUBRIC_PAIRS.read_text("utf-8").splitlines()]
    for pair in rubric_pairs(scorer, pairs):
        yield f"ranks {pair['better']!r} not above {pair['worse']!r} on {pair['dimension']}"
    for s in evaluation.slices:
        length = s.baselines["length"]["spearman"]
        if s.language == ALL and s.spearman.low <= length:
            low = s.spearman.low
            yield f"{s.dimension}: Spearman may be {low:.2f}, and length alone has {length:.2f}"


def _worse(differences: Iterable[tuple[str, str, Figure]]) -> Iterator[str]:
    """Slices where the candidate is worse than the current scorer, beyond the interval."""
    for language, dimension, difference in differences:
        if difference.high < 0:
            yield (
                f"{dimension} in {language}: Spearman differs from the current scorer's by "
                f"{difference.value:.3f} [{difference.low:.3f}, {difference.high:.3f}]"
            )


def _figures(
    evaluation: Evaluation, differences: Iterable[tuple[str, str, Figure]]
) -> Mapping[str, object]:
    """What the gates compared, as the history keeps it: by language and dimension."""
    of = {(language, dimension): figure for language, dimension, figure in differences}
    return {
        f"{s.language} {s.dimension}": {
            "spearman": _rounded(s.spearman),
            "difference": _rounded(of.get((s.language, s.dimension))),
        }
        for s in evaluation.slices
    }


def _rounded(figure: Figure | None) -> Mapping[str, float] | None:
    if figure is None:
        return None
    return {name: round(value, 4) for name, value in asdict(figure).items()}


def _maps(
    versions: tuple[str, str], old: Sequence[Assessment], evaluation: Evaluation, seed: int
) -> tuple[ThresholdMap, ...]:
    """The thresholds there and, for a rollback, back."""
    new, names = evaluation.assessments, groups(evaluation.replies)
    there = threshold_map(versions, old, new, names, seed=seed)
    return there, threshold_map((versions[1], versions[0]), new, old, names, seed=seed)


def _replaced_by(version: str, history: Sequence[Promotion]) -> str | None:
    """What `version` replaced when it was last promoted; a rollback replaces nothing."""
    promoted = [p for p in history if p.version == version and not p.is_rollback]
    return promoted[-1].previous if promoted else None
