from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from model import Channel, Dimension, Need, Reply, ReplyError, Scorer, Status

REPLIES = [
    Reply(text="Kontakta FAQ.", customer_message="Var är mitt paket? Jag har väntat i tre veckor!"),
    Reply(text="Hei Kari! Pakka di kjem i morgon før kl. 12.", channel=Channel.CHAT),
    Reply(text="Yes, open until 18:00 today.", customer_message="What are your opening hours?"),
    Reply(text="👍"),
    Reply(text="Det ved vi ikke.", language="da"),
]


def values(scorer: Scorer, replies: Sequence[Reply]) -> list[list[float]]:
    return [[s.value for s in a.scores.values()] for a in scorer.score(replies)]


def test_a_score_does_not_depend_on_its_batch(shipped: Scorer) -> None:
    together = values(shipped, REPLIES)

    assert [values(shipped, [reply])[0] for reply in REPLIES] == together
    assert values(shipped, REPLIES[::-1])[::-1] == together


def test_threads_share_a_scorer(shipped: Scorer) -> None:
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda _: values(shipped, REPLIES), range(24)))

    assert all(result == results[0] for result in results)


def test_no_replies_give_no_assessments(shipped: Scorer) -> None:
    assert shipped.score([]) == []


def test_every_number_is_in_its_range(shipped: Scorer) -> None:
    for assessment in shipped.score(REPLIES):
        assert 0 <= assessment.risk <= 1
        assert sum(assessment.empathy_need.values()) == pytest.approx(1)
        assert list(assessment.scores) == list(Dimension)


def test_a_missing_customer_message_widens_the_interval(shipped: Scorer) -> None:
    text = "Paketet kommer i morgon före kl. 12."
    asked, silent = shipped.score(
        [Reply(text=text, customer_message="Var är paketet?"), Reply(text=text)]
    )

    for dimension in Dimension:
        widths = [a.scores[dimension].interval for a in (asked, silent)]
        assert widths[1].high - widths[1].low > widths[0].high - widths[0].low - 0.5


def test_empathy_is_not_needed_for_a_plain_question(shipped: Scorer) -> None:
    reply = Reply(text="Ja, till kl. 18.", customer_message="Hej, har ni öppet i dag?")
    assessment = shipped.score([reply])[0]

    assert max(assessment.empathy_need, key=assessment.empathy_need.__getitem__) is Need.NONE
    assert assessment.scores[Dimension.EMPATHY].status is Status.NOT_NEEDED


def test_need_grows_with_what_happened(shipped: Scorer) -> None:
    plain, grave = shipped.score(
        [
            Reply(text="Hej!", customer_message="Hej, vilka öppettider har ni på lördag?"),
            Reply(
                text="Hej!",
                customer_message="Min pappa dog i går och ni skickar räkningar till honom.",
            ),
        ]
    )

    assert grave.empathy_need[Need.STRONG] > plain.empathy_need[Need.STRONG]


def test_an_unsupported_language_is_said_and_not_guessed(shipped: Scorer) -> None:
    assessment = shipped.score([Reply(text="Guten Tag, Ihr Paket kommt morgen gegen Mittag an.")])[
        0
    ]

    assert assessment.language.code == "und"
    for score in assessment.scores.values():
        assert score.status is Status.UNSUPPORTED_LANGUAGE
        assert score.interval == (1, 5)


def test_a_language_that_is_given_is_not_detected(shipped: Scorer) -> None:
    assert not shipped.score([REPLIES[4]])[0].language.detected


@pytest.mark.parametrize("text", ["", " \n ", "a" * 20_001])
def test_what_cannot_be_scored_is_refused(shipped: Scorer, text: str) -> None:
    with pytest.raises(ReplyError):
        shipped.score([Reply(text=text)])


def test_a_quotation_below_the_reply_changes_nothing(shipped: Scorer) -> None:
    text = "Hej Anna! Paketet kommer i morgon före kl. 12."
    quoted = text + "\n\nDen 3 okt. 2025 skrev Anna:\n> Ni är värdelösa, läs era villkor!"

    assert values(shipped, [Reply(text=text)]) == values(shipped, [Reply(text=quoted)])
