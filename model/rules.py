"""The rules of advice: where each finds something to say, and the text as its advice would have it.

Each is built on the behaviors of sentences, the empathy need and the scores. None rewrites a reply
for the agent: a trial text is only scored, and a replacement is offered only where the words follow
from the reply itself.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from model.alike import greets
from model.edits import moved, put_after, replaced, without
from model.rubric import Behavior, Channel, Dimension, Need
from model.scores import UNDETERMINED
from model.situation import SHOWN, SUSPECTED, Finding, Situation

_LONG_SENTENCE, _LATE_ANSWER = 32, 3
"""Words; sentences before the answer."""
_OWN_WORDS = 0.5
"""What an agent's own sentence brings of what the example brings, which says all there is."""
_GOOD = 4.3
"""A score from here on needs no advice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A stable id, the dimension its advice raises, and where it finds something to say."""

    id: str
    dimension: Dimension
    find: Callable[[Situation], Iterator[Finding]]
    is_picky: bool = False


Check = Callable[[Situation], bool]


def _drop(behavior: Behavior) -> Callable[[Situation], Iterator[Finding]]:
    """Sentences that show a behavior: better without."""

    def find(s: Situation) -> Iterator[Finding]:
        for found in s.showing(behavior, SUSPECTED):
            rest = without(s.text, [(found.start, found.end)])
            if rest:
                yield Finding(start=found.start, end=found.end, changed=rest)

    return find


def _say_instead(
    rule: str, behavior: Behavior, when: Check
) -> Callable[[Situation], Iterator[Finding]]:
    """Sentences that show a behavior: better said as in the rule's example."""

    def find(s: Situation) -> Iterator[Finding]:
        if when(s):
            for found in s.showing(behavior, SUSPECTED):
                span = (found.start, found.end)
                changed = replaced(s.text, span, s.examples[rule])
                yield Finding(start=found.start, end=found.end, changed=changed, share=_OWN_WORDS)

    return find


def _add(
    rule: str, dimension: Dimension, when: Check, *after: Behavior
) -> Callable[[Situation], Iterator[Finding]]:
    """Something that is missing: said after the sentence that most shows one of the behaviors
    `after`, else after the last of the body.
    """

    def find(s: Situation) -> Iterator[Finding]:
        if s.body and s.value(dimension) < _GOOD and when(s):
            best = s.body[-1]
            if after:
                best = max(s.body, key=lambda x: max(x.behaviors[b] for b in after))
                best = best if max(best.behaviors[b] for b in after) >= SHOWN else s.body[-1]
            changed = put_after(s.text, best.end, s.examples[rule])
            yield Finding(start=best.start, end=best.end, changed=changed, share=_OWN_WORDS)

    return find


def _open_with(rule: str, when: Check) -> Callable[[Situation], Iterator[Finding]]:
    """Something that is missing at the start of the body."""

    def find(s: Situation) -> Iterator[Finding]:
        if s.body and s.value(Dimension.EMPATHY) < _GOOD and when(s):
            first = s.body[0]
            changed = f"{s.text[: first.start]}{s.examples[rule]} {s.text[first.start :]}"
            yield Finding(start=first.start, end=first.end, changed=changed, share=_OWN_WORDS)

    return find


def _greet(s: Situation) -> Iterator[Finding]:
    first = s.assessment.sentences[0] if s.assessment.sentences else None
    is_letter = s.reply.channel in (None, Channel.EMAIL)
    if first is None or not is_letter or not s.lacks(Behavior.GREETING) or greets(s.text):
        return
    greeting = s.examples["greet"]
    word = s.text[first.start :].split(maxsplit=1)[0]
    yield Finding(
        start=first.start,
        end=first.start + len(word),
        changed=f"{s.text[: first.start]}{greeting}\n{s.text[first.start :]}",
        replacements=(f"{greeting}\n{word}",),
    )


def _one_thank_you(s: Situation) -> Iterator[Finding]:
    kinds = (Behavior.THANKS, Behavior.INSINCERE)
    polite = [x for x in s.assessment.sentences if max(x.behaviors[b] for b in kinds) >= SHOWN]
    rest = without(s.text, [(x.start, x.end) for x in polite[1:]])
    if len(polite) > 1 and rest:
        yield Finding(start=polite[1].start, end=polite[1].end, changed=rest)


def _answer_first(s: Situation) -> Iterator[Finding]:
    answers = [i for i, x in enumerate(s.body) if x.behaviors[Behavior.SOLUTION] >= SHOWN]
    if answers and answers[0] >= _LATE_ANSWER:
        answer = s.body[answers[0]]
        span = (answer.start, answer.end)
        yield Finding(
            start=answer.start, end=answer.end, changed=moved(s.text, span, s.body[0].start)
        )


