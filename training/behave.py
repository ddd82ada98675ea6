"""Run a scorer through the behavioral cases and hold the results against their bars."""

import tomllib
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from math import isfinite
from pathlib import Path

from tqdm import tqdm

from model import BUNDLED, LANGUAGES, Assessment, Dimension, Reply, Scorer, load_scorer
from model.store import is_store
from training.cases import CASES, Case, Kind, load_cases, rubric_cases
from training.errors import CaseError

BARS = "bars.toml"
_BATCH = 32
_STRICT = "rubric_examples"
_REFIT = 0.05
"""Of the cases; heads fitted with other seeds differed by up to that much."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bars:
    """The least share of cases that must pass: of a kind in each language, and of a capability in
    all languages together.
    """

    kinds: Mapping[Kind, float]
    capabilities: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A case and what a scorer gave: values, or differences where the case has a baseline."""

    case: Case
    found: Mapping[Dimension, float]

    @property
    def is_passed(self) -> bool:
        """True where every dimension lies in the case's range."""
        return not self.missed

    @property
    def missed(self) -> Mapping[Dimension, float]:
        """What lies outside the case's range."""
        least, most = self.case.least, self.case.most
        return {d: v for d, v in self.found.items() if not least <= v <= most}


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """How many cases passed of those that `name` stands for; `bar` is the least share, if any."""

    name: str
    passed: int
    n: int
    bar: float | None = None

    @property
    def is_met(self) -> bool:
        """True where there is no bar or it is reached."""
        return self.bar is None or self.passed >= self.bar * self.n


@dataclass(frozen=True, slots=True, kw_only=True)
class SuiteResult:
    """What one scorer did with every case."""

    version: str
    outcomes: Sequence[Outcome]
    bars: Bars


def read_bars(path: Path) -> Bars:
    """The bars beside the cases; CaseError where they cannot be used."""
    try:
        rows = tomllib.loads(path.read_text("utf-8"))
        kinds = {Kind(kind): float(share) for kind, share in rows["kinds"].items()}
        capabilities = {name: float(share) for name, share in rows.get("capabilities", {}).items()}
    except (OSError, KeyError, ValueError, TypeError, AttributeError) as error:
        raise CaseError([f"{path}: not bars ({error}); kinds has a share for each kind"]) from error
    for name, share in (kinds | capabilities).items():
        if not 0 <= share <= 1:
            raise CaseError([f"{path.name}: {name} is {share}, a share lies between 0 and 1"])
    return Bars(kinds=kinds, capabilities=capabilities)


def behave(scorer: Scorer, cases: Sequence[Case], bars: Bars) -> SuiteResult:
    """Score every reply of the cases once, languages to be detected, and judge each case."""
    both = (reply for case in cases for reply in (case.reply, case.baseline) if reply)
    assessed = _assess(scorer, list(dict.fromkeys(both)))
    outcomes = [Outcome(case=case, found=_found(case, assessed)) for case in cases]
    return SuiteResult(version=scorer.version, outcomes=outcomes, bars=bars)


def _assess(scorer: Scorer, replies: Sequence[Reply]) -> Mapping[Reply, Assessment]:
    found: dict[Reply, Assessment] = {}
    with tqdm(total=len(replies), desc="score", unit="reply", leave=False) as progress:
        for start in range(0, len(replies), _BATCH):
            batch = replies[start : start + _BATCH]
            found.update(zip(batch, scorer.score(batch), strict=True))
            progress.update(len(batch))
    return found


def _found(case: Case, assessed: Mapping[Reply, Assessment]) -> Mapping[Dimension, float]:
    value = {d: assessed[case.reply].scores[d].value for d in case.dimensions}
    if case.baseline is None:
        return value
    baseline = assessed[case.baseline].scores
    return {d: value[d] - baseline[d].value for d in case.dimensions}


def held_bars(result: SuiteResult) -> list[Share]:
    """Every bar with what was found: kinds by language, then capabilities."""
    of_kind, of_capability = defaultdict(list), defaultdict(list)
    for outcome in result.outcomes:
        of_kind[outcome.case.kind, outcome.case.language].append(outcome)
        of_capability[outcome.case.capability].append(outcome)
    shares = [
        _share(f"{kind} in {language}", of_kind[kind, language], bar)
        for kind, bar in result.bars.kinds.items()
        for language in LANGUAGES
    ]
    shares += [
        _share(name, of_capability[name], bar) for name, bar in result.bars.capabilities.items()
    ]
    return [share for share in shares if share.n]


