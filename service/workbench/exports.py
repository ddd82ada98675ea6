"""Exports: every review of a report as a row of numbers and codes, without any text."""

import csv
import io
from collections.abc import Sequence
from http import HTTPStatus

from flask import Blueprint, Response

from model import Dimension
from service.storage.cases import Case, CaseRepository
from service.workbench.guard import require
from service.workbench.reports import asked
from service.workbench.site import database, note, page, user

blueprint = Blueprint("exports", __name__, url_prefix="/export")
Row = dict[str, str | int | float | bool | None]


@blueprint.get("/reviews.csv")
def as_csv() -> Response:
    """Comma-separated, UTF-8 with a mark so that spreadsheets see it."""
    rows, out = _rows("csv"), io.StringIO()
    if rows:
        writer = csv.DictWriter(out, rows[0].keys())
        writer.writeheader()
        writer.writerows({k: _harmless(v) for k, v in row.items()} for row in rows)
    return _file("\ufeff" + out.getvalue(), "text/csv; charset=utf-8", "reviews.csv")


@blueprint.get("/reviews.parquet")
def as_parquet() -> Response:
    """Parquet, where pyarrow is installed."""
    require(user(), "export")
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ImportError:
        return page("problem.html", HTTPStatus.NOT_IMPLEMENTED, kind="parquet")
    out = io.BytesIO()
    parquet.write_table(pa.Table.from_pylist(_rows("parquet")), out)
    return _file(out.getvalue(), "application/vnd.apache.parquet", "reviews.parquet")


def _rows(kind: str) -> list[Row]:
    require(user(), "export")
    wanted = asked()
    cases: Sequence[Case] = CaseRepository(database()).reviewed(user(), wanted.period, wanted.team)
    note(f"export.{kind}", "reviews", after={**wanted.as_query(), "rows": len(cases)})
    return [_row(case) for case in cases]


def _row(case: Case) -> Row:
    review = case.review
    row: Row = {
        "review": review.id,
        "reply": review.reply,
        "reviewer": review.reviewer,
        "reviewed_at": review.created_at.isoformat(),
        "plan": case.plan_name,
        "arm": case.arm,
        "inclusion_probability": case.inclusion_probability,
        "team": case.team,
        "agent": case.agent,
        "channel": case.channel,
        "language": case.language,
        "sent_at": case.sent_at.isoformat(),
        "model_version": case.model_version,
        "need": review.blind.need,
        "revised_need": review.revised.need if review.revised else None,
    }
    for dimension in Dimension:
        revised = review.revised.dimensions[dimension] if review.revised else None
        row[dimension.value] = review.blind.dimensions[dimension]
        row[f"revised_{dimension}"] = revised
        row[f"{dimension}_score"] = case.scores[dimension]
    row["behaviors"] = " ".join(sorted({t.behavior for t in review.tags}))
    row["is_for_coaching"] = review.is_for_coaching
    return row


def _harmless(value: object) -> object:
    """No formula for a spreadsheet, whatever a team or a plan is called."""
    is_formula = isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r"))
    return f"'{value}" if is_formula else value


def _file(body: str | bytes, kind: str, name: str) -> Response:
    response = Response(body, content_type=kind)
    response.headers["Content-Disposition"] = f"attachment; filename={name}"
    return response
