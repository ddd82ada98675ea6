"""The tables that report and model card share: an examination in, rows of text out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from model import LANGUAGES, Channel, Dimension, Need
from training.bars import number, percent
from training.examination import Examination
from training.metrics import Figure
from training.slices import ALL, LEAST_REPLIES, NAMES, Slice, by_part


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows of text under a head; `caption` says what they are, `note` how to read them."""

    caption: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    note: str = ""


def bars_table(x: Examination) -> Table:
    """Every bar, and whether it is reached."""
    rows = [
        [b.question, b.what, b.asked, b.aimed, b.found, b.weakest, b.reached, b.verdict.value]
        for b in x.bars
    ]
    head = ["question", "measure", "bar", "aim", "found", "weakest", "reach the bar", "verdict"]
    return Table(caption="Is it good enough?", head=head, rows=rows)


def slices_table(x: Examination) -> Table:
    """Results by language and dimension."""
    rows = [[NAMES[s.language], *_cells(s)] for s in x.evaluation.slices]
    return Table(caption="Against the panel's mean", head=["language", *_HEAD], rows=rows)


def public_table(x: Examination) -> Table:
    """Results on real replies."""
    rows = [
        [source if source != ALL else NAMES[s.language], *_cells(s)]
        for source, of in x.public.items()
        for s in of
    ]
    return Table(
        caption="Real replies of real services",
        note="Public replies that nobody wrote for this corpus, rated in the same way "
        "(data/public-ratings); none was trained on.",
        head=["of", *_HEAD],
        rows=rows,
    )


_HEAD = (
    "dimension",
    "replies",
    "Spearman",
    "weighted kappa",
    "MAE",
    "90 % intervals that hold",
    "width",
)


def _cells(s: Slice) -> list[str]:
    return [
        s.dimension.value,
        str(s.spearman.n),
        number(s.spearman),
        number(s.kappa),
        number(s.mae),
        percent(s.coverage),
        f"{s.width:.1f}",
    ]


def others_table(x: Examination) -> Table:
    """Risk, contrast pairs and empathy need."""
    kinds: Sequence[tuple[str, Mapping[str, Figure], Callable[[Figure], str]]] = (
        ("poor replies found by `risk`, AUC", x.evaluation.risk, number),
        ("contrast pairs ranked right", x.evaluation.pairs, percent),
        ("empathy need, weighted kappa", x.evaluation.need, number),
    )
    rows = [
        [what, NAMES.get(k, k), str(f.n), shown(f)]
        for what, figures, shown in kinds
        for k, f in figures.items()
    ]
    head = ["what", "of", "n", "figure"]
    return Table(caption="Risk, contrast pairs, empathy need", head=head, rows=rows)


def baselines_table(x: Examination) -> Table:
    """The scorer beside three baselines."""
    rows = []
    for s in x.evaluation.slices:
        named = [s.baselines[b] for b in ("mean", "length", "one rater")]
        figures = [f"{b['spearman']:.2f} / {b['mae']:.2f}" for b in named]
        own = f"{s.spearman.value:.2f} / {s.mae.value:.2f}"
        rows.append([NAMES[s.language], s.dimension.value, own, *figures])
    return Table(
        caption="Beside three baselines (Spearman / MAE)",
        head=[
            "language",
            "dimension",
            "scorer",
            "the mean",
            "length only",
            "one rater against the others",
        ],
        rows=rows,
    )


def parts_tables(x: Examination) -> list[Table]:
    """Spearman by channel and by empathy need, one table a dimension."""
    measured = {(s.language, s.part, s.dimension): s.spearman for s in x.parts}
    counted = by_part(x.evaluation.replies)

    def cell(language: str, part: str, dimension: Dimension) -> str:
        n = len(counted[language, part])
        found = measured.get((language, part, dimension))
        return f"{number(found)} ({n})" if found else f"too few ({n})"

    return [
        Table(
            caption=f"Spearman on {d} by channel and by empathy need",
            note=f"In round brackets the replies; under {LEAST_REPLIES} are too few to measure.",
            head=["part", *(NAMES[language] for language in (ALL, *LANGUAGES))],
            rows=[
                [
                    part.replace("_", " ") if part in tuple(Channel) else f"need: {part}",
                    *(cell(language, part, d) for language in (ALL, *LANGUAGES)),
                ]
                for part in (*(c.value for c in Channel), *(n.value for n in Need))
            ],
        )
        for d in Dimension
    ]


def gains_table(x: Examination) -> Table:
    """Differences from the current scorer."""
    rows = [
        [g.measure, NAMES[g.language], g.dimension, signed(g.difference), g.verdict]
        for g in x.gains
    ]
    return Table(
        caption=f"This scorer minus {x.against}, on the same replies",
        note="Paired bootstrap; more is better in every line.",
        head=["measure", "language", "dimension", "difference", "verdict"],
        rows=rows,
    )


def steps_table(x: Examination) -> Table:
    """All scorers side by side, in all languages together."""
    rows = []
    for s in x.steps:
        pooled = [p for p in s.slices if p.language == ALL]
        rows.append(
            [
                s.name,
                *(number(p.spearman) for p in pooled),
                *(f"{p.kappa.value:.2f}" for p in pooled),
                number(s.risk),
                percent(s.pairs) if s.pairs else "–",
            ]
        )
    return Table(
        caption="Scorers side by side on the same replies",
        head=[
            "scorer",
            *(f"{d}, Spearman" for d in Dimension),
            *(f"{d}, kappa" for d in Dimension),
            "risk, AUC",
            "contrast pairs",
        ],
        rows=rows,
    )


def steps_by_language_table(x: Examination) -> Table:
    """Spearman of all scorers by language and dimension."""
    rows = [
        [NAMES[s.language], s.dimension.value]
        + [f"{step.slices[i].spearman.value:.2f}" for step in x.steps]
        for i, s in enumerate(x.steps[-1].slices)
    ]
    return Table(
        caption="Spearman of each scorer by language and dimension",
        head=["language", "dimension", *(s.name for s in x.steps)],
        rows=rows,
    )


def curve_table(x: Examination) -> Table:
    """The learning curve."""
    rows = [[f"{p['replies']:.0f}", *(f"{p[d]:.3f}" for d in Dimension)] for p in x.curve.points]
    return Table(
        caption="Spearman by number of training replies",
        note=x.curve.reason,
        head=["training replies", *Dimension],
        rows=rows,
    )


def signed(figure: Figure) -> str:
    """A difference with its interval."""
    return f"{figure.value:+.3f} [{figure.low:+.3f}, {figure.high:+.3f}]"
