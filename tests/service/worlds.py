"""Helpdesks made up for simulations: what every reply would be rated, and how it was scored."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
from scipy.stats import norm

from model import Dimension
from service.candidates import Candidates, Column, Facet, Floats, Period
from service.plan import Plan
from service.reviews import Review
from service.sampling import Draw

MONTH = Period(start=datetime(2026, 3, 1, tzinfo=UTC), end=datetime(2026, 4, 1, tzinfo=UTC))
_CUTS = np.array([-1.6, -1.0, -0.2, 0.8])
"""Where ratings 1-5 part on a latent scale: 17 % are 1 or 2."""


@dataclass(frozen=True, kw_only=True, eq=False)
class World:
    candidates: Candidates
    rating: Floats
    """Of every candidate, whether drawn or not."""

    def mean_by_agent(self) -> Floats:
        agent = self.candidates.facets[Facet.AGENT].codes
        result: Floats = np.bincount(agent, self.rating) / np.bincount(agent)
        return result

    def review(self, draws: Sequence[Draw], reviewer: str = "kim") -> list[Review]:
        rating = dict(zip(self.candidates.reply, self.rating, strict=True))
        return [
            Review(
                reply=d.reply,
                reviewer=reviewer,
                ratings=dict.fromkeys(Dimension, int(rating[d.reply])),
                at=MONTH.end + timedelta(minutes=d.position),
            )
            for d in draws
        ]


def make_world(
    random: np.random.Generator, correlation: float, *, agents: int = 20, replies: int = 300
) -> World:
    """Ordinal ratings, and scores that correlate with them within an agent, with a bias of SD 0.25
    for each agent; risk is what the score says of a 1 or 2.
    """
    agent = np.repeat(np.arange(agents), replies)
    level = random.normal(0, 0.3, agents)[agent]
    latent = random.normal(size=len(agent))
    rating = 1.0 + ((latent + level)[:, None] > _CUTS).sum(axis=1)
    seen = min(correlation / 0.94, 1.0)  # ratings are coarser than what they express
    noise = random.normal(size=len(agent)) * np.sqrt(1 - seen**2)
    bias = random.normal(0, 0.25, agents)[agent]
    score = 3.6 + 0.95 * (level + correlation * (seen * latent + noise)) + bias
    score = np.clip(score, 1, 5)
    risk = norm.cdf((_CUTS[1] - (score - 3.6) / 0.95) / np.sqrt(1.001 - seen**2))
    return World(candidates=make_candidates(agent=agent, score=score, risk=risk), rating=rating)


def make_candidates(
    *, agent: Sequence[int] | np.ndarray, score: object = 3.0, risk: object = 0.1
) -> Candidates:
    """Replies r000000, r000001, … of agents a00, a01, …; two teams, all in Swedish."""
    codes = np.asarray(agent, dtype=np.intp)
    n = len(codes)
    names = tuple(f"a{i:02}" for i in range(int(codes.max(initial=0)) + 1))
    one = Column(names=("",), codes=np.zeros(n, dtype=np.intp))
    column = np.broadcast_to(np.asarray(score, dtype=np.float64), n).copy()
    return Candidates(
        reply=np.array([f"r{i:06}" for i in range(n)], dtype=object),
        facets={
            Facet.TEAM: Column(names=("east", "west"), codes=codes % 2),
            Facet.AGENT: Column(names=names, codes=codes),
            Facet.CHANNEL: one,
            Facet.LANGUAGE: Column(names=("sv",), codes=one.codes),
        },
        scores=dict.fromkeys(Dimension, column),
        risk=np.broadcast_to(np.asarray(risk, dtype=np.float64), n).copy(),
        model_version=Column(names=("m1",), codes=one.codes),
        sent_at=np.full(n, np.datetime64("2026-03-10", "us")),
        is_disputed=np.zeros(n, dtype=np.bool_),
        is_for_training=np.ones(n, dtype=np.bool_),
        count=np.ones(n),
    )


def make_plan(budget: int, **changes: object) -> Plan:
    return Plan(**{"period": MONTH, "budget": budget, "seed": 7} | changes)  # type: ignore[arg-type]
