"""The corpus in the repository is sound, and meets its plan."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from training.check import CorpusReport, check_corpus
from training.corpus import DATA, SCHEMA
from training.splits import Split, groups, splits

TRANSCRIPT = DATA / "schema" / "transcript.schema.json"


@pytest.fixture(scope="module")
def report() -> CorpusReport:
    return check_corpus(DATA)


def test_there_is_no_fault(report: CorpusReport) -> None:
    assert list(report.faults) == []


def test_the_plan_is_met(report: CorpusReport) -> None:
    assert [line for line in report.plan if not line.is_met] == []


def test_no_group_is_divided_between_splits(report: CorpusReport) -> None:
    of: dict[str, set[Split]] = {}
    for name, split in zip(groups(report.replies), splits(report.replies), strict=True):
        of.setdefault(name, set()).add(split)

    assert {name for name, found in of.items() if len(found) > 1} == set()


def test_every_language_is_in_every_split(report: CorpusReport) -> None:
    found = {(r.language, s) for r, s in zip(report.replies, splits(report.replies), strict=True)}

    assert len(found) == 15


def test_a_transcript_with_ratings_satisfies_its_schema() -> None:
    rating = {"rater": "r1", "empathy_need": "some", "empathy": 3, "politeness": 4, "clarity": 2}
    transcript = {
        "conversation": "c-1",
        "channel": "chat",
        "turns": [
            {"from": "customer", "text": "Var är mitt paket?"},
            {"from": "agent", "text": "På väg.", "agent": "a-7", "ratings": [rating]},
        ],
    }
    schemas = [json.loads(p.read_text("utf-8")) for p in (SCHEMA, TRANSCRIPT)]
    registry: Registry[bool | Mapping[str, Any]] = Registry().with_resources(
        (s["$id"], Resource.from_contents(s)) for s in schemas
    )
    validator = Draft202012Validator(schemas[1], registry=registry)

    validator.validate(transcript)
    rating["clarity"] = 6
    assert [list(e.absolute_path) for e in validator.iter_errors(transcript)] == [
        ["turns", 1, "ratings", 0, "clarity"]
    ]
