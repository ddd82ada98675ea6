"""The walk through retraining of training/README.md, as a data scientist takes it."""

import csv
import io
import json
import random
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from model import LANGUAGES, Dimension
from model.artifact import verify_artifact
from model.store import Store
from training.cli import main
from training.corpus import DATA, load_corpus
from training.splits import Split, parts

HEAD = ["Ärende", "Kundens fråga", "Svar", "Kanal", "Granskare", "Empati", "Artighet", "Tydlighet"]
COLUMNS = {
    "conversation": "Ärende",
    "customer_message": "Kundens fråga",
    "reply": "Svar",
    "channel": "Kanal",
    "rater": "Granskare",
    "empathy": "Empati",
    "politeness": "Artighet",
    "clarity": "Tydlighet",
}


def run(*arguments: object) -> Result:
    result = CliRunner().invoke(main, [str(a) for a in arguments])
    assert result.exit_code == 0, result.output
    return result


def write_ratings(path: Path, n: int) -> None:
    """`n` ratings as Excel writes them in Sweden: semicolons, decimal commas, Windows-1252; a
    strict desk that rates from 1 to 10; three lines that are broken.
    """
    draws = random.Random(4)
    replies = [
        r
        for r in parts(load_corpus(DATA / "replies"))[Split.TRAIN]
        if r.language in LANGUAGES and _is_windows(r.reply + (r.customer_message or ""))
    ]
    rows = []
    for i, reply in enumerate(draws.sample(replies, n)):
        given = [
            min(10, max(1, 2.25 * reply.mean[d] - 1.5 + draws.gauss(0, 0.4))) for d in Dimension
        ]
        numbers = [f"{value:.1f}".replace(".", ",") for value in given]
        message = reply.customer_message or ""
        rows.append([f"T{i}", message, reply.reply, reply.channel, f"QA{i % 3}", *numbers])
    rows[40][5] = "fjorton"
    rows[90][6] = "12"
    rows[150][2] = ""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerows([HEAD, *rows])
    path.write_bytes(out.getvalue().encode("cp1252"))


def _is_windows(text: str) -> bool:
    try:
        text.encode("cp1252")
    except UnicodeEncodeError:
        return False
    return True


@pytest.mark.slow
def test_own_ratings_become_a_promoted_scorer_and_can_be_taken_back(tmp_path: Path) -> None:
    table, own, store = tmp_path / "betyg.csv", tmp_path / "own", tmp_path / "scorers"
    write_ratings(table, 300)

    columns = [f"--column={field}={column}" for field, column in COLUMNS.items()]
    imported = run("import", table, "--out", own, *columns, "--scale", "1-10")
    assert "3 of 300 rows were left out" in imported.output
    assert len(load_corpus(own / "replies")) == 297
    run("check", own, "--plots", tmp_path / "plots")

    run("promote", "model/bundled", "--to", store, "--reason", "what ships")
    shipped = Store(store).current().version
    fitted = run("fit", "heads", "--data", own, "--shipped", 0.5, "--out", tmp_path / "mine")
    assert "297 rated replies:" in fitted.output
    run("evaluate", tmp_path / "mine", "--data", own, "--no-curve", "--out", tmp_path / "report")
    report = next((tmp_path / "report").glob("*.html")).read_text("utf-8")
    assert "http://" not in report.replace("http://www.w3.org", "")
    run("promote", tmp_path / "mine", "--data", own, "--to", store, "--reason", "our own ratings")
    mine = verify_artifact(tmp_path / "mine").version
    assert Store(store).current().version == mine
    assert json.loads((store / "thresholds" / f"{shipped}--{mine}.json").read_text("utf-8"))

    run("rollback", store)
    assert Store(store).current().version == shipped
    assert "our own ratings" in run("history", store).output
