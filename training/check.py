"""Everything about a corpus that can be wrong, in one report."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from model import LANGUAGES, Dimension
from training.corpus import RatedReply, load_corpus
from training.coverage import Line, cells, compare, read_plan
from training.duplicates import overlaps, shared_openings
from training.markdown import table, write_between
from training.personal import personal_data
from training.ratings import alpha_by, need_alpha, rating_shares, reader_f1
from training.splits import Split, splits

BEGIN, END = "<!-- figures: written by tonfall-train check --card -->", "<!-- end of figures -->"
PLAN = "plan.toml"
REPLIES = "replies"


@dataclass(frozen=True, slots=True, kw_only=True)
class CorpusReport:
    """A corpus that can be read, what is wrong in it, and what its plan asks for."""

    replies: Sequence[RatedReply]
    faults: Sequence[str]
    plan: Sequence[Line]

    @property
    def is_sound(self) -> bool:
        """True where there is no fault and the plan is met."""
        return not self.faults and all(line.is_met for line in self.plan)


def check_corpus(data: Path) -> CorpusReport:
    """Check data/replies against the schema, the plan and itself; CorpusError where it cannot be
    read.
    """
    replies = load_corpus(data / REPLIES if (data / REPLIES).is_dir() else data)
    plan = read_plan(data / PLAN) if (data / PLAN).is_file() else {}
    faults = [f"{r.where}: {fault}" for r in replies for fault in personal_data(r)]
    most = plan["most"]["overlap"] if plan else 0.5
    faults += [
        f"{o.second.where}: reply: shares {o.share:.0%} of its 4-grams with {o.first.where}"
        for o in overlaps(replies, most)
    ]
    faults += _repeated_replies(replies)
    return CorpusReport(
        replies=replies, faults=faults, plan=list(compare(replies, plan)) if plan else []
    )


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
        alphas = [f"{alpha_by(replies, d):.3f}" for d in Dimension]
        agreement.append([code, *alphas, f"{need_alpha(replies):.3f}"])
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
    ]
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
    ]


def write_card(report: CorpusReport, card: Path) -> None:
    """Write the tables into the data card."""
    parts = [f"### {title}\n\n{table(head, rows)}" for title, head, rows in tables(report) if rows]
    write_between(card, BEGIN, END, "\n\n".join(parts))


def _repeated_replies(replies: Sequence[RatedReply]) -> list[str]:
    seen: dict[tuple[str, str | None], RatedReply] = {}
    faults = []
    for reply in replies:
        key = (reply.reply, reply.customer_message)
        if key in seen:
            faults.append(f"{reply.where}: reply: the same text as in {seen[key].where}")
        seen[key] = reply
    return faults
