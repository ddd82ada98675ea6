"""Advice before sending: what would raise a score.

A rule (`rules.py`) finds a place and changes the text there as its advice would have it changed.
The changed text is scored, and the advice is given only where that raises the rule's dimension and
costs no other one more. What the rubric settles by itself (the wrong language) needs no proof. The
words are in advice/{sv,nb,nn,da,en}.toml.
"""

import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files

from model.evidence import gains, in_place_of
from model.rubric import HIGHEST, LANGUAGES, Dimension
from model.rules import RULES, Rule
from model.scorer import Scorer
from model.scores import UNDETERMINED, Assessment, Reply
from model.situation import Finding, Situation

_LONGEST = 4_000
"""Characters; a longer reply gets only the advice that needs no proof."""
_MOST_PROOFS = 8


class Level(StrEnum):
    """How much advice is wanted."""

    DEFAULT = "default"
    PICKY = "picky"


MOST = {Level.DEFAULT: 3, Level.PICKY: 8}
"""Pieces of advice at a time."""
LEAST_GAIN = {Level.DEFAULT: 0.15, Level.PICKY: 0.05}
"""Rating points that following an advice must be worth."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """What would raise `dimension`: the place, code points [start, end) of the reply as sent, the
    rating points that following it is worth, and texts that may stand in its place.
    """

    rule: str
    dimension: Dimension
    start: int
    end: int
    gain: float
    replacements: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """What an advice says to the agent, and why; `example` stands for it in the trial text."""

    message: str
    reason: str
    example: str = ""


def advise(
    scorer: Scorer,
    reply: Reply,
    assessment: Assessment,
    *,
    level: Level = Level.DEFAULT,
    off: Collection[str] = (),
) -> list[Advice]:
    """The most valuable pieces of advice, best first; at most `MOST[level]`, one for a sentence.

    `off` are the rules that are switched off.
    """
    situation = _situation(reply, assessment)
    found = [
        (rule, finding)
        for rule in RULES
        if rule.id not in off and (level is Level.PICKY or not rule.is_picky)
        for finding in rule.find(situation)
    ]
    settled = [
        _advice(rule.id, rule.dimension, finding, finding.settled_gain)
        for rule, finding in found
        if finding.changed is None
    ]
    open_ = [
        (rule, finding)
        for rule, finding in found
        if finding.changed is not None and _room(finding, rule, assessment) >= LEAST_GAIN[level]
    ]
    tried = _tried(scorer, reply, assessment, [f.changed or "" for _, f in open_])
    for rule, finding in open_:
        if (after := tried.get(finding.changed or "")) is None:
            continue
        each = gains(assessment, after)
        gain = finding.share * each[rule.dimension]
        if gain >= LEAST_GAIN[level] and gain + min(each.values()) > 0:
            settled.append(_advice(rule.id, rule.dimension, finding, gain))
    return _best(settled, MOST[level])


def wording(rule: str, language: str) -> Wording:
    """What `rule` says in one of the five languages; KeyError for a rule that is none."""
    return _wordings(language)[rule]


def _situation(reply: Reply, assessment: Assessment) -> Situation:
    language = assessment.language.code
    spoken = LANGUAGES[-1] if language == UNDETERMINED else language
    examples = {rule: words.example for rule, words in _wordings(spoken).items()}
    return Situation(reply=reply, assessment=assessment, examples=examples)


def _room(finding: Finding, rule: Rule, assessment: Assessment) -> float:
    """The most that a finding can bring."""
    return finding.share * (HIGHEST - assessment.scores[rule.dimension].value)


def _tried(
    scorer: Scorer, reply: Reply, assessment: Assessment, texts: Sequence[str]
) -> dict[str, Assessment]:
    """What each text scores, one batch for all; the first few where there are many."""
    different = [] if len(reply.text) > _LONGEST else list(dict.fromkeys(texts))[:_MOST_PROOFS]
    after = scorer.score([in_place_of(reply, assessment, text) for text in different])
    return dict(zip(different, after, strict=True))


def _advice(rule: str, dimension: Dimension, finding: Finding, gain: float) -> Advice:
    return Advice(
        rule=rule,
        dimension=dimension,
        start=finding.start,
        end=finding.end,
        gain=gain,
        replacements=finding.replacements,
    )


def _best(found: Sequence[Advice], most: int) -> list[Advice]:
    """The advice worth most, no two about the same place or by the same rule."""
    kept: list[Advice] = []
    for advice in sorted(found, key=lambda a: -a.gain):
        is_new = all(
            a.rule != advice.rule and (a.end <= advice.start or advice.end <= a.start) for a in kept
        )
        if is_new:
            kept.append(advice)
    return kept[:most]


@cache
def _wordings(language: str) -> Mapping[str, Wording]:
    text = (files("model") / "advice" / f"{language}.toml").read_text("utf-8")
    return {rule: Wording(**words) for rule, words in tomllib.loads(text).items()}
