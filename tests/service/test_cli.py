import csv
import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from service.cli import main
from service.storage.migrations import head_revision


def run(*arguments: str, pipe: bytes | None = None, env: Mapping[str, str] | None = None) -> Result:
    return CliRunner().invoke(main, list(arguments), input=pipe, env=env)


def test_text_is_scored_as_json_lines_when_piped() -> None:
    result = run("score", "Kontakta FAQ.", "--message", "Var är mitt paket?", "--language", "sv")

    assert result.exit_code == 0, result.output
    row = json.loads(result.stdout)
    assert row["scores"]["empathy"]["value"] < 2.5
    assert row["language"] == {"code": "sv", "probability": 1.0, "detected": False}


def test_a_table_shows_every_dimension_with_its_interval() -> None:
    result = run("score", "Hej Anna! Paketet kommer i morgon.", "--format", "table")

    for part in ("empathy", "politeness", "clarity", "risk", "●", "━", "no customer message"):
        assert part in result.stdout


def test_a_pipe_is_one_reply_and_its_lines_are_kept_together() -> None:
    result = run("score", pipe=b"Hej!\n\nPaketet kommer i morgon.\n")

    assert len(result.stdout.splitlines()) == 1


def test_lines_are_replies_where_asked_for() -> None:
    result = run("score", "--lines", pipe=b"Hej!\n\nOk, i morgon.\n")

    assert len(result.stdout.splitlines()) == 2


def test_json_lines_are_scored_and_a_bad_line_costs_itself_alone(tmp_path: Path) -> None:
    file = tmp_path / "replies.jsonl"
    lines = [
        '{"reply": "Hej!", "channel": "chat"}',
        '{"reply": "hemligt',
        '{"reply": ""}',
        '{"reply": "hemligt", "channel": "fax"}',
        '{"reply": 5}',
        "[]",
        '{"reply": "Takk, den er på vei.", "language": "nb"}',
    ]
    file.write_text("\n".join(lines), "utf-8")
    result = run("score", "--file", str(file))

    assert result.exit_code == 1
    assert [json.loads(x)["language"]["code"] for x in result.stdout.splitlines()][-1] == "nb"
    assert len(result.stdout.splitlines()) == 2
    for number in (2, 3, 4, 5, 6):
        assert f"replies.jsonl:{number}: " in result.stderr
    assert "hemligt" not in result.stderr


@pytest.mark.parametrize(
    ("delimiter", "encoding"), [(",", "utf-8"), (";", "utf-8-sig"), (";", "cp1252")]
)
def test_a_csv_from_a_spreadsheet_is_read(tmp_path: Path, delimiter: str, encoding: str) -> None:
    file = tmp_path / "replies.csv"
    row = ["Tack, vi hör av oss på måndag.", "När får jag svar?", "email"]
    with file.open("w", encoding=encoding, newline="") as out:
        csv.writer(out, delimiter=delimiter).writerows(
            [["reply", "customer_message", "channel"], row]
        )
    options = ["--encoding", "cp1252"] if encoding == "cp1252" else []
    result = run("score", "--file", str(file), "--format", "csv", *options)

    assert result.exit_code == 0, result.output
    assert next(csv.DictReader(result.stdout.splitlines()))["language"] == "sv"


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.csv", b"text\nHej\n", "a.csv: no column 'reply'; found text"),
        ("a.csv", "reply\nHå\n".encode("cp1252"), "is not utf-8-sig; name the file's encoding"),
        ("a.txt", b" \n", "a.txt is empty"),
        ("a.pdf", b"%PDF", "a.pdf: cannot tell what kind of file this is"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(
    tmp_path: Path, name: str, content: bytes, message: str
) -> None:
    (tmp_path / name).write_bytes(content)
    result = run("score", "--file", str(tmp_path / name))

    assert result.exit_code == 1
    assert message in result.stderr
    assert "Traceback" not in result.output


def test_keys_are_made_listed_and_revoked(tmp_path: Path) -> None:
    env = {"TONFALL_KEYS_FILE": str(tmp_path / "keys.json")}
    made = run("key", "create", "helpdesk", env=env)
    key_id = made.stderr.split()[1]

    assert made.stdout.startswith("tonfall_")
    assert key_id in run("key", "list", env=env).stdout
    assert made.stdout.strip() not in run("key", "list", env=env).stdout
    rotated = run("key", "rotate", key_id, env=env)
    assert rotated.stdout.startswith("tonfall_")
    assert rotated.stdout != made.stdout
    assert "the old secret works until" in rotated.stderr
    assert "no longer works" in run("key", "revoke", key_id, env=env).stdout
    assert "there is no active key 'nope'" in run("key", "revoke", "nope", env=env).stderr


def test_migrate_makes_the_database_and_says_where_it_is(tmp_path: Path) -> None:
    env = {"TONFALL_DATABASE_URL": f"sqlite:///{tmp_path / 'new' / 'tonfall.db'}"}

    assert f"the database is at {head_revision()}" in run("migrate", env=env).stdout
    assert (tmp_path / "new" / "tonfall.db").exists()


def test_migrate_says_why_it_cannot(tmp_path: Path) -> None:
    env = {"TONFALL_DATABASE_URL": f"sqlite:///{tmp_path}"}
    result = run("migrate", env=env)

    assert result.exit_code == 1
    assert "the database cannot be used (SQLITE_CANTOPEN)" in result.stderr


@pytest.mark.parametrize(
    ("env", "message"),
    [
        ({"TONFALL_PORT": "90d"}, "TONFALL_PORT must be a whole number"),
        ({"TONFALL_HOST": "0.0.0.0"}, "there is no API key"),
        ({"TONFALL_ARTIFACT_DIR": "/nowhere"}, "no artifact there"),
    ],
)
def test_serve_refuses_to_start_and_says_why(
    tmp_path: Path, env: dict[str, str], message: str
) -> None:
    result = run("serve", env={"TONFALL_KEYS_FILE": str(tmp_path / "keys.json")} | env)

    assert result.exit_code == 1
    assert message in result.stderr


def test_serve_refuses_a_postgresql_that_is_behind_until_it_is_migrated(
    tmp_path: Path, postgresql_url: str
) -> None:
    env = {
        "TONFALL_KEYS_FILE": str(tmp_path / "keys.json"),
        "TONFALL_DATABASE_URL": postgresql_url,
    }
    result = run("serve", env=env)

    assert result.exit_code == 1
    assert "run 'tonfall migrate'" in result.stderr
    assert run("migrate", env=env).exit_code == 0
