import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from model import Dimension, Need
from tests.builders import make_rating, make_reply
from training.corpus import is_poor, load_corpus
from training.errors import CorpusError

ROW: dict[str, Any] = {
    "id": "sv-1",
    "language": "sv",
    "channel": "email",
    "domain": "parcels",
    "customer_message": "Var är mitt paket?",
    "reply": "I morgon.",
    "ratings": [
        {"rater": "r1", "empathy_need": "some", "empathy": 2, "politeness": 3, "clarity": 3}
    ],
    "origin": {"text": "person", "ratings": "person", "writer": "w1"},
}


def write(folder: Path, *rows: object) -> Path:
    lines = [row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows]
    (folder / "sv.jsonl").write_text("\n".join(lines), "utf-8")
    return folder


def rated(**changes: object) -> dict[str, object]:
    return ROW | {"ratings": [ROW["ratings"][0] | changes]}


def test_a_rated_reply_is_read(tmp_path: Path) -> None:
    (reply,) = load_corpus(write(tmp_path, ROW, ""))

    assert reply.ratings[0].empathy == 2
    assert reply.need is Need.SOME
    assert reply.where == "sv.jsonl:1"


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        (rated(politeness=6), "sv.jsonl:1: ratings.0.politeness is 6, the rubric allows 1-5"),
        (rated(clarity=0), "sv.jsonl:1: ratings.0.clarity is 0, the rubric allows 1-5"),
        (rated(empathy="2"), "sv.jsonl:1: ratings.0.empathy breaks the rule type = number"),
        (
            rated(empathy_need="lots"),
            "ratings.0.empathy_need is 'lots', the schema allows none, some",
        ),
        (rated(rater="w1"), "sv.jsonl:1: ratings: the writer 'w1' rated the reply"),
        (
            ROW | {"language": "no"},
            "sv.jsonl:1: language is 'no', the schema allows sv, nb, nn, da",
        ),
        (ROW | {"channel": "fax"}, "sv.jsonl:1: channel is 'fax'"),
        (ROW | {"reply": " "}, "sv.jsonl:1: reply breaks the rule pattern"),
        (ROW | {"ratings": []}, "sv.jsonl:1: ratings breaks the rule minItems"),
        (ROW | {"stars": 5}, "'stars' was unexpected"),
        ({k: v for k, v in ROW.items() if k != "origin"}, "'origin' is a required property"),
        (
            ROW | {"behaviors": [{"start": 2, "end": 40, "tag": "vague"}]},
            "behaviors.0 spans 2-40 of 9",
        ),
        (ROW | {"behaviors": [{"start": 0, "end": 4, "tag": "nice"}]}, "behaviors.0.tag is 'nice'"),
        (ROW | {"counterpart_of": "nb-9"}, "counterpart_of 'nb-9' is not in the corpus"),
        ('{"id": "sv-1", "lang', "sv.jsonl:1: not JSON"),
        ("[]", "sv.jsonl:1: record breaks the rule type = object"),
    ],
)
def test_a_fault_names_file_line_and_field(tmp_path: Path, row: object, fault: str) -> None:
    with pytest.raises(CorpusError) as caught:
        load_corpus(write(tmp_path, row))

    assert fault in str(caught.value)


def test_all_faults_are_listed_at_once(tmp_path: Path) -> None:
    with pytest.raises(CorpusError) as caught:
        load_corpus(write(tmp_path, rated(politeness=6), ROW | {"channel": "fax"}, ROW, ROW))

    assert [f.split(":")[1] for f in caught.value.faults] == ["1", "2", "4"]


def test_a_file_in_another_encoding_is_named(tmp_path: Path) -> None:
    (tmp_path / "sv.jsonl").write_bytes(json.dumps(ROW, ensure_ascii=False).encode("cp1252"))

    with pytest.raises(CorpusError, match=r"sv\.jsonl: byte \d+ is not UTF-8"):
        load_corpus(tmp_path)


def test_a_folder_without_replies_is_named(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match=r"no \.jsonl file there"):
        load_corpus(tmp_path)


def test_empathy_counts_as_poor_only_where_it_was_needed() -> None:
    cold = (2, 3, 3)
    needed, routine = (
        make_reply(ratings=(make_rating("a", cold, need), make_rating("b", (3, 3, 3), need)))
        for need in (Need.STRONG, Need.NONE)
    )

    assert (is_poor(needed), is_poor(routine)) == (0.5, 0.0)


def test_a_rating_between_two_counts_for_both_and_keeps_the_mean() -> None:
    ratings = (make_rating("a", (2.25, 3, 3)), make_rating("b", (4, 3, 3)))
    reply = make_reply(ratings=ratings)
    shares = reply.shares[Dimension.EMPATHY]

    assert shares == pytest.approx([0, 0.375, 0.125, 0.5, 0])
    assert float(shares @ np.arange(1, 6)) == pytest.approx(reply.mean[Dimension.EMPATHY])
    assert is_poor(reply) == pytest.approx(0.375)


def test_the_need_is_what_most_raters_saw_and_the_greater_where_they_are_divided() -> None:
    reply = make_reply(
        ratings=(make_rating("a", need=Need.NONE), make_rating("b", need=Need.STRONG))
    )

    assert reply.need is Need.STRONG
