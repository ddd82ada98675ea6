import pytest

from service.plan import Arm
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
