"""What a rule of advice looks at: a reply, what the scorer found in it; and what a rule finds."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from model.rubric import Behavior, Dimension, Need
from model.scores import UNDETERMINED, Assessment, Reply, Sentence

SHOWN, SUSPECTED = 0.5, 0.2
"""The least probability of a behavior that is taken to be there; and of one whose sentence is tried
again without it, so that the score decides."""
_HALF_SHOWN = 0.25
"""The least probability of a behavior that may be there, so that nobody is told to add it."""
_SURE, _ENOUGH_WORDS = 0.9, 5
"""Least probability of a language, and least words, before anybody is told to write another."""


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
    """The sentences between greeting and close; all, where there is nothing between."""

    def __post_init__(self) -> None:
        ends = (Behavior.GREETING, Behavior.FRIENDLY_CLOSE, Behavior.THANKS)
        inner = [
            s
            for s in self.assessment.sentences
            if len(self.text_of(s).split()) > 2 and max(s.behaviors[b] for b in ends) < SHOWN
        ]
        object.__setattr__(self, "body", tuple(inner) or self.assessment.sentences)

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
        """True where no sentence even may show one of them."""
        return all(
            s.behaviors[b] < _HALF_SHOWN for s in self.assessment.sentences for b in behaviors
        )

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
