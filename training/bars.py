"""The bars a scorer is held to (how good is good enough), and whether it reaches them."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from model import LANGUAGES, Dimension
from training.evaluate import Evaluation
from training.metrics import Figure
from training.reliability import Coverage
from training.robustness import Robustness
from training.slices import ALL, NAMES, Slice


class Verdict(StrEnum):
    """How a figure stands to its bar and its aim."""

    AIM = "aim reached"
    MET = "met"
    MISSED = "missed"
    UNMEASURED = "not measured here"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One line of the summary: what is asked, in words for everybody, and what was found.

    `found` is the figure of the whole, `weakest` that of the slice furthest below, `reached` how
    many slices reach the bar.
    """

    question: str
    what: str
    asked: str
    aimed: str
    found: str = "–"
    weakest: str = "–"
    reached: str = "–"
    verdict: Verdict = Verdict.UNMEASURED


@dataclass(frozen=True, slots=True, kw_only=True)
class _Limit:
    """A bar, an aim, and how their figures are written."""

    bar: float
    aim: float
    shown: Callable[[Figure], str]


def number(figure: Figure) -> str:
    """A figure with its interval; a dash where nothing could be measured."""
    if math.isnan(figure.value):
        return "–"
    return f"{figure.value:.2f} [{figure.low:.2f}, {figure.high:.2f}]"


def percent(figure: Figure) -> str:
    """A share with its interval; 99.4 % does not read as 99 %."""
    digits = 1 if 0.985 <= figure.value < 0.9995 else 0
    return f"{figure.value:.{digits}%} [{figure.low:.0%}, {figure.high:.0%}]"


def bars(
    evaluation: Evaluation,
    public: Mapping[str, Sequence[Slice]],
    robustness: Robustness,
    coverage: Sequence[Coverage],
) -> list[Bar]:
    """Every bar, in the order in which a reader asks; a bar is met where every slice reaches it."""
    ranked = {f"{NAMES[s.language]} {s.dimension}": s.spearman for s in _by_language(evaluation)}
    agreed = {f"{NAMES[s.language]} {s.dimension}": s.kappa for s in _by_language(evaluation)}
    risk = {NAMES[k]: v for k, v in evaluation.risk.items() if k != ALL}
    real = {str(s.dimension): s.spearman for s in public.get(ALL, ()) if s.language == ALL}
    swaps = {c.what: c.within_bar for c in robustness.changes}
    near = {c.what: c.within_aim for c in robustness.changes}
    rises = {
        f"{r.what}, {NAMES[r.language]}": r.at_most for r in robustness.rises if "any" in r.what
    }
    return [
        _least(
            "Does it rank replies from worst to best as the panel does?",
            "Spearman with the panel's mean",
            ranked,
            _Limit(bar=0.75, aim=0.90, shown=number),
            _range([s.spearman for s in evaluation.slices if s.language == ALL], number),
        ),
        _least(
            "Does it give the rating that the panel gives?",
            "quadratic-weighted kappa with the panel's mean",
            agreed,
            _Limit(bar=0.65, aim=0.82, shown=number),
            _range([s.kappa for s in evaluation.slices if s.language == ALL], number),
        ),
        _least(
            "Does the risk find the replies that the panel calls poor?",
            "AUC of risk, panel's mean at most 2.3",
            risk,
            _Limit(bar=0.90, aim=0.97, shown=number),
            number(evaluation.risk[ALL]),
        ),
        _least(
            "Of two replies that differ in one thing, does it prefer the better one?",
            "contrast pairs ranked right",
            {NAMES.get(k, k): v for k, v in evaluation.pairs.items() if k != ALL},
            _Limit(bar=0.90, aim=0.97, shown=percent),
            percent(evaluation.pairs[ALL]) if ALL in evaluation.pairs else "–",
        ),
        _least(
            "Does it rank real replies of real services, too?",
            "Spearman on public replies",
            real,
            _Limit(bar=0.60, aim=0.80, shown=number),
            _range(list(real.values()), number),
        ),
        _swapped(swaps, near),
        _least(
            "Is it unmoved by kind phrases?",
            "a stock phrase added: no dimension rises by more than 0.1",
            rises,
            _Limit(bar=0.99, aim=1.0, shown=percent),
            percent(rises[f"a phrase anywhere, {ALL}"]),
        ),
        _covered(coverage),
        *_speed(),
    ]


