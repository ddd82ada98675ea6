"""Single sentences as training text: what a behavior is worth, learned where whole
replies were rated.

Chat turns of one sentence are rare among rated replies, and n-grams weigh differently in them. A
linear regression of the panel's ratings on the behaviors that a reply holds tells what each is
worth; a tagged sentence alone then gets the rating that its own behaviors predict.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import Ridge

from model import Behavior
from model.prediction import PreparedReply
from model.text import prepare
from training.corpus import RatedReply

_RIDGE = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Fragments:
    """Sentences and what they would be rated alone, (sentences, targets)."""

    replies: Sequence[PreparedReply]
    targets: NDArray[np.float64]


def fragments(replies: Sequence[RatedReply], targets: NDArray[np.float64]) -> Fragments:
    """The tagged sentences of `replies`, whose targets are (replies, targets)."""
    tagged = [i for i, r in enumerate(replies) if r.agreed]
    sentences, present = [], []
    for i in tagged:
        for (start, end), tags in _by_sentence(replies[i]).items():
            sentences.append(
                PreparedReply(
                    text=prepare(replies[i].reply[start:end]).text,
                    message=None,
                    channel=replies[i].channel,
                    language=replies[i].language,
                )
            )
            present.append(tags)
    if not sentences:
        return Fragments(replies=[], targets=np.zeros((0, targets.shape[1])))
    whole = np.array([_indicators({b.tag for b in replies[i].agreed}) for i in tagged])
    worth = Ridge(alpha=_RIDGE).fit(whole, targets[tagged])
    predicted = worth.predict(np.array([_indicators(tags) for tags in present]))
    return Fragments(
        replies=sentences, targets=np.clip(predicted, targets.min(axis=0), targets.max(axis=0))
    )


def _by_sentence(reply: RatedReply) -> dict[tuple[int, int], set[str]]:
    found: dict[tuple[int, int], set[str]] = {}
    for behavior in reply.agreed:
        found.setdefault((behavior.start, behavior.end), set()).add(behavior.tag)
    return found


def _indicators(tags: set[str]) -> list[float]:
    return [float(b in tags) for b in Behavior]
