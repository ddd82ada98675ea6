"""Fill a database with half a year of a helpdesk, through the product's own code."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from statistics import fmean

import numpy as np

from model import Dimension, Scorer
from service.candidates import Period
from service.intake import Intake
from service.plan import DEFAULT_ARMS, Arm, Plan
from service.sampling import draw
from service.sent_replies import SentReply, reply_id
from service.storage.audit import AuditRepository, Deed
from service.storage.database import Database
from service.storage.plans import PlanRepository, Scope
from service.storage.replies import ReplyRepository
from service.storage.samples import SampleRepository
from service.storage.users import User
from tests.demo.corpus import Rated
from tests.demo.plot import Floats, Plot, cast
from tests.demo.scoring import Remembering
from tests.demo.staff import Staff, hire
from tests.demo.work import Work

Advance = Callable[[str, int], None]
"""Told how many replies more are through a step: scored, stored, reviewed."""
PLANS = 6
REVIEWS_PER_AGENT = 7
_AT_ONCE = 256
_RETENTION_DAYS = 365
_LAST_SHARE = 0.6
"""So much of the last plan is reviewed; the rest is for whoever looks at the demonstration."""
_WITHOUT_CALIBRATION: Mapping[Arm, float] = {Arm.RANDOM: 0.6, Arm.RISK: 0.4}


def fill(
    database: Database,
    scorer: Scorer,
    rated: Sequence[Rated],
    plot: Plot,
    *,
    now: datetime,
    advance: Advance,
) -> dict[str, str]:
    """Store, plan, review and dispute; returns the visitors' passwords by login."""
    remembering = Remembering(scorer)
    remembering.learn([r.reply for r in rated], partial(advance, "scored"))
    sent = cast(plot, rated, _overrated(remembering, rated))
    _store(database, remembering, sent, partial(advance, "stored"))
    staff = hire(database, list(plot.teams), now=plot.start)
    work = Work(
        database=database,
        panel={reply_id(f"demo:{r.id}"): r for r in rated},
        random=np.random.default_rng(plot.seed),
    )
    for number in range(PLANS):
        _month(number, work, staff, plot, now, partial(advance, "reviewed"))
    return staff.passwords


def reviews(plot: Plot) -> int:
    """How many replies all plans draw together."""
    return PLANS * REVIEWS_PER_AGENT * len(plot.agents)


def _overrated(scorer: Scorer, rated: Sequence[Rated]) -> Floats:
    """How many points higher the scorer rates each reply than its panel, on all dimensions."""
    assessments = scorer.score([r.reply for r in rated])
    pairs = zip(assessments, rated, strict=True)
    return np.array([fmean(a.scores[d].value - r.ratings[d] for d in Dimension) for a, r in pairs])


def _store(
    database: Database, scorer: Scorer, sent: Sequence[SentReply], advance: Callable[[int], None]
) -> None:
    intake = Intake(ReplyRepository(database), retention_days=_RETENTION_DAYS)
    for start in range(0, len(sent), _AT_ONCE):
        masked = [intake.mask(reply) for reply in sent[start : start + _AT_ONCE]]
        intake.store(intake.prepare(masked, scorer))
        advance(len(masked))


def _month(
    number: int,
    work: Work,
    staff: Staff,
    plot: Plot,
    now: datetime,
    advance: Callable[[int], None],
) -> None:
    """One plan and what comes of it; the last two calibrate, and the very last is not done."""
    length = timedelta(days=plot.days) / PLANS
    sent = Period(start=plot.start + number * length, end=plot.start + (number + 1) * length)
    is_last, calibrates = number == PLANS - 1, number >= PLANS - 2
    end = now if is_last else sent.end + 0.4 * length
    working = Period(start=sent.end, end=sent.end + 0.9 * (end - sent.end))
    admin, lead = staff.named("admin").user, staff.named("lead").user
    arms = DEFAULT_ARMS if calibrates else _WITHOUT_CALIBRATION
    budget = REVIEWS_PER_AGENT * len(plot.agents)
    plan = Plan(period=sent, budget=budget, seed=plot.seed + number, arms=arms)
    plan_id = _draw(work.database, plan, admin, working.start)
    left_out = staff.named("reviewer") if is_last else None
    work.review(
        plan_id,
        admin,
        staff.reviewers,
        [r for r in staff.everybody if r is not left_out],
        working,
        _LAST_SHARE if is_last else 1.0,
        advance,
    )
    if calibrates:
        work.dispute(Period(start=working.end, end=end), sent, lead, decide=not is_last)


def _draw(database: Database, plan: Plan, admin: User, now: datetime) -> str:
    candidates = SampleRepository(database).candidates(plan.period, Scope())
    drawn = draw(candidates, plan)
    name = f"{plan.period.start:%Y-%m-%d} – {plan.period.end - timedelta(days=1):%Y-%m-%d}"
    with database.writing():
        plan_id = PlanRepository(database).add(
            name, plan, Scope(), drawn, reviewers=(), created_by=admin.id, now=now
        )
        after = {"budget": plan.budget, "drawn": len(drawn)}
        deed = Deed(at=now, actor=admin.id, action="plan.draw", subject=plan_id, after=after)
        AuditRepository(database).append(deed)
    return plan_id
