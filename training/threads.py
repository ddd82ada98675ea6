"""One thread for what must come out the same on any number of cores."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from threadpoolctl import threadpool_limits


@contextmanager
def one_thread() -> Iterator[None]:
    """Within it numpy, scipy and torch sum in one thread, so in one order: the same bytes follow
    from the same data, whatever the number of cores. onnxruntime keeps its own threads.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with threadpool_limits(1):
            yield
    finally:
        torch.set_num_threads(threads)
