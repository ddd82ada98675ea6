"""Text that is no reply at all, and how often a scorer says so."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from model import Assessment, Reply, Scorer
from model.prediction import PreparedReply
from model.scores import UNDETERMINED
from model.text import prepare
from training.corpus import DATA
from training.metrics import Figure, share

TRAINING_ODD = DATA / "odd" / "training.toml"
EVALUATION_ODD = DATA / "odd" / "evaluation.toml"
REPLIES = "replies"


@dataclass(frozen=True, slots=True, kw_only=True)
class Flagged:
    """How much of one kind of text is flagged as no reply, or as in no language that is scored."""

    kind: str
    share: Figure


def load_odd(path: Path) -> Mapping[str, Sequence[str]]:
    """The texts of a file by kind."""
    found: Mapping[str, Sequence[str]] = tomllib.loads(path.read_text("utf-8"))
    return found


def odd_replies(path: Path) -> list[PreparedReply]:
    """All texts of a file, as a model reads them."""
    texts = [text for part in load_odd(path).values() for text in part]
    return [
        PreparedReply(text=prepare(text).text, message=None, channel=None, language="en")
        for text in texts
    ]


def flagged(scorer: Scorer, test: Sequence[Assessment]) -> list[Flagged]:
    """The share flagged of each kind in evaluation.toml, and of the `test` replies."""
    kinds = {
        kind: scorer.score([Reply(text=text) for text in texts])
        for kind, texts in load_odd(EVALUATION_ODD).items()
    }
    return [
        Flagged(kind=kind, share=share([_is_flagged(a) for a in found]))
        for kind, found in (kinds | {REPLIES: list(test)}).items()
    ]


def _is_flagged(assessment: Assessment) -> bool:
    return assessment.is_out_of_distribution or assessment.language.code == UNDETERMINED
