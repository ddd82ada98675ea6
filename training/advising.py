"""How often the advice is right: cases of the test split for readers, and their verdicts by rule.

A reader sees the customer message, the reply, the place and the advice, and says whether a good
colleague would say that here: 'right', or 'wrong'. The readings are data (data/advice-readings/);
they hold ids and verdicts, no text.
"""

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tqdm import tqdm

from model import Scorer
from model.advice import Advice, Level, advise, wording
from training.bars import percent
from training.corpus import DATA, RatedReply
from training.errors import CorpusError
from training.markdown import table, write_between
from training.metrics import share
from training.splits import Split, parts

READINGS = DATA / "advice-readings"
BEGIN, END = "<!-- advice: written by tonfall-train advice --card -->", "<!-- end of advice -->"
CASES = 200
_ALL = "all of them"


@dataclass(frozen=True, slots=True, kw_only=True)
class AdviceCase:
    """One piece of advice on one held-out reply."""

    reply: RatedReply
    advice: Advice

    @property
    def id(self) -> str:
        """What readings name it by."""
        return f"{self.reply.id}/{self.advice.rule}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A reader's verdict on a case."""

    case: str
    model_version: str
    reader: str
    is_right: bool

    @property
    def rule(self) -> str:
        """The rule that the case is about."""
        return self.case.rsplit("/", 1)[1]


def advice_cases(
    scorer: Scorer, replies: Sequence[RatedReply], *, most: int = CASES, seed: int = 1
) -> list[AdviceCase]:
    """`most` pieces of the advice that `scorer` gives on the test split: the rules in turn, each in
    random order, so that rare rules are read too.
    """
    test = parts(replies)[Split.TEST]
    random = np.random.default_rng(seed)
    by_rule: dict[str, list[AdviceCase]] = defaultdict(list)
    for i in tqdm(random.permutation(len(test)), desc="advise", unit="reply"):
        reply = test[i].to_reply()
        for advice in advise(scorer, reply, scorer.score([reply])[0], level=Level.DEFAULT):
            by_rule[advice.rule].append(AdviceCase(reply=test[i], advice=advice))
    turns = [(turn, rule) for rule, cases in by_rule.items() for turn in range(len(cases))]
    return [by_rule[rule][turn] for turn, rule in sorted(turns)[:most]]


def sheet(cases: Sequence[AdviceCase]) -> str:
    """The cases as a reader sees them, with the place between arrows."""
    return "\n".join(
        f"@@ {case.id} | {case.reply.language} | {case.reply.channel} | {a.dimension} "
        f"{a.gain:+.1f}\nCUSTOMER: {case.reply.customer_message or '(no message)'}\n"
        f"REPLY: {text[: a.start]}→{text[a.start : a.end]}←{text[a.end :]}\n"
        f"ADVICE: {wording(a.rule, 'en').message}\n"
        for case in cases
        for a, text in [(case.advice, case.reply.reply)]
    )


def read_readings(folder: Path = READINGS) -> list[Reading]:
    """All verdicts of a folder; CorpusError for a line that is none."""
    found = []
    for path in sorted(folder.glob("*.jsonl")):
        for i, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            try:
                found.append(Reading(**json.loads(line)))
            except (ValueError, TypeError) as error:
                raise CorpusError([f"{path.name}:{i}: no reading ({error})"]) from error
    return found


def precision_table(readings: Sequence[Reading]) -> str:
    """Precision by rule in Markdown, a reader's verdict counting once, rules read most first."""
    by_rule: dict[str, list[bool]] = defaultdict(list)
    for reading in readings:
        by_rule[reading.rule].append(reading.is_right)
    rows = sorted(by_rule.items(), key=lambda row: -len(row[1]))
    shown = [(_ALL, [r.is_right for r in readings]), *rows]
    return table(
        ["rule", "verdicts", "right"],
        [[rule, str(len(right)), percent(share(right))] for rule, right in shown],
    )


def write_card(readings: Sequence[Reading], card: Path) -> None:
    """Write the precision by rule into the model card."""
    versions = sorted({r.model_version for r in readings})
    cases, readers = {r.case for r in readings}, {r.reader for r in readings}
    each = len(readings) / len(cases)
    who = f"{len(cases)} held-out pieces of advice by {', '.join(versions)}"
    text = f"{who}, each read by {each:.0f} of {len(readers)} readers.\n\n"
    write_between(card, BEGIN, END, text + precision_table(readings))
