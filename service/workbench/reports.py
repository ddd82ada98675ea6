"""Reports: what the reviews say of teams and agents, with intervals, and never a ranking."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus

from flask import Blueprint, Response, abort, request

from model import Behavior, Dimension
from model.rubric import POOR
from service.candidates import Facet, Period
from service.estimates import Change, Estimate, NotEnough, change, estimates
from service.reviews import Sample
from service.storage.cases import Case, CaseRepository
from service.storage.samples import SampleRepository
from service.workbench.guard import require
from service.workbench.periods import before, last_day, months, period_of_days
from service.workbench.site import database, now, page, teams, user

blueprint = Blueprint("reports", __name__, url_prefix="/reports")
_GOOD = 4
_SHOWN = 6
_LONGEST = timedelta(days=731)
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
    covered = SampleRepository(database()).covered(both, wanted.teams)
    cases = CaseRepository(database()).reviewed(user(), wanted.period, wanted.team)
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
        reviews=len(cases),
        poor_reviews=sum(map(_is_poor, cases)),
        behaviors=_behaviors(cases),
        poor=_latest(c for c in cases if _is_poor(c)),
        coaching=_latest(c for c in cases if c.review.is_for_coaching),
        good=_latest(c for c in cases if _is_good(c)),
        apart=sorted(_one_each(cases), key=lambda c: -_gap(c)[1])[:_SHOWN],
        furthest=lambda case: _gap(case)[0],
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
    if period.end - period.start > _LONGEST:
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


def _behaviors(cases: Sequence[Case]) -> list[tuple[Behavior, int, int]]:
    """Each behavior that reviewers tagged: in how many poor reviews, and in how many others; those
    of most poor reviews first.
    """
    poor: Counter[Behavior] = Counter()
    others: Counter[Behavior] = Counter()
    for case in cases:
        (poor if _is_poor(case) else others).update({t.behavior for t in case.review.tags})
    found = [(b, poor[b], others[b]) for b in Behavior if poor[b] or others[b]]
    return sorted(found, key=lambda row: -row[1])


def _latest(cases: Iterable[Case]) -> list[Case]:
    return _one_each(sorted(cases, key=lambda c: c.sent_at, reverse=True))[:_SHOWN]


def _one_each(cases: Iterable[Case]) -> list[Case]:
    """One review of each reply, with a comment if there is one: what several rated for calibration
    is read once.
    """
    found: dict[str, Case] = {}
    for case in cases:
        other = found.get(case.review.reply)
        if other is None or (case.review.comment and not other.review.comment):
            found[case.review.reply] = case
    return list(found.values())


def _gap(case: Case) -> tuple[Dimension, float]:
    """Where the blind rating lies furthest from the score, and how far."""
    given = case.review.blind.dimensions
    return max(((d, abs(given[d] - case.scores[d])) for d in Dimension), key=lambda gap: gap[1])


def _is_poor(case: Case) -> bool:
    return min(case.review.ratings.dimensions.values()) <= POOR


def _is_good(case: Case) -> bool:
    given = case.review.ratings.dimensions.values()
    return min(given) >= _GOOD and max(given) > _GOOD
