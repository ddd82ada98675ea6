"""The rules of advice: where each finds something to say, and the text as its advice would have it.

Each is built on the behaviors of sentences, the empathy need and the scores. None rewrites a reply
for the agent: a trial text is only scored, and a replacement is offered only where the words follow
from the reply itself.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import prod

from model.alike import greets
from model.cues import apologizes, echoed, is_about_us, tells_time, thanks
from model.edits import moved, put_after, replaced, without
from model.rubric import Behavior, Channel, Dimension, Need
from model.scores import UNDETERMINED, Sentence
from model.situation import SHOWN, Finding, Situation, is_courtesy, is_missing
from model.typography import fill_in, lower_your_voice, one_exclamation_mark, split_the_sentence

_E, _P, _C = Dimension.EMPATHY, Dimension.POLITENESS, Dimension.CLARITY
_B = Behavior
_LATE_ANSWER = 3
"""Sentences before the answer."""
_OWN_WORDS = 0.5
"""What an agent's own sentence brings of what the example brings, which says all there is."""
_GOOD = {_E: 3.5, _P: 4.3, _C: 3.5}
"""A score from here on needs nothing more; courtesies are missed in a good reply too."""
_RUDE = (_B.SARCASM, _B.BLAMES_CUSTOMER, _B.DISMISSIVE, _B.COMMANDING)
"""Neighbors: that a sentence is rude is often sure where it is open which of them it shows."""
_ONE_KIND = 0.7
"""The least probability of one of them before an advice names it."""
_SPECIFIC_APOLOGY = 6
"""Words from which an apology says what for."""
_ECHO = 2
"""Words of the customer's in one sentence from which it takes up what they wrote."""
_LONG = 120
"""Words from which a reply may thank, or apologize, at its start and at its end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A stable id, the dimension its advice raises, and where it finds something to say."""

    id: str
    dimension: Dimension
    find: Callable[[Situation], Iterator[Finding]]
    is_picky: bool = False


Check = Callable[[Situation], bool]
Find = Callable[[Situation], Iterator[Finding]]


def _drop(behavior: Behavior) -> Find:
    """Sentences that show a behavior: better without."""
    return lambda s: _left_out(s, (x for x in s.showing(behavior) if _is_named(behavior, x)))


def _left_out(s: Situation, sentences: Iterable[Sentence]) -> Iterator[Finding]:
    for found in sentences:
        rest = without(s.text, [(found.start, found.end)])
        if rest:
            yield Finding(start=found.start, end=found.end, changed=rest)


def _is_named(behavior: Behavior, sentence: Sentence) -> bool:
    """False for a rude sentence that may as well be rude in another way."""
    return behavior not in _RUDE or sentence.behaviors[behavior] >= _ONE_KIND


def _stay_respectful(s: Situation) -> Iterator[Finding]:
    """Sentences that are rude, in which way is open."""
    return _left_out(s, (x for x in s.assessment.sentences if _is_rude_somehow(x)))


def _is_rude_somehow(sentence: Sentence) -> bool:
    is_rude = prod(1 - sentence.behaviors[b] for b in _RUDE) <= 1 - SHOWN
    return is_rude and not any(_is_named(b, sentence) for b in _RUDE)


def _mean_what_you_say(s: Situation) -> Iterator[Finding]:
    """Empty phrases that do nothing else, where they are heaped: a kind phrase counts once."""
    empty = [x for x in s.showing(_B.INSINCERE) if is_courtesy(x)]
    return _left_out(s, empty if len(empty) > 1 else ())


def _say_instead(rule: str, dimension: Dimension, behavior: Behavior) -> Find:
    """Sentences that show a behavior: better said as in the rule's example."""

    def find(s: Situation) -> Iterator[Finding]:
        if s.value(dimension) < _GOOD[dimension]:
            for found in s.showing(behavior):
                if _is_named(behavior, found):
                    changed = replaced(s.text, (found.start, found.end), s.examples[rule])
                    yield Finding(
                        start=found.start, end=found.end, changed=changed, share=_OWN_WORDS
                    )

    return find


def _body(s: Situation) -> Sequence[Sentence]:
    return s.body


def _add(
    rule: str,
    dimension: Dimension,
    when: Check,
    *after: Behavior,
    among: Callable[[Situation], Sequence[Sentence]] = _body,
) -> Find:
    """Something that is missing: said after the sentence that most shows one of the behaviors
    `after`, else after the last `among` those that it may follow.
    """

    def find(s: Situation) -> Iterator[Finding]:
        if s.value(dimension) < _GOOD[dimension] and when(s) and (places := among(s)):
            best = max(
                reversed(places), key=lambda x: max((x.behaviors[b] for b in after), default=0)
            )
            best = best if any(best.behaviors[b] >= SHOWN for b in after) else places[-1]
            changed = put_after(s.text, best.end, s.examples[rule])
            yield Finding(start=best.start, end=best.end, changed=changed, share=_OWN_WORDS)

    return find


