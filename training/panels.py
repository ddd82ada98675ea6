"""One small SVG drawing that takes its colors from the page it stands in.

Matplotlib draws with stand-in colors; each becomes a CSS variable, so that one drawing serves light
and dark mode. Dimensions differ by the shape of their markers as well as by color.
"""

import io
import re
from collections.abc import Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure as Canvas
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from model import Dimension
from training.metrics import Figure

mpl.use("Agg")
INK = "#010101"
RISK = "#070707"
_LINE, _BAND = "#020202", "#030303"
COLORS = {
    Dimension.EMPATHY: "#040404",
    Dimension.POLITENESS: "#050505",
    Dimension.CLARITY: "#060606",
}
MARKERS = {Dimension.EMPATHY: "o", Dimension.POLITENESS: "s", Dimension.CLARITY: "D"}
_VARIABLES = {
    INK: "currentColor",
    RISK: "var(--risk)",
    _LINE: "var(--line)",
    _BAND: "var(--band)",
    **{color: f"var(--{dimension})" for dimension, color in COLORS.items()},
}
_STYLE: Any = {  # the stubs want every key as a literal
    "svg.fonttype": "none",
    "svg.hashsalt": "tonfall",
    "font.size": 9.5,
    "axes.edgecolor": _LINE,
    "axes.labelcolor": INK,
    "axes.titlesize": 10.5,
    "axes.titlecolor": INK,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": _LINE,
    "grid.linewidth": 0.6,
    "xtick.color": INK,
    "ytick.color": INK,
}


class Panel:
    """One set of axes; `svg` yields the drawing."""

    def __init__(self, title: str, width: float = 4.1, height: float = 3.1) -> None:
        with mpl.rc_context(_STYLE):
            self._canvas = Canvas(figsize=(width, height), layout="constrained")
            self.ax = self._canvas.subplots()
            self.ax.set_title(title)
        self._canvas.patch.set_visible(False)
        self.ax.patch.set_visible(False)

    def dots(
        self,
        labels: Sequence[str],
        figures: Sequence[Figure],
        dimension: Dimension,
        shift: float = 0.0,
    ) -> None:
        """One row a label, the first on top: a dot with its interval."""
        x = np.array([f.value for f in figures])
        low, high = (np.array([getattr(f, end) for f in figures]) for end in ("low", "high"))
        self.ax.errorbar(
            x,
            np.arange(len(figures)) + shift,
            xerr=np.maximum([x - low, high - x], 0),
            fmt=MARKERS[dimension],
            ms=5.5,
            lw=1.8,
            color=COLORS[dimension],
            label=dimension.value,
        )
        self.ax.set_yticks(range(len(labels)), labels)
        self.ax.set_ylim(len(labels) - 0.4, -0.6)

    def line(self, points: Sequence[tuple[float, float]], dimension: Dimension) -> None:
        """Points joined by a line."""
        x, y = zip(*points, strict=True)
        color, marker = COLORS[dimension], f"{MARKERS[dimension]}-"
        self.ax.plot(x, y, marker, color=color, ms=4.5, lw=1.4, label=dimension.value)

    def band(self, low: float, high: float) -> None:
        """What lies within the bar."""
        self.ax.axvspan(low, high, color=_BAND, lw=0)

    def diagonal(self, low: float, high: float, x: str, y: str) -> None:
        """Where expectation and finding are the same."""
        self.ax.plot([low, high], [low, high], color=INK, lw=1, ls="--", alpha=0.6)
        self.ax.set(xlabel=x, ylabel=y, xlim=(low, high), ylim=(low, high))

    def around_zero(self, least: float) -> None:
        """A line at zero in the middle, and at least so much to both sides."""
        reach = max(least, *(abs(x) for x in self.ax.get_xlim()))
        self.ax.set_xlim(-reach, reach)
        self.ax.axvline(0, color=INK, lw=1, ls="--", alpha=0.6)

    def counts(self, table: NDArray[np.int_], dimension: Dimension) -> None:
        """Counts (5, 5) by rating, the more the darker."""
        self.ax.grid(visible=False)
        for (row, column), count in np.ndenumerate(table):
            shade = 0.6 * float(np.sqrt(count / max(table.max(), 1)))
            place = (column + 0.5, row + 0.5)
            color = COLORS[dimension]
            self.ax.add_patch(Rectangle(place, 1, 1, facecolor=color, alpha=shade, lw=0))
            self.ax.text(column + 1, row + 1, str(count), color=INK, ha="center", va="center")
        self.ax.set(xlim=(0.5, 5.5), ylim=(0.5, 5.5))

    def legend(self, *, below: bool = False) -> None:
        """What the markers mean, in a corner or below the axes."""
        place: dict[str, Any] = (
            {"loc": "upper center", "bbox_to_anchor": (0.45, -0.08)} if below else {}
        )
        columns = 3 if below else 1
        self.ax.legend(ncols=columns, frameon=False, labelcolor=INK, fontsize=8.5, **place)

    def svg(self, name: str) -> str:
        """The drawing as an SVG element whose ids start with `name`."""
        buffer = io.StringIO()
        with mpl.rc_context(_STYLE):
            self._canvas.savefig(buffer, format="svg", metadata={"Date": None})
        text = buffer.getvalue()
        text = re.sub(r"(?s)<metadata>.*?</metadata>", "", text[text.index("<svg") :])
        text = re.sub(r'(\bid="|href="#|url\(#)', rf"\g<1>{name}-", text)
        text = text.replace("<svg ", '<svg aria-hidden="true" ', 1)
        for color, variable in _VARIABLES.items():
            text = text.replace(color, variable)
        return text
