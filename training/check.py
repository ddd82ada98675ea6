"""Everything about a corpus that can be wrong, in one report."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from model import LANGUAGES, Dimension
from training.corpus import RatedReply, load_corpus
from training.coverage import Line, cells, compare, read_plan
from training.duplicates import Overlap, near_copies, overlaps, shared_openings
from training.markdown import table, write_between
from training.personal import personal_data
from training.ratings import alpha_by, need_alpha, rating_shares, reader_f1
from training.splits import Split, parts, splits

BEGIN, END = "<!-- figures: written by tonfall-train check --card -->", "<!-- end of figures -->"
PLAN = "plan.toml"
REPLIES = "replies"
_NEAR_COPY = 0.5
"""More of a reply's 4-grams than this in one other reply, and it is a near copy of that one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CorpusReport:
    """A corpus that can be read, what is wrong in it, and what its plan asks for.

    `notes` is what would be wrong in a corpus that is published, in one that has no plan.
    """

    replies: Sequence[RatedReply]
    faults: Sequence[str]
    plan: Sequence[Line]
    notes: Sequence[str] = ()

    @property
    def is_sound(self) -> bool:
        """True where there is no fault and the plan is met."""
        return not self.faults and all(line.is_met for line in self.plan)


def check_corpus(data: Path) -> CorpusReport:
    """Check data/replies against the schema, the plan and itself; CorpusError where it cannot be
    read.
    """
    replies = load_corpus(data / REPLIES if (data / REPLIES).is_dir() else data)
    personal = [f"{r.where}: {fault}" for r in replies for fault in personal_data(r)]
    repeated = _repeated_replies(replies)
    if not (data / PLAN).is_file():
        notes = personal + repeated + [_overlap(o) for o in leaks(replies)]
        return CorpusReport(replies=replies, faults=[], plan=[], notes=notes)
    plan = read_plan(data / PLAN)
    alike = [_overlap(o) for o in overlaps(replies, plan["most"]["overlap"])]
    return CorpusReport(
        replies=replies, faults=personal + alike + repeated, plan=list(compare(replies, plan))
    )


def leaks(replies: Sequence[RatedReply]) -> list[Overlap]:
    """The held-out replies that are near copies of one in the train split: they flatter every
    figure.
    """
    of = parts(replies)
    held_out = of[Split.CALIBRATION] + of[Split.TEST]
    return near_copies(held_out, of[Split.TRAIN], _NEAR_COPY)


def tables(report: CorpusReport) -> list[tuple[str, list[str], list[list[str]]]]:
    """Title, head and rows of what a person reads: counts, agreement, levels, the plan."""
    by_language = {code: [r for r in report.replies if r.language == code] for code in LANGUAGES}
    split = Counter(
        (r.language, s) for r, s in zip(report.replies, splits(report.replies), strict=True)
    )
    openings = shared_openings(report.replies)
    counts, agreement, levels = [], [], []
    for code, replies in by_language.items():
        if not replies:
            continue
        sizes = [str(split[code, s]) for s in Split]
        tagged = sum(r.behaviors is not None for r in replies)
        sets = len({r.contrast_set for r in replies if r.contrast_set})
        counted = cells(replies)[code]
        shared = f"{len(openings.get(code, ())) / len(replies):.1%}"
        ratings = sum(len(r.ratings) for r in replies)
        counts.append(
            [
                code,
                str(len(replies)),
                str(ratings),
                *sizes,
                str(sets),
                str(tagged),
                str(min(counted.values())),
                shared,
            ]
        )
        alphas = [*(alpha_by(replies, d) for d in Dimension), need_alpha(replies)]
        agreement.append([code, *(_figure(alpha, ".3f") for alpha in alphas)])
        for dimension in Dimension:
            shares = rating_shares(replies, dimension)
            levels.append([code, dimension.value, *(f"{share:.0%}" for share in shares)])
    head = [
        "language",
        "replies",
        "ratings",
        *(s.value for s in Split),
        "contrast sets",
        "tagged",
        "emptiest cell",
        "shared openings",
    ]
    behaviors = [
        [tag, str(count), f"{f1:.2f}" if count else "–"]
        for tag, (f1, count) in sorted(reader_f1(report.replies).items(), key=lambda t: -t[1][1])
        if any(r.behaviors is not None for r in report.replies)
    ]
    near = [] if report.plan else _leak_rows(report.replies)
    met = [
        [line.what, line.asked, line.found, "yes" if line.is_met else "NO"] for line in report.plan
    ]
    return [
        ("Replies", head, counts),
        (
            "Agreement of the raters (Krippendorff's alpha, ordinal)",
            ["language", *Dimension, "need"],
            agreement,
        ),
        ("Ratings given", ["language", "dimension", "1", "2", "3", "4", "5"], levels),
        ("Behaviors that both readers found", ["tag", "sentences", "F1 of the readers"], behaviors),
        ("Plan", ["what", "asked", "found", "met"], met),
        ("Near copies of training replies", ["split", "replies", "near copies"], near),
    ]


def _leak_rows(replies: Sequence[RatedReply]) -> list[list[str]]:
    copied = {o.second.id for o in leaks(replies)}
    return [
        [split.value, str(len(part)), f"{sum(r.id in copied for r in part) / len(part):.1%}"]
        for split, part in parts(replies).items()
        if part and split is not Split.TRAIN
    ]


def write_card(report: CorpusReport, card: Path) -> None:
    """Write the tables into the data card."""
    parts = [f"### {title}\n\n{table(head, rows)}" for title, head, rows in tables(report) if rows]
    write_between(card, BEGIN, END, "\n\n".join(parts))


def _overlap(overlap: Overlap) -> str:
    first, second, share = overlap
    return f"{second.where}: reply: shares {share:.0%} of its 4-grams with {first.where}"


def _figure(value: float, form: str) -> str:
    return "–" if math.isnan(value) else format(value, form)


def _repeated_replies(replies: Sequence[RatedReply]) -> list[str]:
    seen: dict[tuple[str, str | None], RatedReply] = {}
    faults = []
    for reply in replies:
        key = (reply.reply, reply.customer_message)
        if key in seen:
            faults.append(f"{reply.where}: reply: the same text as in {seen[key].where}")
        seen[key] = reply
    return faults
