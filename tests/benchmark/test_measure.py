from pathlib import Path

from tests.benchmark.measure import Plan, interleaved, measure
from tests.benchmark.servers import LITSERVE, PIPELINE, TONFALL, Contender, Server


def test_servers_take_turns() -> None:
    servers = [TONFALL, LITSERVE, PIPELINE]

    assert interleaved(servers, 2) == servers + servers


def test_a_server_that_does_not_start_is_named_with_its_error(tmp_path: Path) -> None:
    absent = Server(name="absent", command=("no_such_server",), ready="/")

    found = measure(Plan(), [], tmp_path, [Contender(name="absent", server=absent)])

    assert found.not_run["absent"].endswith("No module named no_such_server")
    assert found.samples == {}
