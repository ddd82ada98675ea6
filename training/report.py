"""Write an evaluation down: metrics.json, a Markdown report with plots, and the result tables of
the model card.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from model import Dimension
from training.evaluate import ALL, IDENTIFIED, Evaluation, Figure, Slice
from training.markdown import table, write_between
from training.plots import write_plots

CARD = Path(__file__).parent.parent / "model" / "README.md"
BEGIN, END = "<!-- results: written by tonfall-train evaluate -->", "<!-- end of results -->"
Curve = Sequence[Mapping[str, float]]
NAMES = {
    ALL: "all",
    "sv": "Swedish",
    "nb": "bokmål",
    "nn": "nynorsk",
    "da": "Danish",
    "en": "English",
}


def write_report(evaluation: Evaluation, curve: Curve, folder: Path) -> Path:
    """Write report.md, metrics.json and the plots into `folder`; returns the report's path."""
    folder.mkdir(parents=True, exist_ok=True)
    plots = write_plots(evaluation, curve, folder)
    metrics = {
        "version": evaluation.version,
        "slices": [asdict(s) for s in evaluation.slices],
        "risk": {k: asdict(v) for k, v in evaluation.risk.items()},
        "pairs": {k: asdict(v) for k, v in evaluation.pairs.items()},
        "need": {k: asdict(v) for k, v in evaluation.need.items()},
        "languages": evaluation.languages,
        "public": {k: [asdict(s) for s in v] for k, v in evaluation.public.items()},
        "learning_curve": list(curve),
    }
    (folder / "metrics.json").write_text(json.dumps(metrics, indent=1), "utf-8")
    images = "\n\n".join(f"![{caption}]({path.name})" for path, caption in plots)
    path = folder / "report.md"
    path.write_text(
        f"# Evaluation of {evaluation.version}\n\n"
        f"{result_tables(evaluation, curve)}\n## Plots\n\n{images}\n",
        "utf-8",
    )
    return path


def result_tables(evaluation: Evaluation, curve: Curve = ()) -> str:
    """The Markdown tables that report and model card share."""
    parts = [
        f"Model `{evaluation.version}`, {len(evaluation.replies)} held-out replies that no choice "
        "was made on. Brackets: 90 % bootstrap intervals over groups that belong together.",
        _slices(evaluation),
        _others(evaluation),
        _baselines(evaluation),
    ]
    if evaluation.public:
        parts.append(_public(evaluation))
    if curve:
        parts.append(_curve(curve))
    parts.append(_languages(evaluation))
    return "\n\n".join(parts) + "\n"


def update_card(evaluation: Evaluation, curve: Curve, card: Path = CARD) -> None:
    """Replace the results in the model card."""
    write_between(card, BEGIN, END, result_tables(evaluation, curve))


_HEAD = [
    "language",
    "dimension",
    "replies",
    "Spearman",
    "weighted kappa",
    "MAE",
    "90 % intervals that hold",
]


def _slices(evaluation: Evaluation) -> str:
    rows = [[NAMES[s.language], *_cells(s)] for s in evaluation.slices]
    return "### Against the panel's mean\n\n" + table(_HEAD, rows)


def _public(evaluation: Evaluation) -> str:
    rows = [
        [source if source != ALL else NAMES[s.language], *_cells(s)]
        for source, slices in evaluation.public.items()
        for s in slices
    ]
    return (
        "### Real replies of real services\n\nPublic replies that nobody wrote for this corpus, "
        "rated in the same way (data/public-ratings); none was trained on.\n\n"
    ) + table(["of", *_HEAD[1:]], rows)


def _cells(s: Slice) -> list[str]:
    return [
        s.dimension.value,
        str(s.spearman.n),
        _figure(s.spearman),
        _figure(s.kappa),
        _figure(s.mae),
        f"{_percent(s.coverage)} (width {s.width:.1f})",
    ]


def _others(evaluation: Evaluation) -> str:
    rows = [
        ["poor replies found by `risk`, AUC", NAMES[k], str(v.n), _figure(v)]
        for k, v in evaluation.risk.items()
    ]
    rows += [
        ["contrast pairs ranked right", NAMES.get(k, k), str(v.n), _percent(v)]
        for k, v in evaluation.pairs.items()
    ]
    rows += [
        ["empathy need, weighted kappa", NAMES[k], str(v.n), _figure(v)]
        for k, v in evaluation.need.items()
    ]
    return "### Risk, contrast pairs, empathy need\n\n" + table(["what", "of", "n", "figure"], rows)


def _baselines(evaluation: Evaluation) -> str:
    rows = []
    for s in evaluation.slices:
        base = s.baselines
        rows.append(
            [
                NAMES[s.language],
                s.dimension.value,
                f"{s.spearman.value:.2f} / {s.mae.value:.2f}",
                *(
                    f"{base[b]['spearman']:.2f} / {base[b]['mae']:.2f}"
                    for b in ("mean", "length", "one rater")
                ),
            ]
        )
    head = [
        "language",
        "dimension",
        "scorer",
        "the mean",
        "length only",
        "one rater against the others",
    ]
    return "### Beside three baselines (Spearman / MAE)\n\n" + table(head, rows)


def _curve(curve: Curve) -> str:
    rows = [[f"{p['replies']:.0f}", *(f"{p[d]:.3f}" for d in Dimension)] for p in curve]
    head = ["training replies", *(d.value for d in Dimension)]
    return "### Spearman by number of training replies\n\n" + table(head, rows)


def _languages(evaluation: Evaluation) -> str:
    parts = []
    for name, confusion in evaluation.languages.items():
        rows = [
            [code, *(str(counts.get(found, 0)) for found in IDENTIFIED), _right(code, counts)]
            for code, counts in confusion.items()
        ]
        parts.append(f"{name}:\n\n" + table(["written in", *IDENTIFIED, "right"], rows))
    return "### Language identification on the whole corpus\n\n" + "\n\n".join(parts)


def _right(code: str, counts: Mapping[str, int]) -> str:
    total = sum(counts.values())
    return f"{counts.get(code, 0) / total:.1%}" if total else "–"


def _figure(figure: Figure) -> str:
    return f"{figure.value:.2f} [{figure.low:.2f}, {figure.high:.2f}]"


def _percent(figure: Figure) -> str:
    return f"{figure.value:.0%} [{figure.low:.0%}, {figure.high:.0%}]"
