"""The report is one file that works alone, reads well to machines too, and keeps text apart."""

import json
import re
from collections import Counter
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest

from tests.builders import make_rating, make_reply
from tests.fakes import WordScorer
from training.corpus import RatedReply
from training.examination import Curve, Examination, examine
from training.report import BEGIN, END, update_card, write_report

SECRET = "Hemliga <b>ord</b>"
MADE = date(2025, 11, 22)
pytestmark = pytest.mark.slow


def corpus() -> list[RatedReply]:
    """Groups enough that some replies fall into each split; a good one says so."""
    return [
        make_reply(
            f"sv-{i}",
            reply=f"Hej! {SECRET}. " + ("bra " if i % 5 > 1 else "dåligt ") * (1 + i % 3),
            batch=f"batch-{i}",
            ratings=tuple(make_rating(r, (1 + i % 5,) * 3) for r in "ab"),
        )
        for i in range(200)
    ]


@pytest.fixture(scope="module")
def examination() -> Examination:
    return examine(
        WordScorer({"bra": 1.0, "dåligt": -1.0}),
        corpus(),
        seed=1,
        against=WordScorer({"bra": 0.5}),
        curve=Curve(reason="A scorer of kind fake cannot be fitted again."),
    )


@pytest.fixture(scope="module")
def page(examination: Examination, tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("report")
    return write_report(examination, folder, made=MADE).read_text("utf-8")


class Outline(HTMLParser):
    """Collects what a test asks about."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def of(self, *names: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.tags if tag in names]


def test_the_page_loads_nothing(page: str) -> None:
    outline = Outline(page)

    assert not outline.of("link", "iframe", "object", "embed", "img", "base")
    assert not [a for a in outline.of("script") if "src" in a]
    assert {a.get("href", "")[:1] for a in outline.of("a")} == {"#"}  # type: ignore[index]
    assert not re.search(r"url\((?!#)|@import", page)
    assert {a.get("xlink:href", "#")[:1] for a in outline.of("use")} <= {"#"}  # type: ignore[index]


def test_headings_captions_and_ids_are_in_order(page: str) -> None:
    outline = Outline(page)
    levels = [int(tag[1]) for tag, _ in outline.tags if re.fullmatch("h[1-6]", tag)]
    ids = Counter(a["id"] for _, a in outline.tags if "id" in a)

    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert len(outline.of("table")) == len(outline.of("caption")) > 5
    assert [i for i, n in ids.items() if n > 1] == []
    assert {a["href"][1:] for a in outline.of("a")} <= set(ids)  # type: ignore[index]
    assert outline.of("html")[0]["lang"] == "en"


def test_every_drawing_has_a_text_and_takes_its_colors_from_the_page(page: str) -> None:
    outline = Outline(page)
    alone = [a for a in outline.of("svg") if a.get("aria-hidden") != "true"]

    assert outline.of("svg")
    assert not alone
    assert all(a["aria-label"] for a in outline.of("div") if a.get("role") == "img")
    assert not re.search(r"#0[1-7]0[1-7]0[1-7]", page)
    assert "currentColor" in page


def test_a_verdict_is_a_word_and_a_sign_not_a_color_alone(page: str) -> None:
    assert "✗ missed" in page
    assert re.search(r"It meets (\d|none) of the \d bars", page)


def test_replies_are_quoted_as_text_and_the_page_says_so_first(page: str) -> None:
    assert "Hemliga &lt;b&gt;ord&lt;/b&gt;" in page
    assert SECRET not in page
    assert page.index("word for word") < page.index("Hemliga")


def test_without_text_no_word_of_a_reply_is_in_any_file(
    examination: Examination, tmp_path: Path
) -> None:
    write_report(examination, tmp_path, made=MADE, with_text=False)

    assert {p.name for p in tmp_path.iterdir()} == {"report.html", "metrics.json"}
    for path in tmp_path.iterdir():
        assert "Hemliga" not in path.read_text("utf-8")
        assert "Var är mitt paket" not in path.read_text("utf-8")
    assert examination.worst[0].reply.id in (tmp_path / "report.html").read_text("utf-8")


def test_the_figures_are_json_that_any_parser_reads(
    examination: Examination, tmp_path: Path
) -> None:
    write_report(examination, tmp_path, made=MADE)
    metrics = json.loads((tmp_path / "metrics.json").read_text("utf-8"), parse_constant=pytest.fail)

    assert metrics["version"] == examination.evaluation.version
    assert metrics["replies"] == len(examination.evaluation.replies)
    assert len(metrics["worst"]) == len(examination.worst)
    assert {"bars", "parts", "robustness", "reliability", "gains", "steps"} <= set(metrics)
    assert "Hemliga" not in json.dumps(metrics)


def test_a_curve_that_is_left_out_says_why(page: str) -> None:
    assert "No learning curve here. A scorer of kind fake cannot be fitted again." in page


def test_the_worst_errors_come_worst_first(examination: Examination) -> None:
    errors = [abs(m.error) for m in examination.worst]

    assert errors == sorted(errors, reverse=True)
    assert errors[0] > errors[-1]


def test_the_better_scorer_reads_as_better(examination: Examination, page: str) -> None:
    assert [s.name for s in examination.steps] == ["current: words-1", "this scorer"]
    assert {g.measure for g in examination.gains} >= {"Spearman", "less MAE"}
    assert "This scorer minus words-1" in page


def test_two_writings_of_the_same_examination_are_the_same_page(
    examination: Examination, page: str, tmp_path: Path
) -> None:
    assert write_report(examination, tmp_path, made=MADE).read_text("utf-8") == page


def test_the_model_card_gets_the_figures_between_its_marks(
    examination: Examination, tmp_path: Path
) -> None:
    card = tmp_path / "README.md"
    card.write_text(f"# Card\n\n{BEGIN}\n\nearlier figures\n\n{END}\n\nAfter.\n", "utf-8")
    update_card(replace(examination, behaviors=[]), card)
    text = card.read_text("utf-8")

    assert text.startswith("# Card\n")
    assert text.endswith(f"{END}\n\nAfter.\n")
    assert "earlier figures" not in text
    for heading in ("Is it good enough?", "Names by group", "A stock phrase added"):
        assert f"### {heading}" in text
    assert "Hemliga" not in text
