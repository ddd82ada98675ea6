"""The plots of corpus check and evaluation report, as PNG files."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from model import LANGUAGES, Dimension
from training.corpus import RatedReply, is_poor
from training.coverage import LEVELS, cells
from training.evaluate import Evaluation, panel, values
from training.ratings import alpha_by, rating_shares

mpl.use("Agg")
COLORS = {
    Dimension.EMPATHY: "#b5476d",
    Dimension.POLITENESS: "#2f7f79",
    Dimension.CLARITY: "#3a63b0",
}
_BASELINES = {"mean": "the mean", "length": "length only", "one rater": "one rater"}


def write_plots(
    evaluation: Evaluation, curve: Sequence[Mapping[str, float]], folder: Path
) -> list[tuple[Path, str]]:
    """Write the plots of an evaluation; returns each path with its caption."""
    drawn = [
        (
            "by-language.png",
            "Spearman by language and dimension, beside the baselines",
            _by_language(evaluation),
        ),
        (
            "reliability.png",
            "Expected rating against the panel's mean, and risk against the share of poor ratings",
            _reliability(evaluation),
        ),
        ("residuals.png", "Residuals by language", _residuals(evaluation)),
        ("confusion.png", "Rounded expected rating by rounded panel mean", _confusion(evaluation)),
    ]
    if curve:
        drawn.append(
            ("learning-curve.png", "Spearman by number of training replies", _learning_curve(curve))
        )
    return [(_save(canvas, folder / name), caption) for name, caption, canvas in drawn]


def write_corpus_plots(replies: Sequence[RatedReply], folder: Path) -> list[Path]:
    """Write rating distributions, agreement and coverage of a corpus."""
    folder.mkdir(parents=True, exist_ok=True)
    return [
        _save(_distributions(replies), folder / "ratings.png"),
        _save(_agreement(replies), folder / "agreement.png"),
        _save(_coverage(replies), folder / "coverage.png"),
    ]


def _by_language(evaluation: Evaluation) -> Canvas:
    canvas, axes = _axes(1, 3, 12, 3.8)
    for ax, dimension in zip(axes, Dimension, strict=True):
        slices = [s for s in evaluation.slices if s.dimension is dimension]
        x = np.arange(len(slices))
        y = np.array([s.spearman.value for s in slices])
        error = [
            [s.spearman.value - s.spearman.low for s in slices],
            [s.spearman.high - s.spearman.value for s in slices],
        ]
        ax.bar(x, y, 0.6, color=COLORS[dimension], alpha=0.85, label="scorer")
        ax.errorbar(x, y, np.maximum(error, 0), fmt="none", ecolor="#222", capsize=3)
        for marker, (name, label) in zip("_sD", _BASELINES.items(), strict=True):
            ax.scatter(
                x,
                [s.baselines[name]["spearman"] for s in slices],
                marker=marker,
                color="#222",
                s=28,
                label=label,
                zorder=3,
            )
        ax.set_xticks(x, [s.language for s in slices])
        ax.set_title(dimension.value)
        ax.set_ylim(-0.2, 1)
    axes[0].set_ylabel("Spearman with the panel's mean")
    axes[0].legend(fontsize=7, loc="lower right")
    return canvas


def _reliability(evaluation: Evaluation) -> Canvas:
    canvas, axes = _axes(1, 2, 9, 4)
    for dimension in Dimension:
        value, truth = (
            values(evaluation.assessments, dimension),
            panel(evaluation.replies, dimension),
        )
        x, y = _binned(value, truth, 10)
        axes[0].plot(x, y, "o-", color=COLORS[dimension], label=dimension.value)
    axes[0].plot([1, 5], [1, 5], color="#999", lw=1, ls="--")
    axes[0].set(xlabel="expected rating", ylabel="panel's mean", xlim=(1, 5), ylim=(1, 5))
    axes[0].legend(fontsize=8)
    risk = np.array([a.risk for a in evaluation.assessments])
    x, y = _binned(risk, np.array([is_poor(r) for r in evaluation.replies]), 10)
    axes[1].plot(x, y, "o-", color="#7a4b1e")
    axes[1].plot([0, 1], [0, 1], color="#999", lw=1, ls="--")
    axes[1].set(xlabel="risk", ylabel="share of raters who found it poor", xlim=(0, 1), ylim=(0, 1))
    return canvas


def _residuals(evaluation: Evaluation) -> Canvas:
    canvas, axes = _axes(1, 3, 12, 3.6)
    language = np.array([r.language for r in evaluation.replies])
    for ax, dimension in zip(axes, Dimension, strict=True):
        residual = values(evaluation.assessments, dimension) - panel(evaluation.replies, dimension)
        shown = [code for code in LANGUAGES if (language == code).any()]
        parts = ax.violinplot([residual[language == code] for code in shown], showmedians=True)
        for body in parts["bodies"]:  # type: ignore[attr-defined]
            body.set_facecolor(COLORS[dimension])
        ax.axhline(0, color="#999", lw=1)
        ax.set_xticks(range(1, len(shown) + 1), shown)
        ax.set_title(dimension.value)
        ax.set_ylim(-4, 4)
    axes[0].set_ylabel("expected rating − panel's mean")
    return canvas


def _confusion(evaluation: Evaluation) -> Canvas:
    canvas, axes = _axes(1, 3, 11, 3.9)
    for ax, dimension in zip(axes, Dimension, strict=True):
        said, truth = (
            np.clip(np.floor(x + 0.5), 1, 5).astype(int)
            for x in (
                values(evaluation.assessments, dimension),
                panel(evaluation.replies, dimension),
            )
        )
        table = np.zeros((5, 5), dtype=int)
        np.add.at(table, (truth - 1, said - 1), 1)
        _heat(ax, table, [str(k) for k in range(1, 6)], [str(k) for k in range(1, 6)])
        ax.set(title=dimension.value, xlabel="expected rating", ylabel="panel's mean")
    return canvas


def _learning_curve(curve: Sequence[Mapping[str, float]]) -> Canvas:
    canvas, axes = _axes(1, 1, 6, 4)
    for dimension in Dimension:
        axes[0].plot(
            [p["replies"] for p in curve],
            [p[dimension] for p in curve],
            "o-",
            color=COLORS[dimension],
            label=dimension.value,
        )
    axes[0].set(xlabel="training replies", ylabel="Spearman on the test split", xscale="log")
    axes[0].legend(fontsize=8)
    axes[0].grid(alpha=0.3)
    return canvas


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


def _binned(
    x: "np.ndarray[tuple[int, ...], np.dtype[np.float64]]",
    y: "np.ndarray[tuple[int, ...], np.dtype[np.float64]]",
    bins: int,
) -> tuple[list[float], list[float]]:
    order = np.array_split(np.argsort(x), min(bins, len(x)))
    return [float(x[rows].mean()) for rows in order], [float(y[rows].mean()) for rows in order]


def _axes(rows: int, columns: int, width: float, height: float) -> tuple[Canvas, list[Axes]]:
    canvas = Canvas(figsize=(width, height), layout="constrained")
    return canvas, list(np.ravel(canvas.subplots(rows, columns)))


def _save(canvas: Canvas, path: Path) -> Path:
    canvas.savefig(path, dpi=110)
    return path