def _by_language(evaluation: Evaluation) -> Iterator[Slice]:
    return (s for s in evaluation.slices if s.language != ALL)


def _least(
    question: str, what: str, figures: Mapping[str, Figure], limit: _Limit, found: str
) -> Bar:
    """A bar that every figure must reach; one that could not be measured does not count."""
    figures = {k: f for k, f in figures.items() if not math.isnan(f.value)}
    shown = "{:.0%}" if limit.shown is percent else "{:.2f}"
    asked, aimed = shown.format(limit.bar), shown.format(limit.aim)
    if not figures:
        return Bar(question=question, what=what, asked=asked, aimed=aimed)
    worst = min(figures, key=lambda k: figures[k].value)
    reached = sum(f.value >= limit.bar for f in figures.values())
    aim = all(f.value >= limit.aim for f in figures.values())
    met = Verdict.AIM if aim else Verdict.MET
    return Bar(
        question=question,
        what=what,
        asked=asked,
        aimed=aimed,
        found=found,
        weakest=f"{worst}: {limit.shown(figures[worst])}",
        reached=f"{reached} of {len(figures)}",
        verdict=met if reached == len(figures) else Verdict.MISSED,
    )


def _swapped(within: Mapping[str, Figure], near: Mapping[str, Figure]) -> Bar:
    bar = _least(
        "Is it blind to whose name, which number and which city stand in a reply?",
        "swapped: no value moves by more than 0.15 (aim: 0.05)",
        within,
        _Limit(bar=0.99, aim=2.0, shown=percent),
        _range(list(within.values()), percent),
    )
    verdict = bar.verdict
    if verdict is Verdict.MET and all(f.value >= 0.99 for f in near.values()):
        verdict = Verdict.AIM
    fields = {name: getattr(bar, name) for name in Bar.__slots__}
    return Bar(**fields | {"aimed": "99%", "verdict": verdict})


def _covered(coverage: Sequence[Coverage]) -> Bar:
    """The bar holds for each dimension in all languages together, the aim for each language."""

    def holds(found: Coverage) -> bool:
        return 0.88 <= round(found.held.value, 2) <= 0.92

    pooled = [c for c in coverage if c.language == ALL and c.dimension in tuple(Dimension)]
    single = [c for c in coverage if c.language in LANGUAGES and c.dimension == ALL]
    worst = max((*single, *pooled), key=lambda c: abs(c.held.value - 0.9))
    met = Verdict.AIM if all(map(holds, single)) else Verdict.MET
    return Bar(
        question="Do its 90 % intervals hold the panel's mean nine times in ten?",
        what="90 % intervals that hold the panel's mean",
        asked="88-92%",
        aimed="in every language",
        found=_range([c.held for c in pooled], percent),
        weakest=f"{NAMES[worst.language]}, {_every(worst.dimension)}: {percent(worst.held)}",
        reached=f"{sum(map(holds, pooled))} of {len(pooled)}",
        verdict=met if all(map(holds, pooled)) else Verdict.MISSED,
    )


def _every(dimension: str) -> str:
    return "every dimension" if dimension == ALL else dimension


def _range(figures: Sequence[Figure], shown: Callable[[Figure], str]) -> str:
    """The least and the greatest of several figures, without their intervals."""
    if not figures:
        return "–"
    ends = [shown(pick(figures, key=lambda f: f.value)).split(" ")[0] for pick in (min, max)]
    return ends[0] if ends[0] == ends[1] else "–".join(ends)


def _speed() -> Iterator[Bar]:
    """What `make bench` measures: it needs a server, and a machine that does nothing else."""
    for question, asked, aimed in (
        ("Does it answer while the agent types (one reply, 95 of 100 requests)?", "25 ms", "10 ms"),
        ("Does it keep up with an archive (replies a second and core)?", "100", "250"),
        ("Does it start quickly and stay small?", "5 s, 500 MB", "2 s, 300 MB"),
    ):
        yield Bar(question=question, what="see make bench", asked=asked, aimed=aimed)
