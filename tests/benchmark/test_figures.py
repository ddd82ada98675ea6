import pytest

from tests.benchmark.figures import figures, latency, outside_model, percentile, throughput
from tests.benchmark.load import Sample
from tests.benchmark.measure import ALONE, SATURATED, Measured
from tests.benchmark.servers import Contender, Server

SERVER = Server(name="one", command=("one",), ready="/", measures_model=True)
BROKEN = Server(name="two", command=("two",), ready="/")


def sample(*times_ms: float, seconds: float = 1.0, model_ms: float | None = None) -> Sample:
    return Sample(times_ms=times_ms, seconds=seconds, model_ms=model_ms)


@pytest.mark.parametrize(("share", "value"), [(0, 1), (0.5, 50), (0.95, 95), (1, 100)])
def test_a_percentile_is_a_value_that_was_measured(share: float, value: float) -> None:
    assert percentile([float(x) for x in range(100, 0, -1)], share) == value


def test_nothing_has_no_percentile() -> None:
    with pytest.raises(ValueError, match="needs at least one value"):
        percentile([], 0.5)


def test_latency_is_over_all_rounds_and_not_the_mean_of_rounds() -> None:
    found = latency([sample(*[1.0] * 18), sample(50.0, 90.0)], "x")

    assert found == {"x, p50 ms": 1.0, "x, p95 ms": 50.0}


def test_outside_the_model_is_what_the_clients_waited_for_besides() -> None:
    assert outside_model([sample(10, 10, model_ms=15), sample(20, model_ms=15)]) == 25


def test_throughput_is_that_of_the_median_round() -> None:
    rounds = [sample(1, 1, seconds=s) for s in (1.0, 2.0, 40.0)]

    assert throughput(rounds) == 1
    assert throughput(rounds, replies=64) == 64


def test_a_server_that_did_not_run_has_no_figures() -> None:
    found = Measured()
    found.samples["first"][ALONE].append(sample(2, model_ms=1))
    found.samples["first"][SATURATED].append(sample(2, 2, seconds=0.5))
    found.start_s["one"] += [3.0, 1.0, 2.0]
    found.memory_mb["one"] += [(100.0, 120.0), (110.0, 115.0)]
    found.not_run["two"] = "not ready"
    contenders = [Contender(name="first", server=SERVER), Contender(name="second", server=BROKEN)]

    assert figures(found, contenders) == {
        "first": {
            f"{ALONE}, p50 ms": 2,
            f"{ALONE}, p95 ms": 2,
            "outside the model, %": 50,
            "replies/s": 4,
            "start to ready, s": 2,
            "largest process, MB": 110,
            "all processes, MB": 120,
        }
    }
