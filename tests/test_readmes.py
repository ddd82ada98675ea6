"""What the READMEs say is so: examples run; settings, problems and commands exist."""

import re
from pathlib import Path

import click
import pytest

from service.api.openapi import document
from service.cli import main as tonfall
from service.errors import PROBLEM_TYPES
from service.settings import Settings
from tests.readmes import ROOT, real_answer, stated_answer
from training.cli import main as tonfall_train

READMES = sorted(p for p in ROOT.rglob("*.md") if ".venv" not in p.parts and "runs" not in p.parts)


def read(path: str) -> str:
    return (ROOT / path).read_text("utf-8")


def test_the_answer_in_the_readme_is_the_real_one() -> None:
    assert stated_answer() == real_answer(), "run 'make readme'"


def test_the_python_example_runs(capsys: pytest.CaptureFixture[str]) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", read("README.md"), re.DOTALL)
    exec(compile(code, "README.md", "exec"), {})

    assert "clarity" in capsys.readouterr().out


def test_every_setting_is_documented_with_its_default() -> None:
    rows = dict(
        re.findall(r"^\| `(TONFALL_\w+)` \| (.*?) \|", read("service/README.md"), re.MULTILINE)
    )
    names = {f"TONFALL_{name.upper()}" for name in Settings.__slots__}

    assert set(rows) == names
    for name in (
        "HOST",
        "PORT",
        "WORKERS",
        "THREADS",
        "PINNED_MODELS",
        "RETENTION_DAYS",
        "LOG_LEVEL",
        "MAX_BODY_BYTES",
    ):
        assert rows[f"TONFALL_{name}"] == f"`{getattr(Settings(), name.lower())}`"


def test_every_problem_is_documented_with_its_status() -> None:
    rows = re.findall(r"^\| `([a-z-]+)` \| (\d{3}) \|", read("service/README.md"), re.MULTILINE)

    assert {k: int(v) for k, v in rows} == {k: int(v[0]) for k, v in PROBLEM_TYPES.items()}


def test_every_endpoint_is_documented() -> None:
    paths = set(re.findall(r"^\| `(?:GET|POST) (\S+)` \|", read("service/README.md"), re.MULTILINE))
    contract = document()["paths"]

    assert isinstance(contract, dict)
    assert paths == set(contract) | {
        "/openapi.json",
        "/docs",
        "/playground",
        "/widget/tonfall.js",
    }


@pytest.mark.parametrize("path", READMES, ids=lambda p: str(p.relative_to(ROOT)))
def test_every_command_that_is_named_exists(path: Path) -> None:
    text = path.read_text("utf-8")
    targets = set(re.findall(r"^([a-z]+):", read("Makefile"), re.MULTILINE))
    code = re.findall(r"`([^`\n]+)`", text) + re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
    for target in re.findall(r"\bmake ([a-z]+)\b", "\n".join(code)):
        assert target in targets, f"{path.name}: make {target}"
    for group, command in re.findall(
        r"\b(tonfall(?:-train)?) ([a-z]+(?:-[a-z]+)*)", "\n".join(code)
    ):
        commands: click.Group = {"tonfall": tonfall, "tonfall-train": tonfall_train}[group]
        assert command in commands.commands, f"{path.name}: {group} {command}"


@pytest.mark.parametrize("path", READMES, ids=lambda p: str(p.relative_to(ROOT)))
def test_every_link_inside_the_repository_leads_somewhere(path: Path) -> None:
    for link in re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", path.read_text("utf-8")):
        if not link.startswith(("http", "mailto:")):
            assert (path.parent / link).exists(), f"{path.name} links to {link}"
