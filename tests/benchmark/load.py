"""Writers who type: each waits for an answer, pauses, and sends what it has written since."""

import http.client
import random
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

PATH = "/v1/score"
SEED = 80


class AnswerError(RuntimeError):
    """A server answered with another status than 200."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One run of load: the milliseconds of each request, and how long all of it took."""

    times_ms: Sequence[float]
    seconds: float
    model_ms: float | None = None
    """Of all times, what the server spent in the model, where it says so."""


def drive(
    port: int, writers: Sequence[Sequence[bytes]], *, pause_s: float = 0, path: str = PATH
) -> Sample:
    """Send each writer's requests in their order, all writers at a time.

    Before a request a writer pauses for `pause_s`, give or take half of it.
    """

    def write(number: int) -> list[float]:
        jitter = random.Random(SEED + number)
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        times = []
        for body in writers[number]:
            time.sleep(pause_s * jitter.uniform(0.5, 1.5))
            times.append(_request(connection, path, body))
        connection.close()
        return times

    started = time.perf_counter()
    with ThreadPoolExecutor(len(writers)) as pool:
        times = [t for own in pool.map(write, range(len(writers))) for t in own]
    return Sample(times_ms=times, seconds=time.perf_counter() - started)


def _request(connection: http.client.HTTPConnection, path: str, body: bytes) -> float:
    started = time.perf_counter()
    connection.request("POST", path, body, {"Content-Type": "application/json"})
    response = connection.getresponse()
    response.read()
    if response.status != 200:
        raise AnswerError(f"POST {path} was answered with {response.status}")
    return (time.perf_counter() - started) * 1000
