"""Assessments for people (a table with bars) and for programs (JSON Lines, CSV)."""

import csv
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TextIO

from rich.console import Console
from rich.table import Table
from rich.text import Text

from model import Assessment, Dimension, Need, Reply, ReplyError, Score, Scorer, Status
from service.api.payloads import score_body
from service.reading import BadRow

Scored = Iterable[tuple[Reply, Assessment]]
_BAR_WIDTH = 21
_EXCERPT = 48
_REMARKS = {
    Status.OK: "",
    Status.NOT_NEEDED: "no empathy called for",
    Status.UNCERTAIN: "uncertain",
    Status.UNSUPPORTED_LANGUAGE: "language not supported",
}


def write_assessments(
    rows: Iterable[Reply | BadRow], scorer: Scorer, form: str, out: TextIO, faults: TextIO
) -> int:
    """Score the rows and write them as they come; returns how many could not be scored."""
    failed = 0

    def scored() -> Iterator[tuple[Reply, Assessment]]:
        nonlocal failed
        for number, row in enumerate(rows, 1):
            try:
                if isinstance(row, BadRow):
                    raise ReplyError("unreadable", f"{row.where}: {row.why}")
                assessment = scorer.score([row])[0]
            except ReplyError as error:
                failed += 1
                faults.write(f"row {number} not scored: {error}\n")
            else:
                yield row, assessment

    _WRITERS[form](scored(), scorer.version, out)
    return failed


def _jsonl(scored: Scored, version: str, out: TextIO) -> None:
    for reply, assessment in scored:
        body = score_body(assessment, version, reply.text)
        out.write(json.dumps(body, ensure_ascii=False) + "\n")
        out.flush()


def _csv(scored: Scored, version: str, out: TextIO) -> None:
    per_dimension = ("", "_low", "_high", "_status")
    columns = [f"{d}{suffix}" for d in Dimension for suffix in per_dimension]
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["language", "empathy_need", *columns, "risk", "model_version"])
    for _, assessment in scored:
        values = [v for d in Dimension for v in _cells(assessment.scores[d])]
        risk = round(assessment.risk, 4)
        writer.writerow([assessment.language.code, _need(assessment), *values, risk, version])


def _cells(score: Score) -> list[object]:
    return [round(score.value, 2), *(round(b, 2) for b in score.interval), score.status.value]


def _table(scored: Scored, version: str, out: TextIO) -> None:
    console = Console(file=out)
    for reply, assessment in scored:
        language = assessment.language
        heading = Text(_excerpt(reply.text), style="bold")
        asked = reply.customer_message is not None
        facts = [
            f"{language.code} {language.probability:.0%}",
            f"empathy need {_need(assessment)}"
            if asked
            else "no customer message: wider intervals",
        ]
        table = Table(box=None, show_header=False, padding=(0, 1), title_justify="left")
        for dimension, score in assessment.scores.items():
            table.add_row(
                dimension.value,
                f"{score.value:.1f}",
                _bar(score),
                f"{score.interval.low:.1f}–{score.interval.high:.1f}",
                Text(_REMARKS[score.status], style="dim"),
            )
        table.add_row(
            "risk", f"{assessment.risk:.0%}", "", "", Text("of a poor rating", style="dim")
        )
        console.print(heading, Text(" · ".join(facts), style="dim"), table, "", sep="\n")
    console.print(
        Text(f"{version}; bars show the 90 % interval, ● the expected rating", style="dim")
    )


def _bar(score: Score) -> Text:
    """1 to 5 from left to right: the interval as a line, the value as a dot."""

    def column(rating: float) -> int:
        return round((rating - 1) / 4 * (_BAR_WIDTH - 1))

    low, value, high = column(score.interval.low), column(score.value), column(score.interval.high)
    cells = ["━" if low <= i <= high else "·" for i in range(_BAR_WIDTH)]
    cells[value] = "●"
    color = "red" if score.value < 2.5 else "yellow" if score.value < 3.5 else "green"
    bar = Text("".join(cells), style="dim")
    bar.stylize(color, low, high + 1)
    bar.stylize(f"bold {color}", value, value + 1)
    return bar


def _need(assessment: Assessment) -> str:
    need: Mapping[Need, float] = assessment.empathy_need
    return max(need, key=need.__getitem__).value


def _excerpt(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _EXCERPT else line[: _EXCERPT - 1] + "…"


_WRITERS: Mapping[str, Callable[[Scored, str, TextIO], None]] = {
    "table": _table,
    "jsonl": _jsonl,
    "csv": _csv,
}
FORMATS = tuple(_WRITERS)
