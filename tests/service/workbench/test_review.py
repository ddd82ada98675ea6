from typing import Any

from sqlalchemy import select

from service.plan import Arm
from service.storage.workbench_tables import DrawRow, ReviewBehaviorRow, ReviewRow
from tests.service.workbench.desk import MESSAGE, Desk


def only_review(desk: Desk) -> ReviewRow:
    with desk.database.reading() as db:
        row = db.scalars(select(ReviewRow)).one()
        db.expunge(row)
        return row


def test_the_queue_says_why_each_reply_was_drawn(desk: Desk) -> None:
    desk.plan(10, arms={Arm.RANDOM: 0.5, Arm.RISK: 0.5})
    page = desk.log_in("rune").text("/queue")

    assert "10 left" in page
    assert page.count("Drawn by chance") == page.count("More likely to be poor") == 5


def test_after_the_rating_the_score_is_shown_and_both_ratings_are_kept(desk: Desk) -> None:
    desk.plan(10)
    rune = desk.log_in("rune")
    draw = rune.next_draw()
    rune.rate(draw, 2, 4, 3, comment="No date.", tag="0:vague")
    fields: dict[str, Any] = {"need": "strong", "empathy": 3, "politeness": 4, "clarity": 3}
    rune.post(f"/review/{draw}/revise", **fields)
    page, row = rune.text(f"/review/{draw}"), only_review(desk)

    assert (row.need, row.empathy) == ("some", 2)
    assert (row.revised_need, row.revised_empathy) == ("strong", 3)
    assert row.seen_score_at == desk.clock.now
    assert "What the score rests on" in page
    assert '<ol class="evidence">' in page
    assert desk.scorer.version in page


def test_a_tag_is_kept_with_the_place_of_its_sentence(desk: Desk) -> None:
    desk.plan(10)
    rune = desk.log_in("rune")
    rune.rate(rune.next_draw(), 2, 4, 3, tag=["0:vague", "99:vague", "0:nonsense"])
    with desk.database.reading() as db:
        tags = [(t.start, t.tag) for t in db.scalars(select(ReviewBehaviorRow))]

    assert tags == [(0, "vague")]


def test_a_rating_that_is_missing_is_asked_for_and_nothing_given_is_lost(desk: Desk) -> None:
    desk.plan(10)
    rune = desk.log_in("rune")
    answer = rune.post(f"/review/{rune.next_draw()}", need="some", empathy="2", comment="Mine.")
    page = answer.get_data(as_text=True)

    assert answer.status_code == 422
    assert "Rate the need and all three" in page
    assert "Mine." in page
    assert 'name="empathy" value="2" required aria-describedby="empathy-2" checked' in page


def test_a_skipped_reply_keeps_its_place_and_its_reason(desk: Desk) -> None:
    desk.plan(10)
    rune = desk.log_in("rune")
    draw = rune.next_draw()
    rune.post(f"/review/{draw}/skip", reason="involved")
    with desk.database.reading() as db:
        row = db.get_one(DrawRow, draw)

        assert (row.state, row.skip_reason, row.inclusion_probability > 0) == (
            "skipped",
            "involved",
            True,
        )
    assert rune.get(f"/review/{draw}").status_code == 410
    assert rune.next_draw() != draw


def test_who_is_second_is_taken_to_the_next_one(desk: Desk) -> None:
    desk.plan(10)
    rune, rita = desk.log_in("rune"), desk.log_in("rita")
    draw = rune.next_draw()
    rune.rate(draw, 2, 4, 3)
    answer = rita.rate(draw, 5, 5, 5)

    assert "said=taken" in answer.headers["Location"]
    assert only_review(desk).empathy == 2


def test_for_calibration_everybody_rates_and_then_talks(desk: Desk) -> None:
    plan = desk.plan(2, arms={Arm.CALIBRATION: 1.0})
    rune, rita = desk.log_in("rune"), desk.log_in("rita")
    for ratings, who in (((1, 3, 3), rune), ((5, 3, 3), rita)):
        for _ in range(2):
            who.rate(who.next_draw(), *ratings)
    page = rune.text(f"/calibration?plan={plan}")

    assert "Furthest apart: 4" in page
    assert "Agreement" in page
    assert "Strict and lenient" not in page
    assert "Strict and lenient" not in rita.text("/calibration")


def test_an_agent_reads_a_review_without_score_or_reviewer_and_objects_once(desk: Desk) -> None:
    desk.plan(10)
    lena = desk.log_in("lena")
    lena.rate(lena.next_draw(), 2, 4, 3, comment="No date.", tag="0:vague")
    shared = lena.post(f"/disputes/of/{only_review(desk).id}").get_data(as_text=True)
    path = shared.split('readonly value="')[1].split('"')[0].split("/workbench")[1]
    agent = desk.visitor()
    page = agent.text(path)
    agent.post(path, path, objection="I had none to give.")
    agent.post(path, "/login", objection="Again.")
    lenas = lena.text("/disputes")

    assert MESSAGE in page
    assert "No date." in page
    assert "Lena" not in page
    assert desk.scorer.version not in page
    assert "I had none to give." in lenas
    assert "Again." not in lenas
    desk.clock.now = desk.clock.now.replace(month=12)
    assert agent.get(path).status_code == 404


def test_a_dispute_that_changes_the_ratings_keeps_the_blind_ones(desk: Desk) -> None:
    desk.plan(10)
    lena = desk.log_in("lena")
    lena.rate(lena.next_draw(), 2, 4, 3)
    shared = lena.post(f"/disputes/of/{only_review(desk).id}").get_data(as_text=True)
    path = shared.split('readonly value="')[1].split('"')[0].split("/workbench")[1]
    desk.visitor().post(path, path, objection="I had none to give.")
    dispute = lena.text("/disputes").split("/disputes/")[1].split('"')[0]
    fields: dict[str, Any] = {"need": "some", "empathy": 4, "politeness": 4, "clarity": 3}
    lena.post(f"/disputes/{dispute}", outcome="changed", **fields)
    row = only_review(desk)

    assert (row.empathy, row.revised_empathy) == (2, 4)
    assert "The ratings were changed." in desk.visitor().text(path)
