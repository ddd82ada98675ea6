"""From rated replies to a promoted scorer, by the commands, on a part of the corpus."""

import gzip
import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from model import BUNDLED, Reply, load_scorer
from model.artifact import verify_artifact
from model.store import Store
from training.cli import main
from training.corpus import DATA, load_corpus
from training.public import load_public

LINES_A_LANGUAGE = 90


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(a) for a in arguments])


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A corpus of some hundred replies."""
    folder = tmp_path_factory.mktemp("data")
    (folder / "replies").mkdir()
    for path in (DATA / "replies").glob("*.jsonl"):
        lines = path.read_text("utf-8").splitlines(keepends=True)
        step = max(1, len(lines) // LINES_A_LANGUAGE)
        (folder / "replies" / path.name).write_text("".join(lines[::step]), "utf-8")
    return folder


@pytest.fixture(scope="module")
def candidate(small: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs") / "candidate"
    result = run("fit", "linear", "--data", small, "--out", folder)
    assert result.exit_code == 0, result.output
    return folder


@pytest.mark.slow
def test_a_candidate_scores_and_names_what_it_was_trained_on(candidate: Path, small: Path) -> None:
    manifest = verify_artifact(candidate)
    counted = manifest.trained_on["replies"]

    assert isinstance(counted, dict)
    assert sum(counted.values()) == len(load_corpus(small / "replies"))
    assert load_scorer(candidate).score([Reply(text="Kontakta FAQ.")])[0].risk > 0


@pytest.mark.slow
def test_a_candidate_is_never_overwritten(candidate: Path, small: Path) -> None:
    result = run("fit", "linear", "--data", small, "--out", candidate)

    assert result.exit_code == 1
    assert "never changed in place" in result.output


@pytest.mark.slow
def test_the_report_compares_with_the_shipped_scorer_and_any_other(
    candidate: Path, small: Path, tmp_path: Path
) -> None:
    options = ("--data", small, "--out", tmp_path, "--also", BUNDLED, "--no-curve", "--no-text")
    result = run("evaluate", candidate, *options)

    assert result.exit_code == 0, result.output
    report = (tmp_path / "report.html").read_text("utf-8")
    shipped, fitted = (verify_artifact(folder).version for folder in (BUNDLED, candidate))
    assert f"This scorer minus {shipped}" in report
    assert "The learning curve was not asked for." in report
    metrics = json.loads((tmp_path / "metrics.json").read_text("utf-8"))
    assert metrics["version"] == fitted
    assert [s["version"] for s in metrics["steps"]] == [shipped, shipped, fitted]


def test_a_scorer_to_compare_with_that_is_no_artifact_is_named(tmp_path: Path) -> None:
    result = run("evaluate", "--also", tmp_path, "--no-curve")

    assert result.exit_code == 1
    assert "no artifact there" in result.output


@pytest.mark.slow
def test_a_worse_candidate_is_not_promoted_and_a_first_one_may_be(
    candidate: Path, small: Path, tmp_path: Path
) -> None:
    target = Path(shutil.copytree(BUNDLED, tmp_path / "current"))
    refused = run("promote", candidate, "--data", small, "--to", target)

    assert refused.exit_code == 1
    assert "not promoted" in refused.output
    assert verify_artifact(target) == verify_artifact(BUNDLED)
    assert [p.name for p in tmp_path.iterdir()] == ["current"]


@pytest.mark.slow
def test_a_gate_is_overruled_with_a_reason_and_rolled_back(
    candidate: Path, small: Path, tmp_path: Path
) -> None:
    store = Path(shutil.copytree(BUNDLED, tmp_path / "store"))
    before, after = (verify_artifact(folder).version for folder in (BUNDLED, candidate))
    why = "our own replies count"
    forced = run(
        "promote",
        candidate,
        "--data",
        small,
        "--to",
        store,
        "--by",
        "A",
        "--force-with-reason",
        why,
    )

    assert forced.exit_code == 0, forced.output
    assert "PROMOTED AGAINST A GATE: " in forced.output
    assert f"the same share on {after}" in forced.output
    assert verify_artifact(store).version == after
    there, back = Store(store).thresholds(before, after), Store(store).thresholds(after, before)
    assert there is not None
    assert back is not None

    rolled_back = run("rollback", store, "--by", "B", "--reason", "too strict")
    assert f"{before} is current again" in rolled_back.output
    assert "no table" not in rolled_back.output
    history = run("history", store).output
    for part in (before, after, "rollback", why, "too strict"):
        assert part in history
    assert "removed" in run("remove", after, store).output
    assert after not in Store(store).versions()


@pytest.mark.slow
def test_the_shipped_scorer_passes_every_gate(tmp_path: Path) -> None:
    result = run("promote", BUNDLED, "--to", tmp_path / "current")

    assert result.exit_code == 0, result.output
    assert verify_artifact(tmp_path / "current") == verify_artifact(BUNDLED)


def test_check_names_every_fault_and_fails(tmp_path: Path) -> None:
    row = json.loads((DATA / "replies" / "sv.jsonl").read_text("utf-8").split("\n", 1)[0])
    row |= {"reply": "Ring Anna på 070-123 45 67.", "behaviors": []}
    (tmp_path / "replies").mkdir()
    (tmp_path / "replies" / "sv.jsonl").write_text(json.dumps(row), "utf-8")
    shutil.copy(DATA / "plan.toml", tmp_path)
    result = run("check", tmp_path, "--plots", tmp_path / "plots")

    assert result.exit_code == 1
    assert "sv.jsonl:1: reply: 10 digits at 13" in result.output
    assert "070-123" not in result.output
    assert (tmp_path / "plots" / "coverage.png").exists()


def test_check_of_a_folder_without_a_plan_notes_what_only_a_published_corpus_must_not_hold(
    tmp_path: Path,
) -> None:
    text = "Hej! Ring Anna på 070-123 45 67 så ordnar hon det här med paketet åt dig."
    row = json.loads((DATA / "replies" / "sv.jsonl").read_text("utf-8").split("\n", 1)[0])
    rows = [
        row | {"id": f"sv-{i}", "reply": text, "customer_message": f"Hej {i}", "behaviors": []}
        | {"origin": {"text": "person", "ratings": "person", "conversation": f"c-{i}"}}
        for i in range(30)
    ]  # fmt: skip
    (tmp_path / "own.jsonl").write_text("\n".join(map(json.dumps, rows)), "utf-8")

    result = run("check", tmp_path, "--plots", tmp_path / "plots")

    assert result.exit_code == 0, result.output
    assert "note: own.jsonl:1: reply: 10 digits at" in result.output
    assert "more notes" in result.output
    assert "Near copies of training replies" in result.output
    assert "070-123" not in result.output


@pytest.mark.slow
def test_check_lists_the_ratings_to_give_again(small: Path, tmp_path: Path) -> None:
    rerate = tmp_path / "rerate.jsonl"

    result = run("check", small, "--plots", tmp_path, "--rerate", rerate)

    assert result.exit_code == 0, result.output
    rows = [json.loads(line) for line in rerate.read_text("utf-8").splitlines()]
    assert f"{len(rows)} ratings to give again" in result.output
    assert all(abs(row["given"] - row["expected"]) > 1 for row in rows)
    assert not [row for row in rows if row["reply"] in result.output]


def test_public_ratings_are_joined_with_their_text(tmp_path: Path) -> None:
    ratings, texts = tmp_path / "ratings", tmp_path / "texts"
    ratings.mkdir()
    texts.mkdir()
    rating = {"rater": "r", "empathy_need": "none", "empathy": 3, "politeness": 4, "clarity": 5}
    (ratings / "swefaq.jsonl").write_text(json.dumps({"id": "swefaq-1", "ratings": [rating]}))
    text = {"id": "swefaq-1", "lang": "sv", "context": "Hur?", "reply": "Så här.", "meta": {}}
    with gzip.open(texts / "swefaq.jsonl.gz", "wt", encoding="utf-8") as file:
        file.write(json.dumps(text) + "\n")

    (reply,) = load_public(texts, ratings)
    assert (reply.reply, reply.ratings[0].clarity) == ("Så här.", 5)


def test_public_text_that_is_not_there_is_named(tmp_path: Path) -> None:
    result = run("evaluate", "--public", tmp_path, "--no-curve")

    assert result.exit_code == 1
    assert "cannot be read" in result.output
