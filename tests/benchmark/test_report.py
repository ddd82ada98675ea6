from pathlib import Path

from tests.benchmark.measure import ALONE
from tests.benchmark.report import BEGIN, DRAWING, END, WRITING, draw, markdown, write
from tests.benchmark.results import Results, flat

ROW = {f"{load}, {p} ms": ms for load in (ALONE, *WRITING) for p, ms in (("p50", 9.0), ("p95", 21))}
RESULTS = Results(
    date="2026-01-02",
    hardware="a processor",
    cores="one for the server",
    model_version="encoder-1",
    versions={"torch": "2"},
    model={"one reply, ms": 8.5},
    servers={
        "first": ROW | {"replies/s": 100.4, "outside the model, %": 12.34},
        "batches": {"replies/s": 7.0},
    },
    not_run={"third": "no module named third"},
)


def test_the_table_shows_both_percentiles_and_leaves_out_what_was_not_measured() -> None:
    lines = markdown(RESULTS).splitlines()

    latency = " | ".join(["9.0 / 21.0"] * 4)
    assert f"| first | {latency} | 100 | 12.3 % | – | – |" in lines
    assert "| batches | – | – | – | – | 7.0 | – | – | – |" in lines
    assert "| one reply, ms | 8.5 |" in lines


def test_a_server_that_could_not_be_measured_is_not_hidden() -> None:
    assert "Not measured: third (no module named third)." in markdown(RESULTS)


def test_results_are_written_between_the_marks_alone(tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    readme.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n", "utf-8")

    write(tmp_path, "new", "<svg/>")

    assert readme.read_text("utf-8") == f"before\n{BEGIN}\n\nnew\n\n{END}\nafter\n"
    assert (tmp_path / DRAWING).read_text("utf-8") == "<svg/>"


def test_the_drawing_names_who_answered_while_someone_wrote() -> None:
    drawing = draw(RESULTS.servers)

    assert ">first<" in drawing
    assert ">batches<" not in drawing
    assert drawing == draw(RESULTS.servers)


def test_figures_are_found_again_in_what_was_stored() -> None:
    stored: dict[str, dict[str, object]] = {
        "model": {"x": 1.0},
        "servers": {"first": {"y": 2.0}},
        "versions": {"torch": "2"},
    }

    assert flat(stored) == {"model, x": 1.0, "first: y": 2.0}
