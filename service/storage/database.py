"""The database: SQLite by default, PostgreSQL by URL. Opened at its first use."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from threading import Lock

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

from service.storage.errors import OutdatedError, StorageError
from service.storage.migrations import current_revision, head_revision, upgrade

_BUSY_MS = 5_000
_CONNECT_S = 5
_BEGIN = "tonfall_begin"
"""How a transaction begins, as an option of the connection; nothing begins none."""
_PRAGMAS = (
    "journal_mode=WAL",
    f"busy_timeout={_BUSY_MS}",
    "foreign_keys=ON",
    "secure_delete=ON",  # what is erased is overwritten, not only forgotten
)
_HINTS = {
    "SQLITE_FULL": ": the disk is full, nothing of this transaction was kept; make room",
    "SQLITE_IOERR_WRITE": ": the disk takes no more, nothing of this transaction was kept",
    "DiskFull": ": the disk is full, nothing of this transaction was kept; make room",
}


class Database:
    """Transactions on the database at `url`. Safe to share between threads, not across a fork.

    A SQLite database gets its tables when it is opened, a PostgreSQL one by `tonfall migrate`. What
    could not be opened is tried again at the next use.
    """

    def __init__(self, url: str) -> None:
        self._url = make_url(url)
        self._is_sqlite = self._url.get_backend_name() == "sqlite"
        self._opening = Lock()
        self._engine: Engine | None = None
        self._written: ContextVar[Session | None] = ContextVar("written", default=None)

    def open(self) -> Engine:
        """The engine; StorageError where the database cannot be used, or not yet."""
        with self._opening:
            if self._engine is None:
                self._engine = self._opened(migrate=self._is_sqlite)
            return self._engine

    def migrate(self) -> str:
        """Bring the tables up to this version and return its name."""
        self._opened(migrate=True).dispose()
        return head_revision()

    def scrub(self) -> bool:
        """Leave nothing in the write-ahead log of what was deleted; False while others read it.

        SQLite overwrites what is deleted; PostgreSQL lets new rows overwrite it.
        """
        if self._is_sqlite:
            return self._maintain("PRAGMA wal_checkpoint(TRUNCATE)") == (0, 0, 0)
        self._maintain("VACUUM")
        return True

    def compact(self) -> None:
        """Write the database anew, without what was deleted; needs as much room again."""
        self._maintain("VACUUM" if self._is_sqlite else "VACUUM FULL")
        self.scrub()

    def backup(self, path: Path) -> None:
        """Copy a SQLite database while it is in use; a PostgreSQL one is pg_dump's."""
        if not self._is_sqlite:
            raise StorageError("PostgreSQL is backed up with pg_dump, not by 'tonfall backup'")
        part = path.with_name(path.name + ".part")
        part.unlink(missing_ok=True)
        self._maintain("VACUUM INTO ?", str(part))
        part.chmod(0o600)
        part.replace(path)

    def close(self) -> None:
        """Let all connections go."""
        with self._opening:
            if self._engine is not None:
                self._engine.dispose()
                self._engine = None

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A transaction that only reads, and so never waits for one that writes."""
        with _own_errors(), Session(self.open()) as db:
            yield db

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A transaction, committed at the end of the block; one within another joins it."""
        outer = self._written.get()
        if outer is not None:
            yield outer
            return
        engine = self.open().execution_options(**{_BEGIN: "BEGIN IMMEDIATE"})
        with _own_errors(), Session(engine) as db, db.begin():
            token = self._written.set(db)
            try:
                yield db
            finally:
                self._written.reset(token)

    def _maintain(self, statement: str, *parameters: str) -> object:
        """Carry out what no transaction may hold, and return its first row."""
        options = {_BEGIN: ""} if self._is_sqlite else {"isolation_level": "AUTOCOMMIT"}
        with _own_errors(), self.open().execution_options(**options).connect() as connection:
            result = connection.exec_driver_sql(statement, parameters or None)
            return tuple(result.one()) if result.returns_rows else None

    def _opened(self, *, migrate: bool) -> Engine:
        with _own_errors():
            engine = _engine(self._url)
            try:
                if migrate:
                    with engine.execution_options(
                        **{_BEGIN: "BEGIN IMMEDIATE"}
                    ).begin() as connection:
                        upgrade(connection)
                else:
                    with engine.connect() as connection:
                        _require_head(connection)
            except BaseException:
                engine.dispose()
                raise
            return engine


def _engine(url: URL) -> Engine:
    if url.get_backend_name() != "sqlite":
        try:
            return create_engine(
                url, hide_parameters=True, connect_args={"connect_timeout": _CONNECT_S}
            )
        except ModuleNotFoundError as error:
            raise StorageError(
                "PostgreSQL needs psycopg; install it with pip install 'tonfall[postgres]'"
            ) from error
    path = Path(url.database or "").expanduser()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(f"{path.parent}: cannot be made ({error.strerror})") from error
    engine = create_engine(url.set(database=str(path)), hide_parameters=True)
    event.listen(engine, "connect", _configure_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _configure_sqlite(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # _begin_sqlite begins; the driver begins too late
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # a transaction that reads first and writes later would fail where another wrote in between
    if begin := connection.get_execution_options().get(_BEGIN, "BEGIN"):
        connection.exec_driver_sql(begin)


def _require_head(connection: Connection) -> None:
    if (found := current_revision(connection)) != head_revision():
        raise OutdatedError(
            f"the database is at {found or 'no revision'}, this version needs "
            f"{head_revision()}; run 'tonfall migrate'"
        )


@contextmanager
def _own_errors() -> Iterator[None]:
    """StorageError for what the database refuses, without values; clashes are the caller's."""
    try:
        yield
    except IntegrityError:
        raise
    except DBAPIError as error:
        name = getattr(error.orig, "sqlite_errorname", error.orig.__class__.__qualname__)
        raise StorageError(f"the database cannot be used ({name}){_HINTS.get(name, '')}") from error
