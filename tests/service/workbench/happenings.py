"""A desk where everything has happened, so that every page has something to show."""

from datetime import UTC, datetime

from sqlalchemy import select

from service.candidates import Period
from service.plan import Arm
from service.storage.users import Role
from service.storage.workbench_tables import ReviewRow, UserRow
from tests.service.workbench.desk import Desk

AUGUST = Period(start=datetime(2026, 8, 1, tzinfo=UTC), end=datetime(2026, 9, 1, tzinfo=UTC))
SEPTEMBER = Period(start=AUGUST.end, end=datetime(2026, 10, 1, tzinfo=UTC))
ARMS = {Arm.RANDOM: 0.5, Arm.RISK: 0.3, Arm.CALIBRATION: 0.2}
COMMENTS = ("", "No date, so the customer has to ask again.", "", "Warm and exact.")


def happen(desk: Desk) -> dict[str, str]:
    """Reviews of two months, a dispute, an open queue; returns the path of every page by name."""
    for login in ("kim", "sam"):
        desk.hire(login, Role.REVIEWER, "north")
    root = desk.log_in("root")
    for period in (AUGUST, SEPTEMBER):
        desk.store(60, "north", period.start)
        desk.plan(40, team="north", arms=ARMS, period=period)
    kim, sam = desk.log_in("kim"), desk.log_in("sam")
    seen = {kim: "", sam: ""}
    for number in range(70):
        who = (kim, sam)[number % 2]
        seen[who] = draw = who.next_draw()
        ratings = 1 + number % 5, 2 + number % 4, 1 + (number * 7) % 5
        extra = {"coaching": "1"} if number % 9 == 0 else {}
        who.rate(draw, *ratings, comment=COMMENTS[number % 4], tag="0:vague", **extra)
    waiting = root.next_draw()
    own = root.next_draw()
    root.rate(own, 2, 3, 2, comment="No date.", tag="0:vague")
    shared = root.post(f"/disputes/of/{_review(desk)}").get_data(as_text=True)
    path = shared.split('readonly value="')[1].split('"')[0].split("/workbench")[1]
    desk.visitor().post(path, path, objection="The carrier had given no date yet.")
    return {
        "queue": "/queue",
        "review": f"/review/{root.next_draw()}",
        "revealed": f"/review/{waiting}",
        "calibration": "/calibration",
        "plans": "/plans",
        "plan": "/plans/new",
        "reports": "/reports?start=2026-08-01&end=2026-09-30",
        "disputes": "/disputes",
        "objection": path,
        "users": "/users",
        "audit": "/audit",
        "account": "/account",
        "missing": "/nothing",
    }


def _review(desk: Desk) -> str:
    with desk.database.reading() as db:
        own = select(ReviewRow.id).join(UserRow).where(UserRow.login == "root")
        return db.scalars(own).one()  # root may be blind to another's