def failed_bars(result: SuiteResult, current: SuiteResult | None = None) -> list[str]:
    """Why a scorer with this result must not be promoted; nothing where it may be.

    A bar that is missed stands in nobody's way where the `current` scorer is no further from it, or
    by no more cases than a refit with another seed moves. The examples of the rubric must all pass.
    """
    reached = {
        s.name: s.passed - _REFIT * s.n
        for s in (held_bars(current) if current else [])
        if s.name != _STRICT
    }
    return [
        f"behavior, {share.name}: {share.passed} of {share.n} cases pass "
        f"({share.passed / share.n:.1%}), the bar is {share.bar:.0%}"
        for share in held_bars(result)
        if not share.is_met and share.passed < reached.get(share.name, share.n)
    ]


def behavioral_gate(store: Path) -> Callable[[Scorer], list[str]]:
    """The gate of a promotion to `store`: its current scorer goes through the suite too; beside the
    first one of a store, what ships does.
    """

    def failed(candidate: Scorer) -> list[str]:
        cases, bars = load_cases() + rubric_cases(), read_bars(CASES / BARS)
        current = behave(load_scorer(store if is_store(store) else BUNDLED), cases, bars)
        return failed_bars(behave(candidate, cases, bars), current)

    return failed


def by_capability(result: SuiteResult) -> list[tuple[Kind, str, Mapping[str, Share]]]:
    """The shares of each capability by language, in the order of the cases."""
    cells: dict[tuple[Kind, str], dict[str, list[Outcome]]] = {}
    for outcome in result.outcomes:
        case = outcome.case
        row = cells.setdefault((case.kind, case.capability), {})
        row.setdefault(case.language, []).append(outcome)
    return [
        (kind, name, {code: _share(name, row[code]) for code in LANGUAGES if code in row})
        for (kind, name), row in sorted(cells.items(), key=lambda c: list(Kind).index(c[0][0]))
    ]


def tables(result: SuiteResult) -> Iterator[tuple[str, list[str], list[list[str]]]]:
    """Title, head and rows of each table that the command prints."""
    rows = []
    for kind, name, shares in by_capability(result):
        cells = [_cell(shares[code]) if code in shares else "–" for code in LANGUAGES]
        rows.append([kind.value, name, *cells])
    yield f"Cases passed, {result.version}", ["kind", "capability", *LANGUAGES], rows
    yield (
        "Failed cases",
        ["case", "dimension", "found", "allowed"],
        [
            [o.case.id, d.value, _signed(o, value), _allowed(o.case)]
            for o in result.outcomes
            for d, value in o.missed.items()
        ],
    )
    yield (
        "Bars",
        ["what", "cases passed", "share", "bar", "met"],
        [
            [s.name, _cell(s), f"{s.passed / s.n:.1%}", f"{s.bar:.0%}", "yes" if s.is_met else "NO"]
            for s in held_bars(result)
        ],
    )


def as_json(result: SuiteResult) -> Mapping[str, object]:
    """The result as it is written down; failed cases with their texts."""
    return {
        "version": result.version,
        "bars": [asdict(share) | {"is_met": share.is_met} for share in held_bars(result)],
        "capabilities": [
            {"kind": kind, "capability": name, "language": code, "passed": s.passed, "n": s.n}
            for kind, name, shares in by_capability(result)
            for code, s in shares.items()
        ],
        "failed": [_failed_case(outcome) for outcome in result.outcomes if not outcome.is_passed],
    }


def _failed_case(outcome: Outcome) -> Mapping[str, object]:
    case = outcome.case
    return {
        "id": case.id,
        "capability": case.capability,
        "found": outcome.missed,
        "customer_message": case.reply.customer_message,
        "reply": case.reply.text,
        "baseline": case.baseline and case.baseline.text,
    }


def _share(name: str, outcomes: Sequence[Outcome], bar: float | None = None) -> Share:
    return Share(name=name, passed=sum(o.is_passed for o in outcomes), n=len(outcomes), bar=bar)


def _cell(share: Share) -> str:
    return f"{share.passed}/{share.n}"


def _allowed(case: Case) -> str:
    ends = {"at least": case.least, "at most": case.most}
    return " and ".join(f"{end} {x:.2g}" for end, x in ends.items() if isfinite(x))


def _signed(outcome: Outcome, value: float) -> str:
    return f"{value:+.3f}" if outcome.case.baseline else f"{value:.2f}"
