"""A service with a fake scorer, and a PostgreSQL where one is installed."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient

from service import create_app
from tests.builders import make_settings
from tests.fakes import FakeScorer

_RUNUSER = shutil.which("runuser", path="/usr/sbin:/sbin:/usr/bin") or "runuser"
_BINARIES = sorted(Path("/usr/lib/postgresql").glob("*/bin"))


@pytest.fixture
def scorer() -> FakeScorer:
    return FakeScorer()


@pytest.fixture
def log() -> StringIO:
    return StringIO()


@pytest.fixture
def app(tmp_path: Path, scorer: FakeScorer, log: StringIO) -> Flask:
    return create_app(make_settings(tmp_path), scorer=scorer, log_stream=log)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture(scope="session")
def cluster() -> Iterator[str]:
    """The socket folder of a PostgreSQL of our own; it listens on no port."""
    if not _BINARIES:
        pytest.skip("no PostgreSQL is installed")
    root = os.geteuid() == 0  # it refuses to run as root
    as_user = [_RUNUSER, "-u", "nobody", "--"] if root else []
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
