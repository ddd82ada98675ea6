"""The plots of the corpus check, as PNG files."""

from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from model import LANGUAGES, Dimension
from training.corpus import RatedReply
from training.coverage import LEVELS, cells
from training.ratings import alpha_by, rating_shares

mpl.use("Agg")
COLORS = {
    Dimension.EMPATHY: "#b5476d",
    Dimension.POLITENESS: "#2f7f79",
    Dimension.CLARITY: "#3a63b0",
}


def write_corpus_plots(replies: Sequence[RatedReply], folder: Path) -> list[Path]:
    """Write rating distributions, agreement and coverage of a corpus."""
    folder.mkdir(parents=True, exist_ok=True)
    return [
        _save(_distributions(replies), folder / "ratings.png"),
        _save(_agreement(replies), folder / "agreement.png"),
        _save(_coverage(replies), folder / "coverage.png"),
    ]


def _distributions(replies: Sequence[RatedReply]) -> Canvas:
    canvas, axes = _axes(1, 3, 12, 3.4)
    for ax, dimension in zip(axes, Dimension, strict=True):
        for i, code in enumerate(LANGUAGES):
            given = [r for r in replies if r.language == code]
            share = rating_shares(given, dimension) if given else np.zeros(5)
            ax.bar(np.arange(1, 6) + (i - 2) * 0.16, share, 0.15, label=code)
        ax.set(title=dimension.value, xlabel="rating")
    axes[0].set_ylabel("share of ratings")
    axes[0].legend(fontsize=8)
    return canvas


def _agreement(replies: Sequence[RatedReply]) -> Canvas:
    canvas, axes = _axes(1, 1, 6, 3.6)
    for i, dimension in enumerate(Dimension):
        alpha = [
            alpha_by([r for r in replies if r.language == code], dimension) for code in LANGUAGES
        ]
        axes[0].bar(
            np.arange(len(LANGUAGES)) + (i - 1) * 0.26,
            alpha,
            0.25,
            color=COLORS[dimension],
            label=dimension.value,
        )
    axes[0].axhline(0.75, color="#222", lw=1, ls="--")
    axes[0].set_xticks(range(len(LANGUAGES)), LANGUAGES)
    axes[0].set(ylabel="Krippendorff's alpha (ordinal)", ylim=(0, 1))
    axes[0].legend(fontsize=8, loc="lower right")
    return canvas


def _coverage(replies: Sequence[RatedReply]) -> Canvas:
    counted = cells(replies)
    names = list(next(iter(counted.values())))
    canvas, axes = _axes(1, 1, 13, 3.8)
    table = np.array([[counted[code][name] for name in names] for code in LANGUAGES])
    labels = [
        "\n".join(part[0].upper() if part != LEVELS[1] else "M" for part in name) for name in names
    ]
    _heat(axes[0], table, labels, list(LANGUAGES))
    axes[0].set_xlabel(
        "L low, M middle, H high of empathy, politeness, clarity (from top to bottom)"
    )
    return canvas


def _heat(
    ax: Axes, table: "np.ndarray[tuple[int, ...], np.dtype[np.int_]]", x: list[str], y: list[str]
) -> None:
    ax.imshow(np.sqrt(table), cmap="Blues", aspect="auto")
    most = table.max()
    for (row, column), count in np.ndenumerate(table):
        color = "white" if count > most * 0.45 else "#222"
        ax.text(column, row, str(count), ha="center", va="center", fontsize=8, color=color)
    ax.set_xticks(range(len(x)), x)
    ax.set_yticks(range(len(y)), y)


def _axes(rows: int, columns: int, width: float, height: float) -> tuple[Canvas, list[Axes]]:
    canvas = Canvas(figsize=(width, height), layout="constrained")
    return canvas, list(np.ravel(canvas.subplots(rows, columns)))


def _save(canvas: Canvas, path: Path) -> Path:
    canvas.savefig(path, dpi=110)
    return path
