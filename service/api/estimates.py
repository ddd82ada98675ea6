"""GET /v1/estimates: what the reviews prove, as the reports of the workbench say it."""

from collections.abc import Sequence
from datetime import datetime
from math import isnan
from typing import Annotated, Literal

from flask import Blueprint, current_app, request
from pydantic import BaseModel, ConfigDict, Field

from model import Dimension, Interval
from service.agreement import alpha
from service.api.payloads import Rating
from service.api.queries import When, period, query
from service.api.reply_bodies import TEAM
from service.auth import require_scope
from service.candidates import LONGEST, Facet, Period
from service.errors import Fault, ProblemError
from service.estimates import Estimate, NotEnough, change, estimates
from service.reviews import Sample
from service.storage.samples import Covered, SampleRepository

blueprint = Blueprint("estimates", __name__, url_prefix="/v1/estimates")
_SEED = 1
By = Literal["agent", "team", "channel", "language", "all"]
_Bounds = Annotated[list[Rating], Field(min_length=2, max_length=2)]
_Figures = dict[tuple[str, ...], Estimate | NotEnough]


class EstimatesQuery(BaseModel):
    """Which figures are wanted."""

    model_config = ConfigDict(extra="forbid")

    start: When = Field(description="Of replies sent from then on; a day or a moment.")
    end: When = Field(description="Of replies sent before then; at most 731 days later.")
    team: Annotated[str, Field(pattern=TEAM)] | None = Field(
        None, description="Of this team's replies."
    )
    by: By = Field("agent", description="What makes a group; `all` for one figure.")
    compare_start: When | None = Field(
        None, description="The earlier period that `change` compares with, such as before a course."
    )
    compare_end: When | None = Field(
        None, description="Its end; the two periods must share no reply."
    )


class FigureResult(BaseModel):
    """The mean rating of a group of replies with its 90 % interval, or that too few were read.

    `bounds` are the values if every skipped reply were rated 1, and if 5.
    """

    status: Literal["ok", "not_enough_reviews"]
    value: Rating | None
    interval: _Bounds | None
    bounds: _Bounds | None
    replies: int = Field(description="How many the figure speaks for.")
    reviews: int = Field(description="How many of them were rated.")
    skipped: int
    more_reviews: int = Field(description="Reviews still to make for ± 0.3.")


class ChangeResult(BaseModel):
    """By how much the mean rating rose, with the 90 % interval: where it holds 0, nothing is
    shown.
    """

    value: float
    interval: Annotated[list[float], Field(min_length=2, max_length=2)]


class GroupResult(FigureResult):
    """One group and dimension; `group` is null for all replies."""

    group: str | None
    dimension: Dimension
    before: FigureResult | None = Field(description="The same of the period to compare with.")
    change: ChangeResult | None = Field(description="Null unless both have a figure.")


class AgreementResult(BaseModel):
    """Krippendorff's ordinal alpha of the reviewers, with its 90 % interval; null where no two
    rated the same reply, or nothing varies.
    """

    dimension: Dimension
    alpha: float | None
    interval: list[float] | None
    replies: int = Field(description="How many several reviewers rated.")


class EstimatesResponse(BaseModel):
    """Figures in order of name, which is no order of merit."""

    start: datetime
    end: datetime
    replies: int = Field(description="Sent in the period.")
    covered: int = Field(description="Of those, the ones that samples drew from: what is proved.")
    estimates: list[GroupResult]
    agreement: list[AgreementResult]


@blueprint.before_request
def authorize() -> None:
    """Let nobody in without the scope."""
    require_scope(request, current_app.extensions["keys"], "reviews")


@blueprint.get("")
def get_estimates() -> dict[str, object]:
    """Figures by group and dimension, and how far the reviewers agree."""
    asked = query(EstimatesQuery)
    now = period(asked.start, asked.end, longest=LONGEST)
    earlier = _earlier(asked, now)
    by = () if asked.by == "all" else (Facet(asked.by),)
    covered = _covered(now, asked.team, by)
    before = None if earlier is None else _covered(earlier, asked.team, by).sample
    found: list[GroupResult] = []
    for dimension in Dimension:
        earlier_figures = {} if earlier is None else _figures(before, dimension, earlier, by)
        for group, figure in _figures(covered.sample, dimension, now, by).items():
            found.append(_group(group, figure, earlier_figures.get(group)))
    return EstimatesResponse(
        start=now.start,
        end=now.end,
        replies=covered.replies,
        covered=int(covered.sample.candidates.count.sum()),
        estimates=sorted(found, key=lambda g: g.group or ""),  # the dimensions stay in their order
        agreement=[_agreement(covered.sample, d) for d in Dimension],
    ).model_dump(mode="json")


def _earlier(asked: EstimatesQuery, now: Period) -> Period | None:
    if asked.compare_start is None and asked.compare_end is None:
        return None
    if asked.compare_start is None or asked.compare_end is None:
        missing = "/compare_start" if asked.compare_start is None else "/compare_end"
        raise _invalid(missing, "is required with the other")
    earlier = period(asked.compare_start, asked.compare_end, longest=LONGEST)
    if earlier.start < now.end and now.start < earlier.end:
        raise _invalid("/compare_end", "the two periods must not overlap")
    return earlier


def _covered(within: Period, team: str | None, by: Sequence[Facet]) -> Covered:
    samples = SampleRepository(current_app.extensions["database"])
    return samples.covered(within, None if team is None else frozenset([team]), by=by)


def _figures(
    sample: Sample | None, dimension: Dimension, within: Period, by: Sequence[Facet]
) -> _Figures:
    found = [] if sample is None else estimates(sample, dimension, within, by=by)
    return {figure.group: figure for figure in found}


def _group(
    group: tuple[str, ...], figure: Estimate | NotEnough, earlier: Estimate | NotEnough | None
) -> GroupResult:
    risen = None
    if isinstance(figure, Estimate) and isinstance(earlier, Estimate):
        difference = change(earlier, figure)
        risen = ChangeResult(
            value=round(difference.value, 4), interval=_rounded(difference.interval)
        )
    return GroupResult(
        group=group[0] if group else None,
        dimension=figure.dimension,
        before=None if earlier is None else _figure(earlier),
        change=risen,
        **_figure(figure).model_dump(),
    )


def _figure(figure: Estimate | NotEnough) -> FigureResult:
    shown = figure if isinstance(figure, Estimate) else None
    return FigureResult(
        status="ok" if shown else "not_enough_reviews",
        value=round(shown.value, 4) if shown else None,
        interval=_rounded(shown.interval) if shown else None,
        bounds=_rounded(shown.bounds) if shown else None,
        replies=figure.replies,
        reviews=figure.reviews,
        skipped=figure.skipped,
        more_reviews=figure.more,
    )


def _agreement(sample: Sample, dimension: Dimension) -> AgreementResult:
    found = alpha(sample.reviews, dimension, seed=_SEED)
    is_known = not isnan(found.value)
    return AgreementResult(
        dimension=dimension,
        alpha=round(found.value, 4) if is_known else None,
        interval=_rounded(found.interval) if is_known else None,
        replies=found.replies,
    )


def _rounded(interval: Interval) -> list[float]:
    return [round(bound, 4) for bound in interval]


def _invalid(where: str, detail: str) -> ProblemError:
    return ProblemError("invalid-request", f"{where}: {detail}", [Fault(where, detail)])
