from datetime import UTC, datetime, timedelta

import pytest

from service.storage.answers import (
    ABANDONED,
    KEPT,
    Answer,
    AnswerRepository,
    Claim,
    InProgressError,
    OtherRequestError,
)
from service.storage.database import Database
from service.storage.tables import AnswerRow

ANSWER = Answer(status=201, body='{"id": "1"}')


class Clock:
    """Stands still until a test moves it."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 22, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def answers(database: Database, clock: Clock) -> AnswerRepository:
    return AnswerRepository(database, clock)


def claim(answers: AnswerRepository, caller: str = "k1", request: bytes = b"POST x") -> Claim:
    claimed = answers.claim(caller=caller, key="key-1", request=request)
    assert isinstance(claimed, Claim)
    return claimed


def test_the_answer_is_kept_for_the_same_request(answers: AnswerRepository) -> None:
    answers.keep(claim(answers), ANSWER)

    assert answers.claim(caller="k1", key="key-1", request=b"POST x") == ANSWER


def test_another_caller_has_keys_of_its_own(answers: AnswerRepository) -> None:
    answers.keep(claim(answers), ANSWER)

    assert claim(answers, caller="k2")


def test_another_request_with_the_key_is_refused(answers: AnswerRepository) -> None:
    answers.keep(claim(answers), ANSWER)

    with pytest.raises(OtherRequestError):
        claim(answers, request=b"POST y")


def test_a_request_at_hand_is_not_carried_out_twice(answers: AnswerRepository) -> None:
    claim(answers)

    with pytest.raises(InProgressError):
        claim(answers)


def test_a_claim_that_is_given_back_may_be_taken_by_any_request(answers: AnswerRepository) -> None:
    answers.release(claim(answers))

    assert claim(answers, request=b"POST y")


def test_a_claim_of_a_worker_that_died_is_taken_and_cannot_be_kept_late(
    answers: AnswerRepository, clock: Clock
) -> None:
    dead = claim(answers)
    clock.now += ABANDONED
    taken = claim(answers)

    with pytest.raises(InProgressError):
        answers.keep(dead, ANSWER)
    answers.release(dead)
    answers.keep(taken, ANSWER)


def test_an_answer_is_forgotten_after_a_day(answers: AnswerRepository, clock: Clock) -> None:
    answers.keep(claim(answers), ANSWER)
    clock.now += KEPT + timedelta(seconds=1)

    assert claim(answers, request=b"POST y")


def test_neither_key_nor_request_can_be_read_in_the_database(
    answers: AnswerRepository, database: Database
) -> None:
    claim(answers, request=b"hemligt")
    with database.reading() as db:
        row = db.query(AnswerRow).one()

        assert "key-1" not in row.id
        assert "hemligt" not in row.request
        assert len(row.request) == 64
