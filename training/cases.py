"""Behavioral cases: what must hold of any scorer, whatever its figures on average.

The three kinds are CheckList's (Ribeiro et al. 2020): minimum functionality, invariance and
direction. A line of a case file has one of six forms; some stand for several cases.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import inf
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from model import LANGUAGES, Channel, Dimension, Reply
from training.corpus import DATA
from training.errors import CaseError

CASES = Path(__file__).parent.parent / "tests" / "behavioral" / "cases"
RUBRIC_PAIRS = DATA / "rubric" / "pairs.jsonl"
UNCHANGED = 0.15
"""What means nothing moves a value by no more than this."""
NO_RISE = 0.1
"""What earns nothing lifts a value by no more than this."""
_MOVED = 1e-6
"""A smaller difference is none."""
_RANGES = {"rises": (_MOVED, inf), "falls": (-inf, -_MOVED), "no_rise": (-inf, NO_RISE)}
Text = Annotated[str, Field(min_length=1)]


class Kind(StrEnum):
    """What a case asks of a scorer."""

    MINIMUM = "minimum"
    INVARIANCE = "invariance"
    DIRECTION = "direction"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """The value of `reply`, minus that of `baseline` where there is one, lies in [least, most] on
    each of `dimensions`.
    """

    id: str
    language: str
    kind: Kind
    capability: str
    dimensions: tuple[Dimension, ...]
    reply: Reply
    baseline: Reply | None
    least: float
    most: float


class _Form(BaseModel):
    """What every line has; `language` is the file's."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Text
    language: str
    capability: Text
    channel: Channel | None = None
    message: Text | None = None
    dimension: Dimension | None = None

    def _reply(self, text: str, message: str | None = None) -> Reply:
        return Reply(text=text, customer_message=message or self.message, channel=self.channel)

    def _case(
        self, kind: Kind, reply: Reply, baseline: Reply | None, least: float, most: float, at: str
    ) -> Case:
        return Case(
            id=f"{self.id}/{at}" if at else self.id,
            language=self.language,
            kind=kind,
            capability=self.capability,
            dimensions=(self.dimension,) if self.dimension else tuple(Dimension),
            reply=reply,
            baseline=baseline,
            least=least,
            most=most,
        )


class Pair(_Form):
    """Minimum: `better` is above `worse`."""

    dimension: Dimension
    better: Text
    worse: Text

    def cases(self) -> Iterator[Case]:
        """One case."""
        better, worse = self._reply(self.better), self._reply(self.worse)
        yield self._case(Kind.MINIMUM, better, worse, _MOVED, inf, "")


class Bound(_Form):
    """Minimum: the value of `reply` keeps within bounds."""

    dimension: Dimension
    reply: Text
    at_least: float = -inf
    at_most: float = inf

    def cases(self) -> Iterator[Case]:
        """One case."""
        reply = self._reply(self.reply)
        yield self._case(Kind.MINIMUM, reply, None, self.at_least, self.at_most, "")


class Same(_Form):
    """Invariance: other wordings of the reply (`same`) or of the message (`same_messages`)."""

    reply: Text
    same: tuple[Text, ...] = ()
    same_messages: tuple[Text, ...] = ()

    def cases(self) -> Iterator[Case]:
        """One case a wording."""
        baseline = self._reply(self.reply)
        variants = [self._reply(text) for text in self.same]
        variants += [self._reply(self.reply, message) for message in self.same_messages]
        for n, variant in enumerate(variants, 1):
            yield self._case(Kind.INVARIANCE, variant, baseline, -UNCHANGED, UNCHANGED, str(n))


class Swap(_Form):
    """Invariance: the slots of reply and message take the values of `fill`, one after the other."""

    reply: Text
    fill: Mapping[str, tuple[Text, ...]]

    @model_validator(mode="after")
    def _fits(self) -> Self:
        lengths = {len(values) for values in self.fill.values()}
        if len(lengths) != 1 or min(lengths) < 2:
            raise ValueError("every slot of fill needs the same number of values, at least two")
        _require_slots(self.reply, self.fill)
        return self

    def cases(self) -> Iterator[Case]:
        """One case for each value but the first, which all are compared with."""
        baseline, *variants = map(self._filled, range(min(map(len, self.fill.values()))))
        for n, variant in enumerate(variants, 1):
            yield self._case(Kind.INVARIANCE, variant, baseline, -UNCHANGED, UNCHANGED, str(n))

    def _filled(self, n: int) -> Reply:
        slots = {slot: values[n] for slot, values in self.fill.items()}
        return self._reply(_fill(self.reply, slots), self.message and _fill(self.message, slots))


