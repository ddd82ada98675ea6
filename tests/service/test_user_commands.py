from pathlib import Path

import pytest
from click.testing import CliRunner

from service.cli import main


@pytest.fixture
def runner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    monkeypatch.setenv("TONFALL_DATABASE_URL", f"sqlite:///{tmp_path / 'tonfall.db'}")
    return CliRunner()


def test_the_first_admin_is_made_here_with_a_password_shown_once(runner: CliRunner) -> None:
    made = runner.invoke(main, ["user", "create", "Anna", "--role", "admin"])
    listed = runner.invoke(main, ["user", "list"]).output

    assert len(made.stdout.strip()) == 16
    assert "anna" in listed
    assert made.stdout.strip() not in listed


def test_a_login_is_given_once(runner: CliRunner) -> None:
    runner.invoke(main, ["user", "create", "anna", "--team", "east"])
    again = runner.invoke(main, ["user", "create", "ANNA"])

    assert again.exit_code == 1
    assert "there is a user 'ANNA' already" in again.output


def test_a_user_is_disabled_enabled_and_reset(runner: CliRunner) -> None:
    first = runner.invoke(main, ["user", "create", "anna", "--team", "east"]).stdout

    assert "can no longer" in runner.invoke(main, ["user", "disable", "anna"]).output
    assert "disabled" in runner.invoke(main, ["user", "list"]).output
    assert "again" in runner.invoke(main, ["user", "enable", "anna"]).output
    assert runner.invoke(main, ["user", "reset", "anna"]).stdout != first
    assert "there is no user 'nils'" in runner.invoke(main, ["user", "reset", "nils"]).output
