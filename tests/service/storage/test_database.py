from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, func, insert, select, text
from sqlalchemy.exc import StatementError

from service.storage.base import Base
from service.storage.database import Database
from service.storage.errors import OutdatedError, StorageError
from service.storage.migrations import head_revision, upgrade
from service.storage.tables import AnswerRow

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def make_row(row_id: str = "a", claimed_at: datetime = NOW) -> AnswerRow:
    return AnswerRow(id=row_id, request="r", claimed_at=claimed_at)


def count(database: Database) -> int | None:
    with database.reading() as db:
        return db.scalar(select(func.count()).select_from(AnswerRow))


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path / 'tonfall.db'}")
    yield database
    database.close()


def test_the_migrations_make_the_tables_that_are_mapped(database: Database) -> None:
    with database.open().connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), Base.metadata)

    assert differences == []


def test_a_migrated_database_is_migrated_again_without_losing_a_row(database: Database) -> None:
    with database.writing() as db:
        db.add(make_row())

    assert database.migrate() == head_revision()
    assert count(database) == 1


@pytest.mark.parametrize("revision", ["0001", "0002"])
def test_a_database_of_an_earlier_version_is_migrated_with_its_rows(
    url: str, revision: str, tmp_path: Path
) -> None:
    (tmp_path / "state").mkdir()
    engine = create_engine(url)
    with engine.begin() as connection:
        upgrade(connection, revision)
        connection.execute(insert(AnswerRow).values(id="a", request="r", claimed_at=NOW))
    engine.dispose()
    database = Database(url)

    assert database.migrate() == head_revision()
    assert count(database) == 1
    database.close()


def test_a_moment_comes_back_in_utc(database: Database) -> None:
    with database.writing() as db:
        db.add(make_row(claimed_at=NOW.astimezone(timezone(timedelta(hours=2)))))
    with database.reading() as db:
        row = db.get_one(AnswerRow, "a")

        assert (row.claimed_at, row.claimed_at.tzinfo) == (NOW, UTC)


def test_a_moment_without_a_time_zone_is_refused(database: Database) -> None:
    with pytest.raises(StatementError, match="time zone"), database.writing() as db:
        db.add(make_row(claimed_at=NOW.replace(tzinfo=None)))


def test_a_failure_takes_everything_back_that_joined(database: Database) -> None:
    def write_and_fail() -> None:
        with database.writing() as db:
            db.add(make_row("outer"))
            with database.writing() as joined:
                joined.add(make_row("inner"))
            raise KeyError

    with pytest.raises(KeyError):
        write_and_fail()
    assert count(database) == 0


def test_threads_that_read_and_write_wait_for_each_other(database: Database) -> None:
    def add(i: int) -> None:
        with database.writing() as db:
            db.scalar(select(func.count()).select_from(AnswerRow))
            db.add(make_row(str(i)))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add, range(40)))

    assert count(database) == 40


def test_sqlite_is_opened_with_its_tables_by_whoever_comes_first(tmp_path: Path) -> None:
    databases = [Database(f"sqlite:///{tmp_path / 'new' / 'tonfall.db'}") for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        counts = list(pool.map(count, databases))
    for database in databases:
        database.close()

    assert counts == [0, 0, 0, 0]


def test_sqlite_keeps_a_write_ahead_log_and_foreign_keys(sqlite: Database) -> None:
    with sqlite.reading() as db:
        assert db.scalar(text("PRAGMA journal_mode")) == "wal"
        assert db.scalar(text("PRAGMA foreign_keys")) == 1
        assert db.scalar(text("PRAGMA busy_timeout")) == 5_000


def test_a_postgresql_that_is_behind_is_refused_with_the_command(postgresql_url: str) -> None:
    with pytest.raises(OutdatedError, match="run 'tonfall migrate'"):
        Database(postgresql_url).open()


def test_a_postgresql_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=r"cannot be used \(OperationalError\)"):
        Database(f"postgresql://tonfall@/tonfall?host={tmp_path}").open()


def test_a_place_that_cannot_be_written_is_refused_and_tried_again(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("in the way", "utf-8")
    database = Database(f"sqlite:///{tmp_path / 'state' / 'tonfall.db'}")
    with pytest.raises(StorageError, match="cannot be made"):
        count(database)

    (tmp_path / "state").unlink()
    assert count(database) == 0
    database.close()


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "tonfall.db").write_text("no database " * 500, "utf-8")

    with pytest.raises(StorageError, match="SQLITE_NOTADB"):
        Database(f"sqlite:///{tmp_path / 'tonfall.db'}").open()


def test_a_full_disk_is_a_storage_error_without_values(sqlite: Database) -> None:
    def fill() -> None:
        with sqlite.writing() as db:
            pages = db.scalar(text("PRAGMA page_count"))
            db.execute(text(f"PRAGMA max_page_count = {pages}"))
            db.add(AnswerRow(id="a", request="r", claimed_at=NOW, body="hemligt" * 10_000))

    with pytest.raises(StorageError, match=r"cannot be used \(SQLITE_FULL\)"):
        fill()
