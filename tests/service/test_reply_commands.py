"""tonfall import, purge, erase and backup."""

import csv
import json
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest
from click.testing import CliRunner, Result
from pyarrow import parquet

from service.cli import main
from service.sent_replies import StoredReply, reply_id
from service.storage.audit import AuditRepository
from service.storage.database import Database
from service.storage.replies import ReplyRepository
from tests.builders import make_artifact, make_stored

MORNING = datetime(2026, 11, 20, 9, tzinfo=UTC)


def make_line(number: int = 1, **others: object) -> dict[str, object]:
    line: dict[str, object] = {
        "id": f"m-{number}",
        "ticket": f"c-{number}",
        "agent": "a-1",
        "sent at": "2026-11-20T10:00:00+01:00",
        "reply": f"Hej! Paketet kommer i morgon, nummer {number}.",
    }
    return line | others


class Desk:
    """A folder with a small scorer and a database, and the commands run in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.database = Database(f"sqlite:///{folder / 'tonfall.db'}")
        self._artifact = make_artifact(folder / "artifact")

    def run(self, *arguments: str) -> Result:
        env = {
            "TONFALL_DATABASE_URL": f"sqlite:///{self.folder / 'tonfall.db'}",
            "TONFALL_ARTIFACT_DIR": str(self._artifact),
        }
        return CliRunner().invoke(main, arguments, env=env)

    def load(self, file: Path, *options: str) -> Result:
        return self.run("import", str(file), "--purpose", "quality", *options)

    def write(self, *lines: object, name: str = "replies.jsonl") -> Path:
        file = self.folder / name
        texts = [x if isinstance(x, str) else json.dumps(x) for x in lines]
        file.write_text("\n".join(texts), "utf-8")
        return file

    def stored(self) -> list[StoredReply]:
        return list(ReplyRepository(self.database).sent(MORNING, MORNING + timedelta(days=1)))


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_json_lines_are_imported_once(desk: Desk) -> None:
    file = desk.write(*map(make_line, range(300)))

    first, again = desk.load(file), desk.load(file)

    assert first.stdout == "300 stored, 0 there already, 0 bad rows\n", first.output
    assert again.stdout == "0 stored, 300 there already, 0 bad rows\n"
    assert sorted(r.id for r in desk.stored()) == sorted(reply_id(f"m-{i}") for i in range(300))
    assert "conversation     from 'ticket'" in first.stderr


def test_a_bad_line_is_named_and_the_rest_imported(desk: Desk) -> None:
    file = desk.write(
        make_line(1),
        '{"id": "hemligt',
        make_line(3, agent="Anna Hemlig"),
        make_line(4, reply="hemligt\u0007"),
        make_line(5, **{"sent at": "2026-11-20 10:00"}),
        make_line(6, **{"sent at": "hemligt"}),
        "[]",
        make_line(8, channel="E-post hemligt"),
        make_line(9, channel="Email"),
    )

    result = desk.load(file)

    assert result.exit_code == 1
    assert "2 stored, 0 there already, 7 bad rows" in result.stdout
    for number, why in {
        2: "not JSON",
        3: "agent: ",
        4: "U+0007",
        5: "--timezone",
        6: "--time-format",
        7: "not a JSON object",
        8: "channel: ",
    }.items():
        (line,) = (x for x in result.stderr.splitlines() if f"jsonl:{number}: " in x)
        assert why in result.stderr[result.stderr.index(line) :]
    assert "emlig" not in result.stderr


def test_of_many_bad_lines_the_first_are_shown(desk: Desk) -> None:
    result = desk.load(desk.write(make_line(0), *["x"] * 100))

    assert result.stderr.count("replies.jsonl:") == 21  # with the form
    assert "100 bad rows" in result.stdout


def test_a_csv_of_a_spreadsheet_is_imported(desk: Desk) -> None:
    file = desk.folder / "svar.csv"
    with file.open("w", encoding="cp1252", newline="") as out:
        rows = [
            ["Id", "Ärende", "Handläggare", "Skickat", "Svar", "Kundmeddelande", "Grupp", "Betyg"],
            [
                "m-1",
                "c-1",
                "a-1",
                "20.11.2026 10:00",
                "Hej! Å så.",
                "När kommer det?",
                "Växel",
                "3",
            ],
        ]
        csv.writer(out, delimiter=";").writerows(rows)

    result = desk.load(
        file,
        "--timezone",
        "Europe/Oslo",
        "--time-format",
        "%d.%m.%Y %H:%M",
        "--set",
        "channel=chat",
    )

    assert result.exit_code == 0, result.output
    (reply,) = desk.stored()
    assert reply.content
    assert (reply.content.text, reply.sent_at) == ("Hej! Å så.", MORNING)
    assert (reply.team, reply.channel) == ("Växel", "chat")
    assert "CSV, cp1252, semicolons" in result.stderr
    assert "not used: 'Betyg'" in result.stderr


def test_parquet_is_imported(desk: Desk) -> None:
    file = desk.folder / "replies.parquet"
    lines = [make_line(i, **{"sent at": MORNING, "team": None}) for i in range(3)]
    parquet.write_table(pa.Table.from_pylist(lines), file)

    assert "3 stored" in desk.load(file).stdout
    assert [r.sent_at for r in desk.stored()] == [MORNING] * 3


def test_a_column_is_named_where_it_cannot_be_guessed(desk: Desk) -> None:
    file = desk.write({"nyckel" if k == "id" else k: v for k, v in make_line(1).items()})

    refused = desk.load(file)
    named = desk.load(file, "--map", "external_id=nyckel")

    assert refused.exit_code == 1
    assert "no column for external_id; there are nyckel, ticket" in refused.stderr
    assert "1 stored" in named.stdout


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--map", "rating=reply"], "'rating' is no field"),
        (["--map", "team=hold"], "no column 'hold'"),
        (["--map", "team"], "'team' is not FIELD=VALUE"),
        (["--timezone", "Oslo"], "'Oslo' is no time zone"),
    ],
)
def test_an_option_that_cannot_be_used_is_refused(
    desk: Desk, options: list[str], message: str
) -> None:
    result = desk.load(desk.write(make_line(1)), *options)

    assert result.exit_code > 0
    assert message in result.stderr


def test_a_purpose_is_asked_for(desk: Desk) -> None:
    result = desk.run("import", str(desk.write(make_line(1))))

    assert result.exit_code == 2
    assert "--purpose quality or training" in result.stderr


@pytest.mark.parametrize(
    ("content", "message"),
    [(b" ", "empty"), (b"PAR1 cut off", "not a whole Parquet file"), (b"one\ntwo\n", "no table")],
)
def test_a_file_that_holds_nothing_is_refused(desk: Desk, content: bytes, message: str) -> None:
    file = desk.folder / "replies"
    file.write_bytes(content)

    result = desk.load(file)

    assert (result.exit_code, message in result.stderr) == (1, True)


def test_a_check_stores_nothing(desk: Desk) -> None:
    result = desk.load(desk.write(make_line(1), "x"), "--check")

    assert "1 bad rows" in result.stdout
    assert desk.stored() == []


def test_what_expired_is_purged(desk: Desk) -> None:
    old, new = make_stored("old", days=-365), make_stored("new", days=36_500)
    ReplyRepository(desk.database).add([old, new])

    assert desk.run("purge", "--compact").stdout == "1 replies erased\n"
    assert [r.content is None for r in desk.stored()].count(True) == 1
    assert [d.actor for d in AuditRepository(desk.database).read()] == ["tonfall purge"]


def test_a_customer_is_erased_from_the_files(desk: Desk) -> None:
    ReplyRepository(desk.database).add([make_stored("m-1", text="Hemligt", customer="k-9")])

    assert desk.run("erase", "--customer", "k-9").stdout == "1 replies erased\n"
    for file in desk.folder.glob("tonfall.db*"):
        assert b"Hemligt" not in file.read_bytes()
        assert b"k-9" not in file.read_bytes()


def test_an_erasure_that_somebody_is_in_the_way_of_says_so(desk: Desk) -> None:
    ReplyRepository(desk.database).add([make_stored("m-1")])
    with desk.database.reading() as db:
        db.connection().exec_driver_sql("SELECT * FROM replies").all()
        result = desk.run("erase", "--agent", "a-1")

    assert result.exit_code == 1
    assert "run 'tonfall purge' again" in result.stderr
    assert desk.run("purge").exit_code == 0


@pytest.mark.parametrize("options", [[], ["--agent", "a-1", "--customer", "k-1"]])
def test_an_erasure_names_one_thing(desk: Desk, options: list[str]) -> None:
    assert desk.run("erase", *options).exit_code == 2


def test_a_backup_holds_what_the_database_does(desk: Desk) -> None:
    stored = make_stored("m-1")
    ReplyRepository(desk.database).add([stored])
    file = desk.folder / "backup.db"

    for _ in range(2):  # the second replaces the first
        assert desk.run("backup", str(file)).exit_code == 0

    copy = Database(f"sqlite:///{file}")
    assert ReplyRepository(copy).get(stored.id) == stored
    copy.close()
    assert file.stat().st_mode & 0o077 == 0
    with sqlite3.connect(file) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    db.close()
