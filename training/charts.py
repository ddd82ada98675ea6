"""The charts of the evaluation report, each a few panels side by side (or stacked on a phone)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from model import Dimension
from training.assessments import panel, values
from training.evaluate import Evaluation
from training.examination import Examination
from training.metrics import Bin
from training.panels import INK, RISK, Panel
from training.reliability import Calibration, Reliability, Residual
from training.slices import ALL, Slice

_BAR = 0.75
"""Spearman that a scorer must reach."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """Panels that belong together; `alt` says in words what they show."""

    title: str
    alt: str
    panels: Sequence[str]


def charts(x: Examination) -> Mapping[str, Chart]:
    """The charts of the report, by name; one that has nothing to show is not there."""
    reliable = x.reliability
    found = {
        "ranking": Chart(
            title="Spearman with the panel's mean, 90 % intervals; the dotted line is the bar",
            alt="Three panels, one a dimension: Spearman by language as dots with intervals, "
            "beside what the length alone and one rater reach. The table below holds the figures.",
            panels=list(_ranking(x.evaluation.slices)) if x.evaluation.slices else [],
        ),
        "confusion": Chart(
            title="Number of replies by rounded expected rating and rounded panel mean",
            alt="Three panels, one a dimension: five by five counts; the diagonal is agreement.",
            panels=list(_confusion(x.evaluation)),
        ),
        "calibration": Chart(
            title="What was expected against what was found; on the dashed line it is the same",
            alt="Three panels: expected rating against the panel's mean; probabilities of a rating "
            "above 1 to 4 against the share of raters; risk against the share of raters who found "
            "the reply poor.",
            panels=list(_calibration(x.evaluation, reliable)),
        ),
        "coverage": Chart(
            title="Share of 90 % intervals that hold the panel's mean; the band is 88-92 %",
            alt="Three panels, one a dimension: coverage by language with Wilson intervals.",
            panels=list(_coverage(reliable)),
        ),
        "residuals": Chart(
            title="Expected rating minus panel's mean, on average",
            alt="Two panels: by expected rating, and by the number of words in the reply.",
            panels=[
                _residuals("By expected rating", reliable.by_value, "residual-value"),
                _residuals("By words of the reply", reliable.by_words, "residual-words"),
            ],
        ),
        "gaps": Chart(
            title="Mean difference between names of two groups, in steps of the five-step scale",
            alt="Two panels, the customer's name and the agent's: differences by pair of groups "
            "and dimension with 90 % intervals, around zero.",
            panels=list(_gaps(x)),
        ),
        "gains": Chart(
            title=f"Spearman of this scorer minus that of {x.against}, 90 % intervals",
            alt="Three panels, one a dimension: paired differences by language, around zero.",
            panels=list(_gains(x)) if x.gains else [],
        ),
        "curve": Chart(
            title="Spearman on the test split by number of training replies",
            alt="One line a dimension.",
            panels=[_curve(x.curve.points)] if x.curve.points else [],
        ),
    }
    return {name: chart for name, chart in found.items() if chart.panels}


def _ranking(slices: Sequence[Slice]) -> Iterator[str]:
    for dimension in Dimension:
        of = [s for s in slices if s.dimension is dimension]
        drawn = Panel(dimension.value)
        drawn.dots([s.language for s in of], [s.spearman for s in of], dimension)
        for marker, name, label in (("|", "length", "length alone"), ("x", "one rater", "a rater")):
            x = [s.baselines[name]["spearman"] for s in of]
            drawn.ax.plot(x, range(len(of)), marker, color=INK, ms=6, alpha=0.7, label=label)
        drawn.ax.axvline(_BAR, color=INK, lw=1, ls=":")
        drawn.ax.set_xlim(min(-0.25, *(s.spearman.low for s in of)), 1.02)
        drawn.legend(below=True)
        yield drawn.svg(f"ranking-{dimension}")


def _confusion(evaluation: Evaluation) -> Iterator[str]:
    for dimension in Dimension:
        said, truth = (
            np.clip(np.floor(x + 0.5), 1, 5).astype(int)
            for x in (
                values(evaluation.assessments, dimension),
                panel(evaluation.replies, dimension),
            )
        )
        table = np.zeros((5, 5), dtype=int)
        np.add.at(table, (truth - 1, said - 1), 1)
        drawn = Panel(dimension.value)
        drawn.counts(table, dimension)
        drawn.ax.set(xlabel="expected rating", ylabel="panel's mean")
        yield drawn.svg(f"confusion-{dimension}")


def _calibration(evaluation: Evaluation, reliable: Reliability) -> Iterator[str]:
    drawn = Panel("Expected rating")
    for dimension in Dimension:
        value = values(evaluation.assessments, dimension)
        truth = panel(evaluation.replies, dimension)
        rows = [r for r in np.array_split(np.argsort(value), 10) if len(r)]
        drawn.line([(value[r].mean(), truth[r].mean()) for r in rows], dimension)
    drawn.diagonal(1, 5, "expected rating", "panel's mean")
    drawn.legend()
    yield drawn.svg("calibration-value")
    drawn = Panel("Rating probabilities")
    for dimension in Dimension:
        drawn.line(_points(reliable.ratings[dimension].bins), dimension)
    drawn.diagonal(0, 1, "probability", "share of raters")
    yield drawn.svg("calibration-ratings")
    yield _risk(reliable.risk)


def _risk(calibration: Calibration) -> str:
    drawn = Panel("Risk")
    x, y = zip(*_points(calibration.bins), strict=True)
    drawn.ax.plot(x, y, "^-", color=RISK, ms=5.5)
    drawn.diagonal(0, 1, "risk", "share of raters: poor")
    return drawn.svg("calibration-risk")


def _points(bins: Sequence[Bin]) -> list[tuple[float, float]]:
    return [(b.expected, b.found) for b in bins]


def _coverage(reliable: Reliability) -> Iterator[str]:
    for dimension in Dimension:
        of = [c for c in reliable.coverage if c.dimension == dimension]
        drawn = Panel(dimension.value, height=2.7)
        drawn.band(0.88, 0.92)
        drawn.dots([c.language for c in of], [c.held for c in of], dimension)
        drawn.ax.set_xlim(min(0.7, *(c.held.low for c in of)), 1.0)
        yield drawn.svg(f"coverage-{dimension}")


def _residuals(title: str, residuals: Mapping[Dimension, Sequence[Residual]], name: str) -> str:
    drawn = Panel(title, width=5.2)
    most = max(residuals.values(), key=len)
    labels = [r.within for r in most]
    for dimension, of in residuals.items():
        points = [(float(labels.index(r.within)), r.bias) for r in of if r.within in labels]
        if points:
            drawn.line(points, dimension)
    drawn.ax.axhline(0, color=INK, lw=1, ls="--", alpha=0.6)
    drawn.ax.set_xticks(range(len(labels)), labels)
    reach = max(0.75, *(abs(y) for y in drawn.ax.get_ylim()))
    drawn.ax.set_ylim(-reach, reach)
    drawn.legend(below=True)
    return drawn.svg(name)


def _gaps(x: Examination) -> Iterator[str]:
    gaps = [g for g in x.robustness.gaps if g.language == ALL]
    for role in dict.fromkeys(g.role for g in gaps):
        drawn = Panel(f"The {role}'s name", width=5.2, height=3.0)
        for k, dimension in enumerate(Dimension):
            of = [g for g in gaps if g.role is role and g.dimension is dimension]
            labels = [g.contrast.replace(" − ", " −\n") for g in of]
            drawn.dots(labels, [g.difference for g in of], dimension, (k - 1) * 0.24)
        drawn.around_zero(0.16)
        drawn.legend(below=True)
        yield drawn.svg(f"gaps-{role}")


def _gains(x: Examination) -> Iterator[str]:
    for dimension in Dimension:
        of = [g for g in x.gains if g.measure == "Spearman" and g.dimension == dimension]
        drawn = Panel(dimension.value, height=2.7)
        drawn.dots([g.language for g in of], [g.difference for g in of], dimension)
        drawn.around_zero(0.1)
        yield drawn.svg(f"gains-{dimension}")


def _curve(points: Sequence[Mapping[str, float]]) -> str:
    drawn = Panel("Would more replies help?", width=5.2)
    for dimension in Dimension:
        drawn.line([(p["replies"], p[dimension]) for p in points], dimension)
    drawn.ax.set(xlabel="training replies", ylabel="Spearman")
    drawn.legend()
    return drawn.svg("curve")
