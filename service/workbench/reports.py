"""Reports: what the reviews say of teams and agents, with intervals, and never a ranking."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus

from flask import Blueprint, Response, abort, request

from model import Dimension
from service.candidates import LONGEST, Facet, Period
from service.estimates import Change, Estimate, NotEnough, change, estimates
from service.reviews import Sample
from service.storage.casebook import casebook
from service.storage.samples import SampleRepository
from service.workbench.guard import require
from service.workbench.periods import before, last_day, months, period_of_days
from service.workbench.site import database, now, page, teams, user

blueprint = Blueprint("reports", __name__, url_prefix="/reports")
_SHOWN = 6
Figure = Estimate | NotEnough


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a report is about."""

    period: Period
    team: str | None
    by: Facet

    @property
    def teams(self) -> frozenset[str] | None:
        """The teams it may speak of."""
        return frozenset([self.team]) if self.team else user().sees

    def as_query(self) -> dict[str, str]:
        """The same again, in an address."""
        return {
            "start": self.period.start.date().isoformat(),
            "end": last_day(self.period).isoformat(),
            "team": self.team or "",
            "by": self.by,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One dimension: the groups, the whole by month, and the whole before and now."""

    dimension: Dimension
    groups: Sequence[Figure]
    whole: Figure | None
    trend: Sequence[tuple[str, Figure | None]]
    change: Change | None


@blueprint.get("")
def show() -> Response:
    """The report."""
    wanted = asked()
    earlier = before(wanted.period)
    both = Period(start=earlier.start, end=wanted.period.end)
    covered = SampleRepository(database()).covered(
        both, wanted.teams, parts=[earlier, *months(wanted.period)], by=(wanted.by,)
    )
    cases = casebook(database(), user(), wanted.period, wanted.team, limit=_SHOWN)
    return page(
        "reports.html",
        asked=wanted,
        query=wanted.as_query(),
        last_day=last_day(wanted.period),
        earlier=earlier,
        earlier_last=last_day(earlier),
        facets=[Facet.AGENT, Facet.TEAM, Facet.CHANNEL, Facet.LANGUAGE],
        teams=teams(),
        panels=[_panel(covered.sample, d, wanted) for d in Dimension],
        reviews=cases.reviews,
        poor_reviews=cases.poor_reviews,
        behaviors=cases.behaviors,
        poor=cases.poor,
        coaching=cases.coaching,
        good=cases.good,
        apart=cases.apart,
        furthest=lambda case: case.furthest,
        dimensions=list(Dimension),
    )


def asked() -> Asked:
    """What the request asks for: by default the last three months of all teams, by agent."""
    end = now().date()
    team = request.args.get("team") or None
    require(user(), "report", team)
    try:
        period = period_of_days(
            request.args.get("start") or (end - timedelta(days=90)).isoformat(),
            request.args.get("end") or end.isoformat(),
        )
        facet = Facet(request.args.get("by") or Facet.AGENT)
    except ValueError:
        abort(HTTPStatus.BAD_REQUEST)
    if period.end - period.start > LONGEST:
        abort(HTTPStatus.BAD_REQUEST)
    return Asked(period=period, team=team, by=facet)


def _panel(sample: Sample, dimension: Dimension, wanted: Asked) -> Panel:
    whole = _whole(sample, dimension, wanted.period)
    earlier = _whole(sample, dimension, before(wanted.period))
    is_both = isinstance(whole, Estimate) and isinstance(earlier, Estimate)
    return Panel(
        dimension=dimension,
        groups=estimates(sample, dimension, wanted.period, by=(wanted.by,)),
        whole=whole,
        trend=[(f"{m.start:%Y-%m}", _whole(sample, dimension, m)) for m in months(wanted.period)],
        change=change(earlier, whole) if is_both else None,  # type: ignore[arg-type]
    )


def _whole(sample: Sample, dimension: Dimension, period: Period) -> Figure | None:
    return next(iter(estimates(sample, dimension, period, by=())), None)
