"""`tonfall import` as a real process: killed at any point, or on a full disk, it loses nothing."""

import json
import os
import random
import resource
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from tests.builders import make_artifact

LINES = 2_000


def make_file(folder: Path) -> Path:
    file = folder / "replies.jsonl"
    with file.open("w", encoding="utf-8") as out:
        for i in range(LINES):
            line = {
                "id": f"m-{i}",
                "conversation": f"c-{i // 3}",
                "agent": f"a-{i % 20}",
                "language": "sv",
                "sent_at": "2026-11-20T10:00:00Z",
                "reply": f"Hej! Paketet kommer i morgon, nummer {i}. " + "Tack! " * (i % 40),
            }
            out.write(json.dumps(line) + "\n")
    return file


def start(folder: Path) -> subprocess.Popen[str]:
    file = str(folder / "replies.jsonl")
    return subprocess.Popen(
        [sys.executable, "-m", "service", "import", file, "--purpose", "quality"],
        env=os.environ
        | {
            "TONFALL_DATABASE_URL": f"sqlite:///{folder / 'tonfall.db'}",
            "TONFALL_ARTIFACT_DIR": str(folder / "artifact"),
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_for(running: subprocess.Popen[str], folder: Path, least: float) -> None:
    while running.poll() is None and count(folder) < least:
        time.sleep(0.002)


def finish(folder: Path) -> str:
    out, errors = start(folder).communicate(timeout=300)
    assert "0 bad rows" in out, errors
    return out


def count(folder: Path) -> int:
    try:
        with closing(sqlite3.connect(folder / "tonfall.db", timeout=10)) as db:
            found: int = db.execute("SELECT count(*) FROM reply_texts").fetchone()[0]
            return found
    except sqlite3.OperationalError:  # no tables yet
        return 0


def assert_whole(folder: Path) -> None:
    """The database is sound and holds exactly the file's replies."""
    lines = [json.loads(x) for x in (folder / "replies.jsonl").read_text("utf-8").splitlines()]
    wanted = {line["id"]: line["reply"] for line in lines}
    with closing(sqlite3.connect(folder / "tonfall.db")) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        found = db.execute("SELECT external_id, text FROM reply_texts").fetchall()
        assert (len(found), dict(found)) == (len(wanted), wanted)
        assert db.execute("SELECT count(*) FROM replies").fetchone() == (LINES,)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    make_artifact(tmp_path / "artifact")
    make_file(tmp_path)
    return tmp_path


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2))
def test_an_import_that_is_killed_twice_goes_on_where_it_was(folder: Path, seed: int) -> None:
    chance = random.Random(seed)
    for part in (0.4, 0.7):
        running, least = start(folder), chance.uniform(part - 0.3, part) * LINES
        wait_for(running, folder, least)
        time.sleep(chance.uniform(0, 0.02))
        running.send_signal(signal.SIGKILL)
        running.communicate()
        assert running.returncode == -signal.SIGKILL, "it was killed before it was done"

    before = count(folder)
    assert 0 < before < LINES
    assert finish(folder) == f"{LINES - before} stored, {before} there already, 0 bad rows\n"
    assert_whole(folder)


@pytest.mark.slow
def test_an_import_on_a_full_disk_says_so_and_goes_on_later(folder: Path) -> None:
    running = start(folder)
    wait_for(running, folder, 1)
    most = max(file.stat().st_size for file in folder.glob("tonfall.db*"))
    resource.prlimit(running.pid, resource.RLIMIT_FSIZE, (most, most))  # no file may grow
    _, errors = running.communicate(timeout=300)

    assert running.returncode == 1, errors
    assert "the disk takes no more" in " ".join(errors.split())
    assert "Run the same command again" in errors
    assert 0 < count(folder) < LINES
    assert "there already" in finish(folder)
    assert_whole(folder)
