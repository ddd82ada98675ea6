"""The tables that say how far a scorer can be trusted: robustness, calibration, behaviors,
languages.
"""

from collections.abc import Mapping

from model import Dimension, Status
from training.bars import number, percent
from training.examination import Examination
from training.identification import IDENTIFIED
from training.robustness import AIM, BAR, RISE
from training.slices import ALL, NAMES
from training.tables import Table, signed


def changes_table(x: Examination) -> Table:
    """What changes that must not matter do to the values."""
    rows = [
        [
            c.what,
            str(c.replies),
            percent(c.within_bar),
            percent(c.within_aim),
            f"{c.largest:.2f}",
            *(f"{c.mean[d]:.2f}" for d in Dimension),
        ]
        for c in x.robustness.changes
    ]
    return Table(
        caption="Changed in what must not matter",
        note="Held-out replies with something swapped or added. A reply counts where none of its "
        "values moved further. The last columns: how far values moved on average.",
        head=["changed", "replies", f"within {BAR}", f"within {AIM}", "furthest", *Dimension],
        rows=rows,
    )


def odd_table(x: Examination) -> Table:
    """How much of what is no reply is flagged, and of what is one."""
    return Table(
        caption="Text that is no reply",
        note="The share flagged as out of distribution or as in no language that is scored; "
        "of the replies, the held-out ones, none should be.",
        head=["text", "texts", "flagged"],
        rows=[[f.kind, str(f.share.n), percent(f.share)] for f in x.odd],
    )


def rises_table(x: Examination) -> Table:
    """What stock phrases do to the values."""
    rows = [
        [
            r.what,
            NAMES[r.language],
            str(r.at_most.n),
            percent(r.at_most),
            f"{r.largest:+.2f}",
            *(f"{r.mean[d]:+.2f}" for d in Dimension),
        ]
        for r in x.robustness.rises
    ]
    return Table(
        caption="A stock phrase added",
        note="The share of replies in which no dimension rises by more than the limit, the "
        "furthest rise, and how values moved on average. A second phrase is added on top of one, "
        "a third on top of two.",
        head=["added", "language", "replies", f"rise at most {RISE}", "furthest", *Dimension],
        rows=rows,
    )


def gaps_table(x: Examination, *, languages: bool = False) -> Table:
    """Differences between names of two groups, in all languages together or by language."""
    rows = [
        [
            g.role.value,
            g.contrast,
            NAMES[g.language],
            g.dimension.value,
            str(g.difference.n),
            signed(g.difference),
        ]
        for g in x.robustness.gaps
        if (g.language != ALL) is languages
    ]
    return Table(
        caption="Names by group" + (", by language" if languages else ""),
        note="Mean signed difference of values in the same replies (90 % interval).",
        head=["whose name", "groups", "language", "dimension", "replies", "difference"],
        rows=rows,
    )


def reliability_table(x: Examination) -> Table:
    """Calibration of the probabilities, and what a missing customer message costs."""
    r = x.reliability
    without = {w.dimension: w for w in r.without_message}
    rows = []
    for d in Dimension:
        row = [d.value, f"{r.ratings[d].error:.3f}", f"{r.ranked_probability_score[d]:.3f}"]
        if w := without.get(d):
            row += [
                f"{percent(w.held)} → {percent(w.held_without)}",
                f"{w.width:.1f} → {w.width_without:.1f}",
                f"{w.spearman:.2f} → {w.spearman_without:.2f}",
            ]
        rows.append(row + ["–"] * (6 - len(row)))
    rows.append(["risk", f"{r.risk.error:.3f}", *["–"] * 4])
    return Table(
        caption="Calibration, and the customer message taken away",
        note="Calibration error: mean distance of probability and share of raters over ten bins "
        "(0 is perfect). After the arrows: the same replies without their message.",
        head=[
            "of",
            "calibration error",
            "ranked probability score",
            "intervals that hold",
            "width",
            "Spearman",
        ],
        rows=rows,
    )


def coverage_table(x: Examination) -> Table:
    """How often intervals hold, by language and dimension."""
    rows = [
        [NAMES[c.language], c.dimension, str(c.held.n), percent(c.held), f"{c.width:.2f}"]
        for c in x.reliability.coverage
    ]
    head = ["language", "dimension", "replies", "hold", "width"]
    return Table(caption="90 % intervals that hold (Wilson intervals)", head=head, rows=rows)


def residuals_table(x: Examination) -> Table:
    """Where errors lie: by expected rating and by length."""
    rows = [
        [d.value, by, r.within, str(r.n), f"{r.bias:+.2f}", f"{r.mae:.2f}"]
        for by, of in (("rating", x.reliability.by_value), ("words", x.reliability.by_words))
        for d in Dimension
        for r in of[d]
    ]
    head = ["dimension", "by", "within", "replies", "bias", "MAE"]
    return Table(caption="Residuals by expected rating and by words", head=head, rows=rows)


def statuses_table(x: Examination) -> Table:
    """How many scores may be acted on."""
    rows = [
        [d.value, *(f"{counts[s] / counts.total():.0%}" for s in Status)]
        for d, counts in x.reliability.statuses.items()
    ]
    head = ["dimension", *(s.value.replace("_", " ") for s in Status)]
    return Table(caption="Statuses of the scores", head=head, rows=rows)


def behaviors_table(x: Examination) -> Table:
    """How well behaviors are found in sentences."""
    rows = [
        [
            b.behavior.value,
            str(b.sentences),
            number(b.average_precision),
            number(b.f1),
            f"{b.readers_f1:.2f}",
        ]
        for b in x.behaviors
    ]
    head = ["behavior", "sentences", "average precision", "F1 at 0.5", "F1 of the readers"]
    return Table(caption="Behaviors found in sentences", head=head, rows=rows)


def language_tables(x: Examination) -> list[Table]:
    """Identified against true languages."""
    return [
        Table(
            caption=f"Language identification: {name}",
            head=["written in", *IDENTIFIED, "right"],
            rows=[
                [code, *(str(counts.get(found, 0)) for found in IDENTIFIED), _right(code, counts)]
                for code, counts in confusion.items()
            ],
        )
        for name, confusion in x.languages.items()
    ]


def _right(code: str, counts: Mapping[str, int]) -> str:
    total = sum(counts.values())
    return f"{counts.get(code, 0) / total:.1%}" if total else "–"
