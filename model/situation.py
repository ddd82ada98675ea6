"""What a rule of advice looks at: a reply, what the scorer found in it; and what a rule finds."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from math import prod

from model.cues import closes, signs
from model.rubric import Behavior, Dimension, Need
from model.scores import UNDETERMINED, Assessment, Reply, Sentence

SHOWN = 0.5
"""The least probability of a behavior that is taken to be there."""
_MISSING = 0.9
"""The least probability that no sentence shows a behavior, before anybody is told to add it."""
_COURTESIES = (
    Behavior.GREETING,
    Behavior.THANKS,
    Behavior.FRIENDLY_CLOSE,
    Behavior.INVITES_FOLLOW_UP,
    Behavior.INSINCERE,
)
_FEWEST = 3
"""Words of a sentence that says something."""
_SURE, _ENOUGH_WORDS = 0.9, 5
"""Least probability of a language, and least words, before anybody is told to write another."""


def is_missing(sentences: Iterable[Sentence], *behaviors: Behavior) -> bool:
    """True where it is all but sure that none of the sentences shows one of the behaviors."""
    return prod(1 - s.behaviors[b] for s in sentences for b in behaviors) >= _MISSING


def is_courtesy(sentence: Sentence) -> bool:
    """True where greeting, thanks or a kind phrase is all that a sentence does."""
    kind = max(sentence.behaviors[b] for b in _COURTESIES)
    more = max(p for b, p in sentence.behaviors.items() if b not in _COURTESIES)
    return kind >= SHOWN and kind > more


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A place, code points [start, end) of the reply as sent, and the text as it might be.

    `changed` is None where no score has to prove it; `settled_gain` is then what it counts, in
    rating points. `share` is how much of the trial's gain the agent's own words will bring: all of
    it where something is only taken out or moved.
    """

    start: int
    end: int
    changed: str | None
    replacements: tuple[str, ...] = ()
    settled_gain: float = 0.0
    share: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """A reply with what the scorer found in it, and each rule's example in the reply's language."""

    reply: Reply
    assessment: Assessment
    examples: Mapping[str, str]
    body: tuple[Sentence, ...] = field(init=False)
    """What is said between greeting and close, without courtesies; all, where nothing is."""
    courtesies: tuple[Sentence, ...] = field(init=False)
    """The sentences before the close that greet, thank or are kind, and do nothing else."""

    def __post_init__(self) -> None:
        said = self.assessment.sentences[: self._signed_from()]
        inner = tuple(
            s for s in said if not is_courtesy(s) and len(self.text_of(s).split()) >= _FEWEST
        )
        object.__setattr__(self, "courtesies", tuple(filter(is_courtesy, said)))
        object.__setattr__(self, "body", inner or said or self.assessment.sentences)

    def _signed_from(self) -> int:
        """The index of the closing line, or of the signature that stands without one."""
        sentences = self.assessment.sentences
        first = len(sentences)
        for i in range(len(sentences) - 1, 0, -1):
            words = self.text_of(sentences[i])
            stands_alone = self.text[: sentences[i].start].rstrip(" ").endswith("\n")
            if closes(words) or (stands_alone and signs(words)):
                first = i
            elif not stands_alone:
                break
        return first

    @property
    def text(self) -> str:
        """The reply as sent."""
        return self.reply.text

    def text_of(self, sentence: Sentence) -> str:
        """The words of one sentence."""
        return self.text[sentence.start : sentence.end]

    def showing(self, behavior: Behavior, least: float = SHOWN) -> Iterator[Sentence]:
        """The sentences that show a behavior."""
        return (s for s in self.assessment.sentences if s.behaviors[behavior] >= least)

    def lacks(self, *behaviors: Behavior) -> bool:
        """True where it is all but sure that no sentence shows one of them."""
        return is_missing(self.assessment.sentences, *behaviors)

    def value(self, dimension: Dimension) -> float:
        """The score."""
        return self.assessment.scores[dimension].value

    @property
    def languages(self) -> tuple[str | None, str]:
        """The customer's language, None where it is not sure, and the reply's."""
        theirs, ours = self.assessment.customer_language, self.assessment.language
        is_sure = (
            theirs is not None
            and theirs.code != UNDETERMINED
            and min(theirs.probability, ours.probability) >= _SURE
            and len((self.reply.customer_message or "").split()) >= _ENOUGH_WORDS
            and len(self.text.split()) >= _ENOUGH_WORDS
        )
        return (theirs.code if theirs and is_sure else None), ours.code

    def needs(self, *needs: Need) -> bool:
        """True where the customer message most likely calls for one of them."""
        need = self.assessment.empathy_need
        return self.reply.customer_message is not None and max(need, key=need.__getitem__) in needs
