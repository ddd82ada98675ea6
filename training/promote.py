"""The gates a candidate must pass, then the switch of the current artifact."""

import json
import os
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

from model import BUNDLED, ArtifactError, load_scorer
from model.artifact import verify_artifact
from training.corpus import DATA
from training.errors import GateError
from training.evaluate import ALL, Evaluation, assess, paired_difference, rubric_pairs

PAIRS = DATA / "rubric" / "pairs.jsonl"


def failed_gates(
    candidate: Path, evaluation: Evaluation, current: Path, *, seed: int
) -> Iterator[str]:
    """Why `candidate` must not be promoted; nothing where it may be."""
    scorer = load_scorer(candidate)
    pairs = [json.loads(line) for line in PAIRS.read_text("utf-8").splitlines()]
    for pair in rubric_pairs(scorer, pairs):
        yield f"ranks {pair['better']!r} not above {pair['worse']!r} on {pair['dimension']}"
    for s in evaluation.slices:
        length = s.baselines["length"]["spearman"]
        if s.language == ALL and s.spearman.low <= length:
            low = s.spearman.low
            yield f"{s.dimension}: Spearman may be {low:.2f}, and length alone has {length:.2f}"
    yield from _worse_than_current(evaluation, current, seed)


def _worse_than_current(evaluation: Evaluation, current: Path, seed: int) -> Iterator[str]:
    """Slices where the candidate is worse than the current scorer, beyond the interval."""
    try:
        verify_artifact(current)
    except ArtifactError:
        return  # the first artifact is compared with nothing
    test, new = evaluation.replies, evaluation.assessments
    old = assess(load_scorer(current), test)
    for language, dimension, difference in paired_difference(test, new, old, seed=seed):
        if difference.high < 0:
            yield (
                f"{dimension} in {language}: Spearman differs from the current scorer's by "
                f"{difference.value:.3f} [{difference.low:.3f}, {difference.high:.3f}]"
            )


def promote(candidate: Path, failed: Sequence[str], target: Path = BUNDLED) -> None:
    """Make `candidate` the artifact in `target`, whole or not at all, if no gate failed."""
    if failed:
        raise GateError(f"{candidate.name} not promoted: " + "; ".join(failed))
    verify_artifact(candidate)
    incoming = target.with_name(f".{target.name}.incoming-{os.getpid()}")
    outgoing = target.with_name(f".{target.name}.outgoing-{os.getpid()}")
    shutil.copytree(candidate, incoming)
    if target.exists():
        target.rename(outgoing)
    incoming.rename(target)
    shutil.rmtree(outgoing, ignore_errors=True)
