"""What people do with a plan: rate, skip, comment, revise, share, object, decide."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from model.rubric import HIGHEST
from service.candidates import Period
from service.plan import Arm
from service.storage.audit import AuditRepository, Deed
from service.storage.cases import Case, CaseRepository
from service.storage.database import Database
from service.storage.disputes import DisputeRepository, Outcome
from service.storage.queue import QueueRepository, Task
from service.storage.reviews import Ratings, ReviewRepository
from service.storage.users import User
from tests.demo.corpus import Rated
from tests.demo.reviewers import Reviewer, comment, is_for_coaching, objection, skips

_MOST = 10_000
_SHARED = 3
"""So many reviews of a plan are shared with their agents; all but one object."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """Simulated work in one database; `panel` says what the raters made of each stored reply."""

    database: Database
    panel: Mapping[str, Rated]
    random: np.random.Generator

    def review(
        self,
        plan_id: str,
        admin: User,
        reviewers: Sequence[Reviewer],
        calibrators: Sequence[Reviewer],
        period: Period,
        share: float,
        advance: Callable[[int], None],
    ) -> None:
        """In a period, rate a share of what a plan drew, and all that it drew for calibration."""
        tasks = QueueRepository(self.database).waiting(admin, {"plan": plan_id}, limit=_MOST)
        for number, task in enumerate(tasks):
            at = period.start + (period.end - period.start) * (number / len(tasks))
            if task.arm is Arm.CALIBRATION:
                for who in _who_see(task, calibrators):
                    self._rate(task, who, at)
            elif number < share * len(tasks):
                seeing = _who_see(task, reviewers)
                self._rate_or_skip(task, seeing[number % len(seeing)], at)
            advance(1)

    def dispute(self, working: Period, sent: Period, lead: User, *, decide: bool) -> None:
        """Share the worst reviews of what was sent in a period with their agents, who object."""
        disputes = DisputeRepository(self.database)
        cases = CaseRepository(self.database).reviewed(lead, sent)
        said = {c.review.reply: c for c in cases if c.review.comment}  # one review of a reply
        shared = sorted(said.values(), key=_total)[:_SHARED]
        for number, case in enumerate(shared):
            now = working.start + (working.end - working.start) * (number / _SHARED)
            with self.database.writing():
                token = disputes.invite(case.review.id, now=now)
                self._note("dispute.invite", case.review.id, lead.id, now)
            found = disputes.by_token(token, now=now)
            if found is None or case is shared[-1]:
                continue
            with self.database.writing():
                disputes.object(found.id, objection(case.language, self.random), now=now)
                self._note("dispute.object", found.id, "agent", now)
            if decide:
                outcome = Outcome.KEPT if number else Outcome.CHANGED
                self._decide(found.id, case, outcome, lead, now)

    def _decide(
        self, dispute: str, case: Case, outcome: Outcome, lead: User, now: datetime
    ) -> None:
        with self.database.writing():
            disputes = DisputeRepository(self.database)
            disputes.decide(dispute, outcome, decided_by=lead.id, now=now)
            if outcome is Outcome.CHANGED:
                reviews = ReviewRepository(self.database)
                reviews.revise(case.review.id, _milder(case.review.blind), now=now)
            self._note("dispute.decide", dispute, lead.id, now, outcome=outcome)

    def _rate_or_skip(self, task: Task, who: Reviewer, at: datetime) -> None:
        reason = skips(self.random)
        if reason is None:
            self._rate(task, who, at)
            return
        with self.database.writing():
            ReviewRepository(self.database).skip(task, who.user, reason, now=at)
            self._note("review.skip", task.id, who.user.id, at, reason=reason)

    def _rate(self, task: Task, who: Reviewer, at: datetime) -> None:
        rated, reviews = self.panel[task.reply], ReviewRepository(self.database)
        ratings = who.rates(rated, self.random)
        with self.database.writing():
            review = reviews.rate(
                task,
                who.user,
                ratings,
                tags=rated.tags,
                comment=comment(rated, ratings, self.random),
                is_for_coaching=is_for_coaching(self.random),
                now=at,
            )
            self._note("review.rate", review, who.user.id, at, **_numbers(ratings))
        revised = who.revises(ratings, rated, self.random)
        if revised:
            with self.database.writing():
                reviews.revise(review, revised, now=at)
                self._note("review.revise", review, who.user.id, at, **_numbers(revised))

    def _note(self, action: str, subject: str, actor: str, at: datetime, **after: object) -> None:
        deed = Deed(at=at, actor=actor, action=action, subject=subject, after=after or None)
        AuditRepository(self.database).append(deed)


def _who_see(task: Task, reviewers: Sequence[Reviewer]) -> list[Reviewer]:
    return [r for r in reviewers if r.user.sees is None or task.team in r.user.sees]


def _total(case: Case) -> int:
    return sum(case.review.blind.dimensions.values())


def _milder(blind: Ratings) -> Ratings:
    given = {d: min(r + 1, HIGHEST) for d, r in blind.dimensions.items()}
    return replace(blind, dimensions=given)


def _numbers(ratings: Ratings) -> dict[str, object]:
    return {"need": ratings.need, **{d.value: r for d, r in ratings.dimensions.items()}}
