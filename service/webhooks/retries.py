"""When a delivery that failed is tried again: twelve attempts within about three days."""

from datetime import timedelta

_FIRST_S, _GROWTH, _LONGEST_S = 10, 3, 24 * 3600
MOST_ATTEMPTS = 12
JITTER = 0.25
"""Waits differ by up to so much, so that receivers that come back are not hit all at once."""
SILENT = timedelta(days=2)
"""An endpoint that took nothing for as long when a delivery is given up is disabled."""


def wait(attempts: int, jitter: float) -> timedelta | None:
    """How long to wait after so many attempts, `jitter` in [-1, 1]; None: give up."""
    if attempts >= MOST_ATTEMPTS:
        return None
    seconds = min(_FIRST_S * _GROWTH ** (attempts - 1), _LONGEST_S)
    return timedelta(seconds=seconds * (1 + JITTER * jitter))
