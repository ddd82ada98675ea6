"""Databases to test on: SQLite always, PostgreSQL where it is installed."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from service.storage.database import Database

_BINARIES = sorted(Path("/usr/lib/postgresql").glob("*/bin"))


@pytest.fixture(scope="session")
def cluster() -> Iterator[str]:
    """The socket folder of a PostgreSQL of our own; it listens on no port."""
    if not _BINARIES:
        pytest.skip("no PostgreSQL is installed")
    root = os.geteuid() == 0  # it refuses to run as root
    as_user = ["runuser", "-u", "nobody", "--"] if root else []
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))  # a socket's path must be short
    if root:
        shutil.chown(folder, "nobody")
    data = str(folder / "data")

    def run(program: str, *arguments: str) -> None:
        command = [*as_user, str(_BINARIES[-1] / program), *arguments]
        subprocess.run(command, check=True, cwd=folder, stdout=subprocess.DEVNULL)

    run("initdb", "-D", data, "-U", "tonfall", "-A", "trust", "--no-sync")
    run("pg_ctl", "-D", data, "-w", "-o", f"-k {folder} -h '' -F", "-l", data + "/log", "start")
    yield str(folder)
    run("pg_ctl", "-D", data, "-w", "-m", "immediate", "stop")
    shutil.rmtree(folder)


@pytest.fixture
def postgresql_url(cluster: str) -> str:
    """An empty PostgreSQL database."""
    with psycopg.connect(host=cluster, user="tonfall", dbname="postgres", autocommit=True) as db:
        db.execute("DROP DATABASE IF EXISTS tonfall")
        db.execute("CREATE DATABASE tonfall")
    return f"postgresql://tonfall@/tonfall?host={cluster}"


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database of either kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'state' / 'tonfall.db'}"
    url: str = request.getfixturevalue("postgresql_url")
    return url


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    """A database of either kind, with its tables."""
    database = Database(url)
    database.migrate()
    yield database
    database.close()
