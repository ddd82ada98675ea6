"""What a QA lead decides before a draw: which replies, how many, and what for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from service.candidates import Facet, Period


class Arm(StrEnum):
    """Why a reply is drawn. `active` serves training and enters no estimate."""

    RANDOM = "random"
    RISK = "risk"
    CALIBRATION = "calibration"
    DISPUTE = "dispute"
    ACTIVE = "active"


COVERING = (Arm.RANDOM, Arm.RISK, Arm.CALIBRATION)
"""The arms that can draw any reply; without one, estimates have nothing to stand on."""
DEFAULT_ARMS: Mapping[Arm, float] = {Arm.RANDOM: 0.5, Arm.RISK: 0.4, Arm.CALIBRATION: 0.1}


class Allocation(StrEnum):
    """How strata share a budget: each alike (figures for agents), or by their size (for all)."""

    EQUAL = "equal"
    PROPORTIONAL = "proportional"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One draw to be made. `arms` are shares of the budget; what `dispute` cannot use goes to the
    covering arms.
    """

    period: Period
    budget: int
    seed: int
    strata: tuple[Facet, ...] = (Facet.AGENT,)
    arms: Mapping[Arm, float] = field(default_factory=lambda: DEFAULT_ARMS)
    allocation: Allocation = Allocation.EQUAL

    def __post_init__(self) -> None:
        shares = list(self.arms.values())
        if self.budget < 1 or self.seed < 0:
            raise ValueError(f"need budget >= 1 and seed >= 0, got {self.budget}, {self.seed}")
        if any(s < 0 for s in shares) or abs(sum(shares) - 1) > 1e-9:
            raise ValueError(f"the arms' shares must be >= 0 and sum to 1, got {dict(self.arms)}")
        if self.share(Arm.ACTIVE) < 1 and not any(self.share(a) > 0 for a in COVERING):
            raise ValueError(
                "only some replies could be drawn; give random, risk or calibration a share"
            )

    def share(self, arm: Arm) -> float:
        """The part of the budget that an arm was given."""
        return self.arms.get(arm, 0.0)
