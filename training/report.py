"""Write an examination down: report.html for people, metrics.json for programs, and the results in
the model card.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, is_dataclass, replace
from datetime import date
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from model import Dimension
from training import tables, trust_tables
from training.bars import Verdict
from training.charts import charts
from training.examination import Examination, Miss
from training.markdown import table, write_between
from training.slices import NAMES
from training.tables import Table

CARD = Path(__file__).parent.parent / "model" / "README.md"
BEGIN, END = "<!-- results: written by tonfall-train evaluate -->", "<!-- end of results -->"
_TEMPLATES = Path(__file__).parent / "templates"


def write_report(
    examination: Examination, folder: Path, *, made: date, with_text: bool = True
) -> Path:
    """Write report.html and metrics.json into `folder`; returns the report's path.

    The report quotes the replies of the worst errors unless `with_text` is false; metrics.json
    never holds text.
    """
    folder.mkdir(parents=True, exist_ok=True)
    metrics = json.dumps(_metrics(examination), indent=1, allow_nan=False)
    (folder / "metrics.json").write_text(metrics + "\n", "utf-8")
    path = folder / "report.html"
    path.write_text(_html(examination, made, with_text), "utf-8")
    return path


def update_card(examination: Examination, card: Path = CARD) -> None:
    """Replace the results in the model card."""
    write_between(card, BEGIN, END, result_tables(examination))


def result_tables(x: Examination) -> str:
    """The tables of the model card, in Markdown."""
    shown = [
        tables.bars_table(x),
        tables.slices_table(x),
        tables.others_table(x),
        tables.baselines_table(x),
        trust_tables.changes_table(x),
        trust_tables.rises_table(x),
        trust_tables.gaps_table(x),
        trust_tables.reliability_table(x),
        trust_tables.behaviors_table(x),
        trust_tables.odd_table(x),
        tables.public_table(x),
        tables.gains_table(x),
        tables.steps_by_language_table(x) if len(x.steps) > 1 else None,
        tables.curve_table(x),
        *trust_tables.language_tables(x),
    ]
    opening = (
        f"Model `{x.evaluation.version}`, {len(x.evaluation.replies)} held-out replies that no "
        "choice was made on. Brackets: 90 % intervals, by bootstrap over groups that belong "
        "together, of shares by Wilson's formula."
    )
    return "\n\n".join([opening, *(_markdown(t) for t in shown if t and t.rows)]) + "\n"


def _markdown(shown: Table) -> str:
    note = f"{shown.note}\n\n" if shown.note else ""
    return f"### {shown.caption}\n\n{note}{table(shown.head, shown.rows)}"


def _html(x: Examination, made: date, with_text: bool) -> str:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    drawn = {
        name: replace(chart, panels=[Markup(svg) for svg in chart.panels])  # noqa: S704
        for name, chart in charts(x).items()
    }
    judged = [bar for bar in x.bars if bar.verdict is not Verdict.UNMEASURED]
    return environment.get_template("report.html").render(
        x=x,
        made=made,
        with_text=with_text,
        charts=drawn,
        tables=tables,
        trust=trust_tables,
        judged=judged,
        met=[bar for bar in judged if bar.verdict is not Verdict.MISSED],
        missed=[bar for bar in judged if bar.verdict is Verdict.MISSED],
        names=NAMES,
        dimensions=list(Dimension),
        styles=Markup((_TEMPLATES / "report.css").read_text("utf-8")),  # noqa: S704
        script=Markup((_TEMPLATES / "report.js").read_text("utf-8")),  # noqa: S704
    )


def _metrics(x: Examination) -> object:
    """Every figure as JSON: no text, null for what could not be measured."""
    e = x.evaluation
    return _plain(
        {
            "version": e.version,
            "seed": x.seed,
            "replies": len(e.replies),
            "bars": x.bars,
            "slices": e.slices,
            "risk": e.risk,
            "pairs": e.pairs,
            "need": e.need,
            "parts": x.parts,
            "robustness": x.robustness,
            "reliability": x.reliability,
            "behaviors": x.behaviors,
            "public": x.public,
            "languages": x.languages,
            "steps": [
                {
                    "name": s.name,
                    "version": s.version,
                    "ms_a_reply": s.ms_a_reply,
                    "slices": s.slices,
                    "risk": s.risk,
                    "pairs": s.pairs,
                }
                for s in x.steps
            ],
            "against": x.against,
            "gains": x.gains,
            "worst": [_miss(m) for m in x.worst],
            "learning_curve": {"points": x.curve.points, "reason": x.curve.reason},
        }
    )


def _miss(miss: Miss) -> Mapping[str, object]:
    score = miss.assessment.scores[miss.dimension]
    return {
        "id": miss.reply.id,
        "dimension": miss.dimension,
        "value": score.value,
        "interval": score.interval,
        "panel": miss.reply.mean[miss.dimension],
    }


def _plain(value: object) -> object:
    if is_dataclass(value) and not isinstance(value, type):
        value = asdict(value)
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    return None if isinstance(value, float) and math.isnan(value) else value