class Change(_Form):
    """Direction: what the value does from `before` to `after`."""

    before: Text
    after: Text
    expected: Literal["rises", "falls", "no_rise"]

    def cases(self) -> Iterator[Case]:
        """One case."""
        after, before = self._reply(self.after), self._reply(self.before)
        yield self._case(Kind.DIRECTION, after, before, *_RANGES[self.expected], "")


class Phrases(_Form):
    """Direction: three stock phrases lift nothing, wherever they stand."""

    reply: Text
    phrases: tuple[Text, Text, Text]

    @model_validator(mode="after")
    def _fits(self) -> Self:
        _require_slots(self.reply, ("start", "middle", "end"))
        return self

    def cases(self) -> Iterator[Case]:
        """Five cases: one phrase at the start, in the middle, at the end; two; all three."""
        first, second, third = self.phrases
        baseline = self._placed("", "", "")
        for at, phrases in {
            "start": (first, "", ""),
            "middle": ("", first, ""),
            "end": ("", "", first),
            "two": (first, "", second),
            "three": (first, second, third),
        }.items():
            reply = self._placed(*phrases)
            yield self._case(Kind.DIRECTION, reply, baseline, *_RANGES["no_rise"], at)

    def _placed(self, start: str, middle: str, end: str) -> Reply:
        slots = {"start": f"{start} ", "middle": f"{middle} ", "end": f"{end} "}
        return self._reply(" ".join(_fill(self.reply, slots).split()))


Form = Pair | Bound | Same | Swap | Change | Phrases
_FORMS: Mapping[str, type[Form]] = {
    "better": Pair,
    "at_least": Bound,
    "at_most": Bound,
    "same": Same,
    "same_messages": Same,
    "fill": Swap,
    "after": Change,
    "phrases": Phrases,
}
"""The form of a line, by a field that no other form has."""


def load_cases(folder: Path = CASES) -> list[Case]:
    """Every case in sv.jsonl, nb.jsonl, … of `folder`; CaseError lists all that is wrong."""
    forms: dict[str, Form] = {}
    faults: list[str] = []
    for path in (path for code in LANGUAGES if (path := folder / f"{code}.jsonl").is_file()):
        for number, line in enumerate(path.read_bytes().splitlines(), 1):
            try:
                form = _form(line, path.stem)
            except ValueError as error:
                faults += [f"{path.name}:{number}: {fault}" for fault in _faults(error)]
                continue
            if forms.setdefault(form.id, form) is not form:
                faults.append(f"{path.name}:{number}: id {form.id!r} was used already")
    if faults or not forms:
        raise CaseError(faults or [f"{folder}: no sv.jsonl or other file of a language there"])
    return [case for form in forms.values() for case in form.cases()]


def rubric_cases(path: Path = RUBRIC_PAIRS) -> list[Case]:
    """The pairs of examples in the rubric."""
    rows = map(json.loads, path.read_text("utf-8").splitlines())
    pairs = [
        Pair(id=f"rubric-{n}", capability="rubric_examples", **row) for n, row in enumerate(rows, 1)
    ]
    return [case for pair in pairs for case in pair.cases()]


def _form(line: bytes, language: str) -> Form:
    row = json.loads(line)
    marks = [mark for mark in _FORMS if mark in row] if isinstance(row, dict) else []
    if not marks:
        raise ValueError(f"a case has one of the fields {', '.join(_FORMS)}")
    return _FORMS[marks[0]].model_validate(row | {"language": language})


def _faults(error: ValueError) -> Iterator[str]:
    """What is wrong in one line: the field and the rule, never the text."""
    if isinstance(error, ValidationError):
        for fault in error.errors(include_input=False, include_url=False):
            field = ".".join(map(str, fault["loc"])) or "case"
            yield f"{field}: {fault['msg']}"
    else:
        yield f"not a case ({error})"


def _fill(text: str, slots: Mapping[str, str]) -> str:
    for slot, value in slots.items():
        text = text.replace(f"{{{slot}}}", value)
    return text


def _require_slots(text: str, slots: Iterable[str]) -> None:
    if missing := [slot for slot in slots if f"{{{slot}}}" not in text]:
        raise ValueError(f"reply has no place for {', '.join(missing)}")
