"""One heap for all threads, so that memory that a burst of requests took goes back to the system.

glibc gives every thread an arena of its own and keeps what it once held: after a hundred requests
with advice a worker held 500 MB so, and holds 290 MB with one arena.
"""

import ctypes
import sys

_TRIM_THRESHOLD, _ARENA_MAX = -1, -8
"""Parameters of mallopt(3)."""
_KEPT_BYTES = 65_536


def share_one_heap() -> bool:
    """Ask the C library for it, before there are threads; False where it is not glibc."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if mallopt is None:
        return False
    return bool(mallopt(_ARENA_MAX, 1) and mallopt(_TRIM_THRESHOLD, _KEPT_BYTES))
