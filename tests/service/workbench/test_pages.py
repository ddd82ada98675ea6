import re
from csv import DictReader
from io import BytesIO, StringIO

import pytest
from pyarrow import parquet

from service.plan import Arm
from service.storage.users import Role
from tests.service.workbench.desk import Desk

PAGES = (
    "/queue", "/calibration", "/plans", "/plans/new", "/reports", "/disputes", "/users", "/audit",
    "/account",
)  # fmt: skip


@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_there_for_an_admin(desk: Desk, path: str) -> None:
    desk.plan(20, arms={Arm.RANDOM: 0.5, Arm.CALIBRATION: 0.5})
    rune, rita = desk.log_in("rune"), desk.log_in("rita")
    for who in (rune, rita):
        for _ in range(6):
            who.rate(who.next_draw(), 2, 4, 3, comment="Vague.", tag="0:vague", coaching="1")

    assert "<h1" in desk.log_in("root").text(path)


def reviewed(desk: Desk) -> None:
    desk.plan(24)
    rune = desk.log_in("rune")
    for number in range(20):
        rune.rate(rune.next_draw(), 1 + number % 3, 2 + number % 3, 3)


def test_the_parquet_export_holds_what_the_csv_does(desk: Desk) -> None:
    reviewed(desk)
    lena, period = desk.log_in("lena"), "start=2026-10-01&end=2026-10-31"
    found = lena.get(f"/export/reviews.parquet?{period}")
    table = parquet.read_table(BytesIO(found.data))
    rows = list(DictReader(StringIO(lena.text(f"/export/reviews.csv?{period}").lstrip("\ufeff"))))

    assert found.content_type == "application/vnd.apache.parquet"
    assert table.column_names == list(rows[0])
    assert table.column("review").to_pylist() == [r["review"] for r in rows]
    assert table.column("empathy").to_pylist() == [int(r["empathy"]) for r in rows]
    assert len(rows) == 20


def test_a_report_says_what_the_model_makes_of_a_group_and_where_it_is_furthest_off(
    desk: Desk,
) -> None:
    reviewed(desk)
    page = desk.log_in("lena").text("/reports?start=2026-10-01&end=2026-10-31")

    assert "Mean score" in page
    assert "Where reviewers and model part" in page
    assert "rated 1, scored 4.0" in page


def test_numbers_are_written_as_the_language_writes_them(desk: Desk) -> None:
    reviewed(desk)
    desk.hire("svea", Role.LEAD, "east", language="sv")
    page = desk.log_in("svea").text("/reports?start=2026-10-01&end=2026-10-31")

    assert "betyg 1, poäng 4,0" in page


def test_a_plan_over_all_teams_counts_for_each_what_is_theirs(desk: Desk) -> None:
    desk.plan(40, team=None, arms={Arm.CALIBRATION: 1.0})
    reviewer = desk.log_in("rune")
    page = reviewer.text("/queue")
    (waiting,) = re.findall(r"(\d+) left", page)

    assert 0 < int(waiting) < 40
    assert f"0 of {waiting}</span>" in page
    assert f"Rate {waiting}" in reviewer.text("/calibration")
    assert "0 of 40</span>" in desk.log_in("root").text("/queue")
