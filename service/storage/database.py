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
_WRITES = "tonfall_writes"


class Database:
    """Transactions on the database at `url`. Safe to share between threads, not across a fork.

    A SQLite database gets its tables when it is opened, a PostgreSQL one by `tonfall migrate`. What
    could not be opened is tried again at the next use.
    """

    def __init__(self, url: str) -> None:
        self._url = make_url(url)
        self._opening = Lock()
        self._engine: Engine | None = None
        self._written: ContextVar[Session | None] = ContextVar("written", default=None)

    def open(self) -> Engine:
        """The engine; StorageError where the database cannot be used, or not yet."""
        with self._opening:
            if self._engine is None:
                self._engine = self._opened(migrate=self._url.get_backend_name() == "sqlite")
            return self._engine

    def migrate(self) -> str:
        """Bring the tables up to this version and return its name."""
        self._opened(migrate=True).dispose()
        return head_revision()

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
        engine = self.open().execution_options(**{_WRITES: True})
        with _own_errors(), Session(engine) as db, db.begin():
            token = self._written.set(db)
            try:
                yield db
            finally:
                self._written.reset(token)

    def _opened(self, *, migrate: bool) -> Engine:
        with _own_errors():
            engine = _engine(self._url)
            try:
                if migrate:
                    with engine.execution_options(**{_WRITES: True}).begin() as connection:
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
    for pragma in ("journal_mode=WAL", f"busy_timeout={_BUSY_MS}", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # a transaction that reads first and writes later would fail where another wrote in between
    writes = connection.get_execution_options().get(_WRITES)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


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
        raise StorageError(f"the database cannot be used ({name})") from error