_JOINT = re.compile(r"[,;:]? (?:och|og|and|men|but|samt) |; |, ")


def _split_the_sentence(s: Situation) -> Iterator[Finding]:
    for found in s.body:
        words = s.text_of(found)
        if len(words.split()) < _LONG_SENTENCE:
            continue
        joints = list(_JOINT.finditer(words))
        if not joints:
            continue
        middle = min(joints, key=lambda j: abs(j.start() - len(words) / 2))
        second = words[middle.end() :]
        halves = f"{words[: middle.start()]}. {second[:1].upper()}{second[1:]}"
        span = (found.start, found.end)
        yield Finding(start=found.start, end=found.end, changed=replaced(s.text, span, halves))


_CAPITALS = "[A-ZÅÄÖÆØÉ]{2,}"
_SHOUTED = re.compile(rf"\b{_CAPITALS}(?: {_CAPITALS})*\b!*")


def _lower_your_voice(s: Situation) -> Iterator[Finding]:
    for found in _SHOUTED.finditer(s.text):
        words = found[0]
        is_long = any(len(word.rstrip("!")) > 3 for word in words.split())
        if is_long and (" " in words or words.endswith("!")):
            is_start = found.start() == 0 or s.text[: found.start()].rstrip().endswith((".", "!"))
            calm = words.rstrip("!").capitalize() if is_start else words.rstrip("!").lower()
            calm += "." if words.endswith("!") else ""
            yield Finding(
                start=found.start(),
                end=found.end(),
                changed=replaced(s.text, found.span(), calm),
                replacements=(calm,),
            )


def _one_exclamation_mark(s: Situation) -> Iterator[Finding]:
    for found in re.finditer(r"!{2,}", s.text):
        changed = re.sub(r"!{2,}", "!", s.text)
        yield Finding(start=found.start(), end=found.end(), changed=changed, replacements=("!",))
        return


_PLACEHOLDER = re.compile(
    r"\{\{.*?\}\}|\[[^\]\d]{2,30}\]|<(?!https?:|mailto:)[^<>@\n]{2,30}>|\bX{3,}\b|_{3,}"
)


def _fill_in(s: Situation) -> Iterator[Finding]:
    for found in _PLACEHOLDER.finditer(s.text):
        yield Finding(start=found.start(), end=found.end(), changed=None, settled_gain=1.0)
        return


_NORWEGIAN = {"nb", "nn"}


def _reply_in_their_language(s: Situation) -> Iterator[Finding]:
    theirs, ours = s.languages
    if s.body and theirs and theirs != ours and {theirs, ours} != _NORWEGIAN:
        yield _whole_body(s, 2.0 if "en" in (theirs, ours) or ours == UNDETERMINED else 1.0)


def _their_form_of_norwegian(s: Situation) -> Iterator[Finding]:
    if s.body and set(s.languages) == _NORWEGIAN:
        yield _whole_body(s, 0.5)


def _whole_body(s: Situation, gain: float) -> Finding:
    return Finding(start=s.body[0].start, end=s.body[-1].end, changed=None, settled_gain=gain)


_E, _P, _C = Dimension.EMPATHY, Dimension.POLITENESS, Dimension.CLARITY
_B = Behavior
_CARING = (_B.ACKNOWLEDGES_FEELING, _B.MIRRORS_PROBLEM, _B.TAKES_OWNERSHIP)


def _always(_: Situation) -> bool:
    return True


def _in_letters(s: Situation) -> bool:
    return s.reply.channel in (None, Channel.EMAIL)


def _asks(s: Situation) -> bool:
    return "?" in (s.reply.customer_message or "")


