"""A real server on a loopback port, from its start to its stop."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from model import BUNDLED
from model.store import current_artifact
from tests.e2e.server import environment, free_port, get, start, wait_until_ready

REPLIES = {
    "sv": (
        "Var är mitt paket?",
        "Hej Anna! Paketet ligger hos ombudet och kan hämtas i dag efter 15.",
    ),
    "nb": (
        "Hvor er pakken min?",
        "Hei Kari! Pakken ligger på hentestedet og kan hentes i dag etter 15.",
    ),
    "nn": (
        "Kvar er pakka mi?",
        "Hei Kari! Pakka ligg på hentestaden, og du kan hente ho i dag etter 15.",
    ),
    "da": (
        "Hvor er min pakke?",
        "Hej Mette! Pakken ligger i pakkeshoppen og kan hentes i dag efter 15.",
    ),
    "en": (
        "Where is my parcel?",
        "Hi Anna! Your parcel is at the pick-up point, ready from 3 pm today.",
    ),
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    folder = tmp_path_factory.mktemp("serve")
    port, log = free_port(), folder / "log"
    with start(environment(folder, port), log) as running:
        wait_until_ready(running, port, log)
        yield f"http://127.0.0.1:{port}", log
    assert running.returncode == 0


@pytest.mark.parametrize("code", REPLIES)
def test_a_reply_in_every_language_is_scored(server: tuple[str, Path], code: str) -> None:
    url, _ = server
    message, reply = REPLIES[code]
    body = {"reply": reply, "customer_message": message, "channel": "email"}
    status, good = get(f"{url}/v1/score", body)
    _, again = get(f"{url}/v1/score", body)

    assert status == 200
    language = good["language"]
    assert isinstance(language, dict)
    assert language["code"] == code
    assert good["scores"] == again["scores"]


def test_the_log_holds_no_word_of_a_reply(server: tuple[str, Path]) -> None:
    url, log = server
    get(f"{url}/v1/score", {"reply": "Planterat hemlighus."})

    assert "hemlighus" not in log.read_text("utf-8")


def test_a_damaged_artifact_stops_the_start_and_names_the_file(tmp_path: Path) -> None:
    artifact = Path(shutil.copytree(current_artifact(BUNDLED), tmp_path / "artifact"))
    weights = artifact / "heads.safetensors"
    content = bytearray(weights.read_bytes())
    content[len(content) // 2] ^= 1
    weights.write_bytes(content)
    log = tmp_path / "log"
    with start(environment(tmp_path, free_port(), artifact), log) as running:
        assert running.wait(60) == 1

    assert f"{weights}: damaged" in log.read_text("utf-8")


def test_a_database_out_of_order_is_named_and_stops_no_scoring(tmp_path: Path) -> None:
    (tmp_path / "tonfall.db").mkdir()
    port, log = free_port(), tmp_path / "log"
    with start(environment(tmp_path, port), log) as running:
        wait_until_ready(running, port, log)
        status, _ = get(f"http://127.0.0.1:{port}/v1/score", {"reply": "Hej! Det är klart."})

    assert status == 200
    assert "Warning: the database cannot be used (SQLITE_CANTOPEN)" in log.read_text("utf-8")
