"""The examples of service/README.md, run as they stand there against a real server."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from service.storage.keys import WRITER_SCOPES, KeyRepository
from tests.e2e.server import environment, free_port, start, wait_until_ready
from tests.e2e.test_workers import linear
from tests.readmes import ROOT


def example(language: str) -> str:
    text = (ROOT / "service/README.md").read_text("utf-8")
    (code,) = re.findall(rf"## Examples\n.*?```{language}\n(.*?)```", text, re.DOTALL)
    assert isinstance(code, str)
    return code


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The environment of someone who follows the README."""
    folder = tmp_path_factory.mktemp("examples")
    port, log = free_port(), folder / "log"
    keys = KeyRepository(folder / "keys.json")
    _, secret = keys.create("examples", scopes=WRITER_SCOPES, now=datetime.now(UTC))
    with start(environment(folder, port, linear()), log) as running:
        wait_until_ready(running, port, log)
        yield {**os.environ, "TONFALL": f"http://127.0.0.1:{port}", "KEY": secret}


def run(*command: str, env: dict[str, str]) -> str:
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_curl_examples_run(shell: dict[str, str]) -> None:
    out = run("bash", "-ec", example("sh"), env=shell)
    score, batch, feedback = (
        json.loads(part) for part in re.sub(r"\}\s*\{", "}\n\n\n{", out).split("\n\n\n")
    )

    assert score["scores"]["empathy"]["value"] >= 1
    assert len(batch["results"]) == 2
    assert feedback["id"]


def test_the_python_example_runs(shell: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "example.py").write_text(example("python"), "utf-8")
    value, batch, feedback = run(sys.executable, str(tmp_path / "example.py"), env=shell).split()

    assert 1 <= float(value) <= 5
    assert (batch, len(feedback)) == ("2", 36)


def test_the_javascript_example_runs(shell: dict[str, str], tmp_path: Path) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("there is no node to run JavaScript with")
    given = "const { TONFALL, KEY } = process.env;\n"
    (tmp_path / "example.mjs").write_text(given + example("javascript"), "utf-8")
    value, batch, feedback = run(node, str(tmp_path / "example.mjs"), env=shell).split()

    assert 1 <= float(value) <= 5
    assert (batch, len(feedback)) == ("2", 36)