RULES: tuple[Rule, ...] = (
    Rule(id="reply-in-their-language", dimension=_C, find=_reply_in_their_language),
    Rule(id="their-form-of-norwegian", dimension=_C, find=_their_form_of_norwegian),
    Rule(id="fill-in-the-blank", dimension=_C, find=_fill_in),
    Rule(id="drop-the-sarcasm", dimension=_P, find=_drop(_B.SARCASM)),
    Rule(id="drop-the-blame", dimension=_P, find=_drop(_B.BLAMES_CUSTOMER)),
    Rule(id="no-finger-pointing", dimension=_P, find=_drop(_B.BLAMES_OTHERS)),
    Rule(id="do-not-wave-away", dimension=_E, find=_drop(_B.DISMISSIVE)),
    Rule(
        id="ask-do-not-order",
        dimension=_P,
        find=_say_instead("ask-do-not-order", _B.COMMANDING, _always),
    ),
    Rule(
        id="explain-the-no",
        dimension=_P,
        find=_add(
            "explain-the-no",
            _P,
            lambda s: any(s.showing(_B.REFUSAL_COLD)) and s.lacks(_B.EXPLAINS_REASON),
            _B.REFUSAL_COLD,
        ),
    ),
    Rule(
        id="offer-a-way",
        dimension=_C,
        find=_add(
            "offer-a-way",
            _C,
            lambda s: any(s.showing(_B.REFUSAL_COLD)) and s.lacks(_B.OFFERS_CHOICE),
            _B.REFUSAL_COLD,
        ),
    ),
    Rule(id="be-specific", dimension=_C, find=_say_instead("be-specific", _B.VAGUE, _always)),
    Rule(id="plain-words", dimension=_C, find=_say_instead("plain-words", _B.JARGON, _always)),
    Rule(id="no-guarantees", dimension=_C, find=_drop(_B.OVER_PROMISE)),
    Rule(
        id="name-the-problem",
        dimension=_E,
        find=_open_with(
            "name-the-problem",
            lambda s: s.needs(Need.SOME, Need.STRONG) and s.lacks(*_CARING),
        ),
    ),
    Rule(
        id="see-the-person",
        dimension=_E,
        find=_open_with(
            "see-the-person",
            lambda s: s.needs(Need.STRONG) and s.lacks(_B.ACKNOWLEDGES_FEELING),
        ),
    ),
    Rule(
        id="own-it",
        dimension=_E,
        find=_add(
            "own-it",
            _E,
            lambda s: s.needs(Need.SOME, Need.STRONG) and s.lacks(_B.TAKES_OWNERSHIP),
        ),
    ),
    Rule(
        id="answer-the-question",
        dimension=_C,
        find=_add(
            "answer-the-question",
            _C,
            lambda s: (
                _asks(s)
                and s.lacks(_B.SOLUTION, _B.CLARIFYING_QUESTION, _B.NEXT_STEP, _B.REFUSAL_COLD)
            ),
        ),
    ),
    Rule(
        id="say-what-happens-next",
        dimension=_C,
        find=_add(
            "say-what-happens-next",
            _C,
            lambda s: s.lacks(_B.NEXT_STEP, _B.SOLUTION, _B.CLARIFYING_QUESTION),
        ),
    ),
    Rule(
        id="say-when",
        dimension=_C,
        find=_add(
            "say-when",
            _C,
            lambda s: (
                s.lacks(_B.TIME_FRAME)
                and (any(s.showing(_B.NEXT_STEP)) or any(s.showing(_B.VAGUE)))
            ),
            _B.VAGUE,
            _B.NEXT_STEP,
        ),
    ),
    Rule(
        id="not-their-feeling-to-assume",
        dimension=_E,
        find=lambda s: _drop(_B.ACKNOWLEDGES_FEELING)(s) if s.needs(Need.NONE) else iter(()),
    ),
    Rule(id="one-thank-you-is-enough", dimension=_P, find=_one_thank_you),
    Rule(id="mean-what-you-say", dimension=_E, find=_drop(_B.INSINCERE)),
    Rule(id="lower-your-voice", dimension=_P, find=_lower_your_voice),
    Rule(id="answer-first", dimension=_C, find=_answer_first),
    Rule(id="split-the-sentence", dimension=_C, find=_split_the_sentence),
    Rule(id="greet", dimension=_P, find=_greet),
    Rule(
        id="close-kindly",
        dimension=_P,
        find=_add(
            "close-kindly",
            _P,
            lambda s: _in_letters(s) and s.lacks(_B.FRIENDLY_CLOSE, _B.INVITES_FOLLOW_UP),
        ),
    ),
    Rule(
        id="thank-them-for-telling",
        dimension=_P,
        find=_add(
            "thank-them-for-telling",
            _P,
            lambda s: s.needs(Need.SOME, Need.STRONG) and s.lacks(_B.THANKS),
        ),
        is_picky=True,
    ),
    Rule(
        id="say-why",
        dimension=_C,
        find=_add(
            "say-why",
            _C,
            lambda s: (
                s.needs(Need.SOME, Need.STRONG)
                and s.lacks(_B.EXPLAINS_REASON)
                and not any(s.showing(_B.REFUSAL_COLD))
            ),
            _B.NEXT_STEP,
        ),
        is_picky=True,
    ),
    Rule(
        id="leave-the-door-open",
        dimension=_P,
        find=_add(
            "leave-the-door-open",
            _P,
            lambda s: s.needs(Need.SOME, Need.STRONG) and s.lacks(_B.INVITES_FOLLOW_UP),
        ),
        is_picky=True,
    ),
    Rule(id="one-exclamation-mark", dimension=_P, find=_one_exclamation_mark, is_picky=True),
)
"""The catalog, what weighs most first; ids never change their meaning."""
