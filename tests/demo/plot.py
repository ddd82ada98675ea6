"""Who sent what, and when: a helpdesk cast from rated replies, with two things to be found."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from model import Dimension
from service.sent_replies import SentReply
from tests.demo.corpus import Rated

TEAMS: Mapping[str, Mapping[str, int]] = {
    "Bergen": {"nb": 1, "nn": 3},
    "Dublin": {"en": 4},
    "København": {"da": 3},
    "Oslo": {"nb": 4},
    "Stockholm": {"sv": 5},
}
"""How many agents of each team write which language."""
_LEVELS, _CHANCE = 0.35, 1.0
"""Spread between agents, and between the replies of one, of how good replies are meant to be."""
_FALL = 1.3
_WEEKDAYS = np.array([1, 1, 1, 1, 1, 0.3, 0.2])

Floats = NDArray[np.float64]
Random = np.random.Generator


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """Somebody who answers in one language."""

    name: str
    team: str
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """The story: 180 days until `end`; from two thirds of them on, the replies of `falling` are
    colder; those of the agent `flattered` are the ones that the scorer overrates.
    """

    end: datetime
    teams: Mapping[str, Mapping[str, int]]
    replies: int
    falling: str
    flattered: str
    days: int = 180
    seed: int = 1

    @property
    def start(self) -> datetime:
        """When the first reply may be sent."""
        return self.end - timedelta(days=self.days)

    @property
    def fall(self) -> datetime:
        """From when on the replies are colder."""
        return self.end - timedelta(days=self.days // 3)

    @property
    def agents(self) -> list[Agent]:
        """Everybody: a-01, a-02, … team by team."""
        jobs = [
            (t, lg)
            for t, agents in self.teams.items()
            for lg, n in agents.items()
            for _ in range(n)
        ]
        return [
            Agent(name=f"a-{i:02}", team=team, language=language)
            for i, (team, language) in enumerate(jobs, 1)
        ]


def full(end: datetime) -> Plot:
    """The demonstration: 20 agents and 6,000 replies."""
    return Plot(end=end, teams=TEAMS, replies=6000, falling="Oslo", flattered="a-17")


def cast(plot: Plot, rated: Sequence[Rated], overrated: Floats) -> list[SentReply]:
    """Deal the replies out to agents and times; `overrated` is score less rating of each."""
    random = np.random.default_rng(plot.seed)
    chosen = random.permutation(len(rated))[: plot.replies]
    agents, sent = plot.agents, list[SentReply]()
    for language in sorted({a.language for a in agents}):
        seats = [a for a in agents if a.language == language]
        rows = [i for i in chosen if rated[i].reply.language == language]
        for row, agent, at in _dealt(plot, seats, rows, rated, overrated, random):
            sent.append(_sent(rated[row], agent, at, customer=len(sent)))
    return sorted(sent, key=lambda s: s.sent_at)


def _dealt(
    plot: Plot,
    seats: Sequence[Agent],
    rows: list[int],
    rated: Sequence[Rated],
    overrated: Floats,
    random: Random,
) -> Iterator[tuple[int, Agent, datetime]]:
    """Each reply with its agent and time: the better replies where better ones are meant to be."""
    favored = [a for a in seats if a.name == plot.flattered]
    if favored:
        by_flattery = sorted(rows, key=lambda i: -overrated[i] + random.normal(0, 0.3))
        own = by_flattery[: len(rows) // len(seats)]
        yield from ((row, favored[0], _moment(plot, random)) for row in own)
        rows = sorted(set(rows) - set(own))
    others = [a for a in seats if a not in favored]
    if not others:
        return
    levels = random.normal(0, _LEVELS, len(others))
    places = [(n % len(others), _moment(plot, random)) for n in range(len(rows))]
    meant = [
        levels[n] + random.normal(0, _CHANCE) - _FALL * _has_fallen(plot, others[n], at)
        for n, at in places
    ]
    by_warmth = sorted(rows, key=lambda i: _warmth(rated[i]) + random.normal(0, 0.1))
    for row, place in zip(by_warmth, np.argsort(meant), strict=True):
        number, at = places[place]
        yield row, others[number], at


def _warmth(rated: Rated) -> float:
    return rated.ratings[Dimension.EMPATHY] + rated.ratings[Dimension.POLITENESS]


def _has_fallen(plot: Plot, agent: Agent, at: datetime) -> bool:
    return agent.team == plot.falling and at >= plot.fall


def _moment(plot: Plot, random: Random) -> datetime:
    """Some time in office hours, seldom at weekends."""
    days = [plot.start + timedelta(days=n) for n in range(plot.days)]
    weight = _WEEKDAYS[[d.weekday() for d in days]]
    day = days[random.choice(len(days), p=weight / weight.sum())]
    return day + timedelta(seconds=int(random.integers(7 * 3600, 17 * 3600)))


def _sent(rated: Rated, agent: Agent, at: datetime, *, customer: int) -> SentReply:
    return SentReply(
        external_id=f"demo:{rated.id}",
        conversation=f"demo:{rated.id}",
        agent=agent.name,
        sent_at=at,
        text=rated.reply.text,
        customer_message=rated.reply.customer_message,
        team=agent.team,
        channel=rated.reply.channel,
        language=rated.reply.language,
        customer=f"k-{customer:05}",
    )