def _open_with(rule: str, when: Check) -> Find:
    """Something that is missing at the start of the body."""

    def find(s: Situation) -> Iterator[Finding]:
        if s.body and s.value(_E) < _GOOD[_E] and when(s):
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
    """The second of several thanks, or of several apologies, that say nothing else."""
    most = 2 if len(s.text.split()) >= _LONG else 1
    for is_one in (thanks, apologizes):
        polite = [x for x in s.courtesies if is_one(s.text_of(x))]
        rest = without(s.text, [(x.start, x.end) for x in polite[1:]])
        if len(polite) > most and rest:
            yield Finding(start=polite[1].start, end=polite[1].end, changed=rest)


def _answer_first(s: Situation) -> Iterator[Finding]:
    """An answer to a question that comes after sentences that surely are none."""
    answers = [i for i, x in enumerate(s.body) if x.behaviors[_B.SOLUTION] >= SHOWN]
    if _asks(s) and answers and answers[0] >= _LATE_ANSWER:
        before, answer = s.body[: answers[0]], s.body[answers[0]]
        if is_missing(before, _B.SOLUTION):
            changed = moved(s.text, (answer.start, answer.end), s.body[0].start)
            yield Finding(start=answer.start, end=answer.end, changed=changed)


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


_CARING = (_B.ACKNOWLEDGES_FEELING, _B.MIRRORS_PROBLEM, _B.TAKES_OWNERSHIP)


def _in_letters(s: Situation) -> bool:
    return s.reply.channel in (None, Channel.EMAIL)


def _asks(s: Situation) -> bool:
    return "?" in (s.reply.customer_message or "")


def _names_no_problem(s: Situation) -> bool:
    """True where no sentence cares, is sorry for something in particular, or takes up the words of
    the customer.
    """
    message = s.reply.customer_message or ""
    return s.lacks(*_CARING) and not any(
        echoed(words, message) >= _ECHO
        or (apologizes(words) and len(words.split()) >= _SPECIFIC_APOLOGY)
        for words in map(s.text_of, s.body)
    )


def _open_steps(s: Situation) -> Sequence[Sentence]:
    """What the writer's side does next, or leaves open when."""
    return [
        x
        for x in s.body
        if max(x.behaviors[b] for b in (_B.VAGUE, _B.NEXT_STEP)) >= SHOWN
        and is_about_us(s.text_of(x))
    ]


def _says_no_time(s: Situation) -> bool:
    return s.lacks(_B.TIME_FRAME) and not any(tells_time(s.text_of(x)) for x in s.body)


RULES: tuple[Rule, ...] = (
    Rule(id="reply-in-their-language", dimension=_C, find=_reply_in_their_language),
    Rule(id="their-form-of-norwegian", dimension=_C, find=_their_form_of_norwegian),
    Rule(id="fill-in-the-blank", dimension=_C, find=fill_in),
    Rule(id="drop-the-sarcasm", dimension=_P, find=_drop(_B.SARCASM)),
    Rule(id="drop-the-blame", dimension=_P, find=_drop(_B.BLAMES_CUSTOMER)),
    Rule(id="no-finger-pointing", dimension=_P, find=_drop(_B.BLAMES_OTHERS)),
    Rule(id="do-not-wave-away", dimension=_E, find=_drop(_B.DISMISSIVE)),
    Rule(id="stay-respectful", dimension=_P, find=_stay_respectful),
    Rule(
        id="ask-do-not-order",
        dimension=_P,
        find=_say_instead("ask-do-not-order", _P, _B.COMMANDING),
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
    Rule(id="be-specific", dimension=_C, find=_say_instead("be-specific", _C, _B.VAGUE)),
    Rule(id="plain-words", dimension=_C, find=_say_instead("plain-words", _C, _B.JARGON)),
    Rule(id="no-guarantees", dimension=_C, find=_drop(_B.OVER_PROMISE)),
    Rule(
        id="name-the-problem",
        dimension=_E,
        find=_open_with(
            "name-the-problem",
            lambda s: s.needs(Need.SOME, Need.STRONG) and _names_no_problem(s),
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
            lambda s: (
                s.needs(Need.SOME, Need.STRONG)
                and s.lacks(_B.TAKES_OWNERSHIP)
                and not any(is_about_us(s.text_of(x)) for x in s.showing(_B.NEXT_STEP))
            ),
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
            _B.SOLUTION,
            _B.VAGUE,
            _B.JARGON,
            _B.DISMISSIVE,
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
            _says_no_time,
            _B.VAGUE,
            _B.NEXT_STEP,
            among=_open_steps,
        ),
    ),
    Rule(
        id="not-their-feeling-to-assume",
        dimension=_E,
        find=lambda s: _drop(_B.ACKNOWLEDGES_FEELING)(s) if s.needs(Need.NONE) else iter(()),
    ),
    Rule(id="one-thank-you-is-enough", dimension=_P, find=_one_thank_you),
    Rule(id="mean-what-you-say", dimension=_E, find=_mean_what_you_say),
    Rule(id="lower-your-voice", dimension=_P, find=lower_your_voice),
    Rule(id="answer-first", dimension=_C, find=_answer_first),
    Rule(id="split-the-sentence", dimension=_C, find=split_the_sentence),
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
    Rule(id="one-exclamation-mark", dimension=_P, find=one_exclamation_mark, is_picky=True),
)
"""The catalog, what weighs most first; ids never change their meaning."""
