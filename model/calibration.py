"""Apply fitted intervals: how far a panel's mean may lie from the expected rating.

Split conformal prediction with normalized residuals (Lei et al. 2018; Papadopoulos et al. 2002),
one quantile per language and dimension (Mondrian, Vovk et al. 2005). Fitting the quantiles is
`training.calibrate`'s.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from model.rubric import HIGHEST, LOWEST, Dimension
from model.scores import UNDETERMINED, Interval

WITHOUT_MESSAGE = "without_message"
"""The widening, per dimension, of the interval of a reply whose customer message is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Intervals:
    """Fitted quantiles: `quantiles[language][dimension]`, in units of the rating's spread."""

    quantiles: Mapping[str, Mapping[str, float]]
    least_spread: float
    widest_to_act_on: float

    def interval(
        self,
        dimension: Dimension,
        language: str,
        *,
        value: float,
        spread: float,
        has_message: bool,
    ) -> Interval:
        """The 90 % interval around `value`, cut to [1, 5]; [1, 5] for an unsupported language."""
        if language == UNDETERMINED:
            return Interval(LOWEST, HIGHEST)
        quantile = self.quantiles[language][dimension]
        if not has_message:
            quantile *= self.quantiles[WITHOUT_MESSAGE][dimension]
        half = quantile * max(spread, self.least_spread)
        return Interval(max(LOWEST, value - half), min(HIGHEST, value + half))

    def is_too_wide(self, interval: Interval) -> bool:
        """True where an interval leaves too much open to act on the score."""
        return interval.high - interval.low > self.widest_to_act_on
