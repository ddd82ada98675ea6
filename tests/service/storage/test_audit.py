from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from service.storage.audit import AuditRepository, Deed, digest
from service.storage.database import Database
from service.storage.errors import StorageError

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def make_deed(number: int = 0, actor: str = "key k1") -> Deed:
    return Deed(
        at=NOW + timedelta(seconds=number),
        actor=actor,
        action="change_role",
        subject=f"user:{number % 2}",
        before={"role": "reviewer"},
        after={"role": "lead"},
    )


def test_deeds_come_back_newest_first(database: Database) -> None:
    audit, deeds = AuditRepository(database), [make_deed(i) for i in range(1_001)]
    with database.writing():
        for deed in deeds:
            audit.append(deed)

    assert list(audit.read()) == deeds[::-1]
    assert list(audit.read(subject="user:1")) == deeds[1::2][::-1]
    assert list(audit.read(actor="somebody")) == []


def test_a_deed_goes_with_the_transaction_that_does_it(database: Database) -> None:
    audit = AuditRepository(database)

    def fail_after_writing() -> None:
        with database.writing():
            audit.append(make_deed())
            raise KeyError

    with pytest.raises(KeyError):
        fail_after_writing()
    assert list(audit.read()) == []


@pytest.mark.parametrize("statement", ["UPDATE audit SET actor = 'x'", "DELETE FROM audit"])
def test_the_database_refuses_to_change_what_was_done(database: Database, statement: str) -> None:
    audit = AuditRepository(database)
    audit.append(make_deed())

    def change() -> None:
        with database.writing() as db:
            db.execute(text(statement))

    with pytest.raises((StorageError, IntegrityError)):
        change()
    assert list(audit.read()) == [make_deed()]


def test_a_digest_does_not_tell_whom_it_names() -> None:
    assert digest("customer", "k-1").startswith("customer:sha256:")
    assert "k-1" not in digest("customer", "k-1")
    assert len(digest("conversation", "x" * 200)) <= 100
