"""The results as a table in README.md and a drawing beside it; no number is typed by hand."""

import io
from collections.abc import Mapping
from pathlib import Path

import matplotlib as mpl
from matplotlib.figure import Figure as Canvas

from tests.benchmark.figures import Figures
from tests.benchmark.measure import ALONE
from tests.benchmark.results import Results
from training.markdown import table, write_between

BEGIN, END = "<!-- results: written by make bench -->", "<!-- end of results -->"
DRAWING = "latency.svg"
WRITING = "1 writing", "4 writing", "16 writing"
_COLUMNS = {
    "replies/s": "replies/s",
    "outside the model, %": "outside the model",
    "all processes, MB": "memory, MB",
    "start to ready, s": "start, s",
}


def markdown(results: Results) -> str:
    """Everything between the markers of README.md."""
    installed = ", ".join(f"{name} {number}" for name, number in results.versions.items())
    head = ["", *(f"{name}, ms" for name in (ALONE, *WRITING)), *_COLUMNS.values()]
    alone = [[name, f"{value:,.1f}"] for name, value in results.model.items()]
    parts = [
        f"{results.date}, {results.hardware} ({results.cores}); {results.model_version}; "
        f"{installed}. Latency is p50 / p95.",
        table(head, [[name, *_cells(row)] for name, row in results.servers.items()]),
        *(f"Not measured: {name} ({reason})." for name, reason in results.not_run.items()),
        f"![p50 as a mark, p95 at the end of its line, by server and number of writers]({DRAWING})",
        "The model by itself, in one process on one core:",
        table(["", "median"], alone),
    ]
    return "\n\n".join(parts)


def _cells(row: Figures) -> list[str]:
    cells = []
    for name in (ALONE, *WRITING):
        pair = [row.get(f"{name}, {p} ms") for p in ("p50", "p95")]
        cells.append(" / ".join(f"{ms:,.1f}" for ms in pair if ms is not None) or "–")
    for name in _COLUMNS:
        value = row.get(name)
        unit = " %" if name.endswith("%") else ""
        cells.append("–" if value is None else f"{value:,.{0 if value >= 20 else 1}f}{unit}")
    return cells


def draw(servers: Mapping[str, Figures]) -> str:
    """p50 and p95 of each server by number of writers, as SVG."""
    rows = {name: row for name, row in servers.items() if f"{WRITING[0]}, p50 ms" in row}
    with mpl.rc_context({"svg.hashsalt": "tonfall", "svg.fonttype": "none", "font.size": 9.5}):
        canvas = Canvas(figsize=(7.6, 0.6 * len(rows) + 1.3), layout="constrained")
        ax = canvas.subplots()
        styles = zip(WRITING, "osD", ("#3a63b0", "#2f7f79", "#b5476d"), strict=True)
        for i, (load, marker, color) in enumerate(styles):
            y = [place + (i - 1) * 0.22 for place in range(len(rows))]
            p50, p95 = ([row[f"{load}, {p} ms"] for row in rows.values()] for p in ("p50", "p95"))
            ax.hlines(y, p50, p95, color=color, lw=1.5)
            ax.plot(p50, y, marker, color=color, label=load)
        ax.set_yticks(range(len(rows)), list(rows))
        ax.invert_yaxis()
        ax.set(xscale="log", xlabel="milliseconds until the answer: p50 (mark) to p95 (line)")
        ax.xaxis.set_major_formatter("{x:g}")
        ax.grid(axis="x", which="both", lw=0.4)
        canvas.legend(loc="outside lower center", ncols=len(WRITING), frameon=False)
        return _svg(canvas)


def _svg(canvas: Canvas) -> str:
    out = io.StringIO()
    canvas.savefig(out, format="svg", metadata={"Date": None})
    return out.getvalue()


def write(folder: Path, text: str, drawing: str) -> None:
    """Put the results into README.md, and the drawing beside it."""
    (folder / DRAWING).write_text(drawing, "utf-8")
    write_between(folder / "README.md", BEGIN, END, text)
