"""Bodies of /v1/samples: plans to be carried out, and those that were."""

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from model import Channel
from service.api.payloads import Language, Probability
from service.api.queries import When
from service.api.reply_bodies import TEAM
from service.candidates import Facet
from service.drawing import MOST_REVIEWS
from service.plan import DEFAULT_ARMS, Allocation, Arm
from service.planner import AIM, Forecast
from service.storage.plans import StoredPlan

_EXAMPLE: JsonDict = {
    "name": "October, returns",
    "start": "2026-10-01",
    "end": "2026-11-01",
    "team": "returns",
    "budget": 60,
    "arms": {"random": 0.5, "risk": 0.4, "calibration": 0.1},
    "reviewers": ["kim", "sam"],
}


def _distinct(facets: list[Facet]) -> list[Facet]:
    if len(set(facets)) < len(facets):
        raise ValueError("must name each once")
    return facets


Facets = Annotated[
    list[Annotated[Facet, Field(strict=False)]],
    Field(min_length=1, max_length=len(Facet), json_schema_extra={"uniqueItems": True}),
    AfterValidator(_distinct),
]
Arms = dict[
    Annotated[Arm, Field(strict=False)],
    Annotated[float, Field(ge=0, le=1, strict=False, allow_inf_nan=False)],
]


class PlanRequest(BaseModel):
    """Which replies, how many, and what for."""

    model_config = ConfigDict(extra="forbid", strict=True)

    start: When = Field(description="Replies sent from then on; a day or a moment.")
    end: When = Field(description="Replies sent before then; a day or a moment.")
    team: Annotated[str, Field(pattern=TEAM)] | None = Field(
        None, description="Of this team; null for all."
    )
    channel: Annotated[Channel, Field(strict=False)] | None = Field(
        None, description="Sent there; null for anywhere."
    )
    language: Language | None = Field(None, description="In this language; null for any.")
    budget: int = Field(description="How many replies to review.", ge=1, le=MOST_REVIEWS)
    arms: Arms = Field(
        default_factory=lambda: dict(DEFAULT_ARMS),
        description="Shares of the budget, which sum to 1; `active` draws only replies that are "
        "kept for training, and they enter no estimate.",
        min_length=1,
    )
    strata: Facets = Field(
        default_factory=lambda: [Facet.AGENT], description="What the budget is shared out among."
    )
    allocation: Annotated[Allocation, Field(strict=False)] = Field(
        Allocation.EQUAL, description="Alike for every stratum, or by how many replies it has."
    )
    seed: Annotated[int, Field(ge=0, lt=1 << 31)] | None = Field(
        None, description="The same replies, plan and seed give the same draw; null for a new one."
    )


class SampleRequest(PlanRequest):
    """A plan to be carried out."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    name: str = Field(
        description="As reviewers see it.", min_length=1, max_length=200, pattern=r"^[^\x00-\x1f]+$"
    )
    reviewers: list[Annotated[str, Field(min_length=1, max_length=200)]] = Field(
        default_factory=list,
        description="Logins of who reviews, in turn; none for whoever comes first.",
        max_length=100,
    )


class ForecastRequest(PlanRequest):
    """A plan to be thought about."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"start": "2026-10-01", "end": "2026-11-01", "budget": 60, "aim": 0.3}]
        }
    )

    by: Facets | None = Field(None, description="The groups of the answer; null for the strata.")
    aim: Annotated[float, Field(ge=0.05, le=2, strict=False, allow_inf_nan=False)] = Field(
        AIM, description="Half the width that an interval is to have."
    )


class ProgressResult(BaseModel):
    """How far the reviews are."""

    drawn: int
    open: int
    reviewed: int
    skipped: int


class SampleResponse(BaseModel):
    """A plan that was carried out."""

    id: str
    name: str
    start: datetime
    end: datetime
    team: str | None
    channel: str | None
    language: str | None
    budget: int
    arms: dict[Arm, Probability]
    strata: list[Facet]
    allocation: Allocation
    seed: int
    created_at: datetime
    created_by: str = Field(description="The id of a user, or `key ` and a key's id.")
    progress: ProgressResult


class SamplesResponse(BaseModel):
    """Every plan that was carried out, the latest period first."""

    samples: list[SampleResponse]


class GroupForecast(BaseModel):
    """What the plan is expected to give for one group."""

    group: dict[Facet, str]
    replies: int
    reviews: float = Field(description="How many it is expected to get.")
    half_width: float | None = Field(
        description="Half the 90 % interval of its mean rating; null where no figure can be given."
    )
    needed: int = Field(description="Reviews for ± `aim`, were every group to get as many.")


class ForecastResponse(BaseModel):
    """What the budget buys, and what the aim would take, were ratings to lie 0.9 points around the
    scores (standard deviation); groups in order of name.
    """

    replies: int = Field(description="How many can be drawn from.")
    needed: int = Field(description="Reviews for ± `aim` on every group.")
    aim: float
    groups: list[GroupForecast]


def sample_body(stored: StoredPlan) -> dict[str, object]:
    """A stored plan as the JSON of `SampleResponse`."""
    plan, scope = stored.plan, stored.scope
    return SampleResponse(
        id=stored.id,
        name=stored.name,
        start=plan.period.start,
        end=plan.period.end,
        team=scope.team,
        channel=scope.channel,
        language=scope.language,
        budget=plan.budget,
        arms=dict(plan.arms),
        strata=list(plan.strata),
        allocation=plan.allocation,
        seed=plan.seed,
        created_at=stored.created_at,
        created_by=stored.created_by,
        progress=ProgressResult(
            drawn=stored.drawn,
            open=stored.open,
            reviewed=stored.reviewed,
            skipped=stored.skipped,
        ),
    ).model_dump(mode="json")


def forecast_body(
    replies: int, found: list[Forecast], by: list[Facet], aim: float
) -> dict[str, object]:
    """Forecasts as the JSON of `ForecastResponse`."""
    return ForecastResponse(
        replies=replies,
        needed=sum(f.needed for f in found),
        aim=aim,
        groups=[
            GroupForecast(
                group=dict(zip(by, f.group, strict=True)),
                replies=f.replies,
                reviews=round(f.reviews, 2),
                half_width=round(f.half_width, 3) if f.half_width < float("inf") else None,
                needed=f.needed,
            )
            for f in found
        ],
    ).model_dump(mode="json")
