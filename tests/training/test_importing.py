"""Importing rated replies, by the command and by the function that it calls."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from model import Dimension, Need
from model.delimited import Row
from tests.builders import make_rating, make_reply
from tests.fakes import FakeScorer
from training.cli import main
from training.column_map import FIELDS, ColumnMap, scales_of
from training.corpus import DATA, RatedReply, load_corpus
from training.importing import Imported, import_table
from training.ratings import need_alpha
from training.tabular import Source

ASKED = "Var är mitt paket? Jag har väntat i två veckor nu."
REPLY = "Hej Åsa! Jag förstår att det är tråkigt att vänta. Paketet kommer i morgon."
HEADER = [
    *("Ärende", "Kundmeddelande", "Svar", "Granskare"),
    *("Empati", "Artighet", "Tydlighet", "Empatibehov"),
]
IN_SWEDISH_CHAT = ("--language", "sv", "--channel", "chat")


def run(*arguments: object, stdin: str = "") -> Result:
    return CliRunner().invoke(main, ["import", *map(str, arguments)], input=stdin)


def lines(*rows: list[str]) -> list[str]:
    return [";".join(row) for row in (HEADER, *rows)]


def rated(number: int, *ratings: str, rater: str = "Bo") -> list[str]:
    return [f"T-{number}", f"{ASKED} Ordernummer {number}.", REPLY, rater, *ratings, "lite"]


def write(folder: Path, content: list[str], encoding: str = "utf-8") -> Path:
    path = folder / "betyg.csv"
    path.write_bytes("\r\n".join(content).encode(encoding) + "\r\n".encode(encoding)[-2:])
    return path


def imported(folder: Path) -> list[RatedReply]:
    return load_corpus(folder / "own" / "replies")


def cells(**changes: object) -> dict[str, object]:
    """A row whose columns are called as the fields are."""
    row: dict[str, object] = {d.value: 3 for d in Dimension}
    row |= {"reply": REPLY, "customer_message": ASKED, "empathy_need": "some"}
    return row | {"language": "sv", "channel": "chat"} | changes


def import_rows(*rows: dict[str, object], scorer: FakeScorer | None = None) -> Imported:
    columns = tuple(dict.fromkeys(name for row in rows for name in row))
    source = Source(
        name="f.csv",
        form="CSV",
        columns=columns,
        rows=tuple(Row(line, row) for line, row in enumerate(rows, 2)),
        faults=(),
    )
    column_map = ColumnMap(
        columns={name: name for name in FIELDS if name in columns}, scales=scales_of(["1-5"])
    )

    def loaded() -> FakeScorer:
        assert scorer, "the scorer was asked although every need was given"
        return scorer

    return import_table(source, column_map, loaded)


def records(found: Imported) -> list[Any]:
    return [record for _, record in found.records]


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8-sig", "utf-16"])
def test_a_semicolon_file_of_excel_with_three_broken_lines_is_imported(
    tmp_path: Path, encoding: str
) -> None:
    content = lines(*(rated(i, "7,5", "10", "1") for i in range(8)))
    content[3] = 'T-2;"Var är det;Hej;Bo;1;2;3'
    content[5] = ";".join(rated(4, "11", "fem", "3"))
    content[7] = "T-6;Hej"

    path = write(tmp_path, content, encoding)
    result = run(path, "--out", tmp_path / "own", "--scale", "1-10", *IN_SWEDISH_CHAT)

    assert result.exit_code == 0, result.output
    assert f"CSV, {encoding}, semicolons" in result.output
    replies = imported(tmp_path)
    assert [r.ratings[0].empathy for r in replies] == [3.889] * 5
    assert (replies[0].ratings[0].politeness, replies[0].ratings[0].clarity) == (5, 1)
    assert replies[0].origin["scale"] == "1-10"
    assert (replies[0].language, replies[0].channel) == ("sv", "chat")
    for fault in (
        "betyg.csv:4: the quotation marks do not match",
        "betyg.csv:6: Empati (empathy) is 11, outside the scale 1-10",
        "betyg.csv:6: Artighet (politeness) is a text of 3 characters",
        "betyg.csv:8: 2 cells where the header has 8",
        "3 of 8 rows were left out",
    ):
        assert fault in result.output
    assert "tråkigt" not in result.output
    assert "Var är det" not in result.output


def test_language_and_need_that_the_file_does_not_say_are_filled_in_and_reported(
    tmp_path: Path,
) -> None:
    content = [";".join(line.split(";")[:7]) for line in lines(rated(1, "3", "4", "5"))]

    result = run(
        write(tmp_path, content), "--out", tmp_path / "own", "--scale", "1-5", "--channel", "email"
    )

    assert result.exit_code == 0, result.output
    (reply,) = imported(tmp_path)
    assert (reply.language, reply.is_need_rated) == ("sv", False)
    assert "language identified from the text: sv 1" in result.output
    assert "empathy need of 1 replies: nobody's; the scorer's" in result.output


def test_the_same_file_gives_the_same_bytes(tmp_path: Path) -> None:
    path = write(tmp_path, lines(rated(1, "3", "4", "5"), rated(2, "3", "4", "9")))
    arguments = (path, "--out", tmp_path / "own", "--scale", "1-5", *IN_SWEDISH_CHAT)
    written = []
    for _ in range(2):
        assert run(*arguments).exit_code == 0
        files = [p for p in (tmp_path / "own").rglob("*") if p.is_file()]
        written.append({p.name: p.read_bytes() for p in files})

    assert written[0] == written[1]
    assert set(written[0]) == {"betyg.jsonl", "betyg.json"}
    account = json.loads(written[0]["betyg.json"])
    assert account["faults"] == ["betyg.csv:3: Tydlighet (clarity) is 9, outside the scale 1-5"]


def test_without_a_terminal_what_is_open_is_said_as_a_command_line(tmp_path: Path) -> None:
    content = lines(rated(1, "8", "9", "10"))
    content[0] = content[0].replace("Tydlighet", "Resultat")

    result = run(write(tmp_path, content), "--out", "own", "--column", "rater=Granskare")

    assert result.exit_code == 1
    assert "no column is called clarity" in result.output
    assert "--out own --column rater=Granskare --column clarity=COLUMN" in result.output
    assert "--scale SCALE --channel CHANNEL" in result.output
    assert "Empati: numbers 8 to 8" in result.output
    assert "Ordernummer" not in result.output


def test_on_a_terminal_the_map_is_asked_for_and_can_be_kept(tmp_path: Path) -> None:
    content = lines(rated(1, "8", "9", "10"))
    content[0] = content[0].replace("Tydlighet", "Resultat")
    path, kept = write(tmp_path, content), tmp_path / "map.toml"
    chosen = {"clarity": "7", "empathy": "", "politeness": ""}
    answers = [chosen.get(name, "") for name in FIELDS]

    first = run(path, "--out", tmp_path / "own", "--ask", "--save-map", kept,
                stdin="\n".join([*answers, "1-10", "1-10", "1-10", "chat"]) + "\n")  # fmt: skip
    again = run(path, "--out", tmp_path / "again", "--map", kept)

    assert first.exit_code == 0, first.output
    assert again.exit_code == 0, again.output
    assert imported(tmp_path)[0].ratings[0].clarity == 5
    replies = [(tmp_path / f / "replies" / "betyg.jsonl").read_bytes() for f in ("own", "again")]
    assert replies[0] == replies[1]


def test_a_guessed_map_is_confirmed_on_a_terminal(tmp_path: Path) -> None:
    path = write(tmp_path, lines(rated(1, "3", "4", "5")))

    result = run(path, "--out", tmp_path / "own", "--scale", "1-5", *IN_SWEDISH_CHAT, "--ask",
                 stdin="y\n")  # fmt: skip

    assert result.exit_code == 0, result.output
    assert "Is this right?" in result.output


def test_strict_writes_nothing_if_a_row_has_a_fault(tmp_path: Path) -> None:
    path = write(tmp_path, lines(rated(1, "3", "4", "5"), rated(2, "3", "4", "")))

    result = run(path, "--out", tmp_path / "own", "--scale", "1-5", *IN_SWEDISH_CHAT, "--strict")

    assert result.exit_code == 1
    assert "Tydlighet (clarity) is empty" in result.output
    assert not (tmp_path / "own").exists()


def test_a_file_that_no_import_wrote_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "own" / "replies").mkdir(parents=True)
    (tmp_path / "own" / "replies" / "betyg.jsonl").write_text("mine", "utf-8")

    result = run(write(tmp_path, lines(rated(1, "3", "4", "5"))), "--out", tmp_path / "own")

    assert result.exit_code == 1
    assert "is there already, and not from an import" in result.output
    assert (tmp_path / "own" / "replies" / "betyg.jsonl").read_text("utf-8") == "mine"


def test_a_reply_of_another_file_in_the_folder_is_left_out(tmp_path: Path) -> None:
    path = write(tmp_path, lines(rated(1, "3", "4", "5")))
    options = ("--out", tmp_path / "own", "--scale", "1-5", *IN_SWEDISH_CHAT)
    run(path, *options)

    result = run(path, *options, "--name", "april")

    assert result.exit_code == 1
    assert "betyg.csv:2: the reply is in betyg.jsonl:1 already" in result.output


def test_a_folder_that_cannot_be_written_is_named_and_nothing_is_left(tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "replies").write_text("a file", "utf-8")
    path = write(tmp_path, lines(rated(1, "3", "4", "5")))

    result = run(path, "--out", tmp_path / "own", "--scale", "1-5", *IN_SWEDISH_CHAT)

    assert result.exit_code == 1
    assert "betyg.jsonl: cannot be written" in result.output
    assert (tmp_path / "own" / "replies").read_text("utf-8") == "a file"


def test_the_services_export_is_taken_as_it_is(tmp_path: Path) -> None:
    content = (DATA / "replies" / "nn.jsonl").read_text("utf-8").split("\n")[:3]
    (tmp_path / "export.jsonl").write_text("\n".join([*content, content[0], "{"]), "utf-8")

    result = run(tmp_path / "export.jsonl", "--out", tmp_path / "own")

    assert result.exit_code == 0, result.output
    assert [r.id for r in imported(tmp_path)] == [json.loads(line)["id"] for line in content]
    assert "export.jsonl:4: id" in result.output
    assert "export.jsonl:5: not JSON" in result.output


def test_transcripts_give_each_rated_turn_with_the_turns_it_answers(tmp_path: Path) -> None:
    rating = {"rater": "r1", "empathy_need": "some", "empathy": 3, "politeness": 4, "clarity": 2}
    turns = [
        {"from": "customer", "text": "Hej!"},
        {"from": "customer", "text": ASKED},
        {"from": "agent", "text": REPLY, "agent": "a-7", "ratings": [rating], "language": "sv"},
        {"from": "customer", "text": "Tack."},
    ]
    good = {"conversation": "c-1", "channel": "chat", "turns": turns}
    bad = {"conversation": "c-2", "channel": "fax", "turns": turns}
    content = "\n".join(json.dumps(row) for row in (good, bad))
    (tmp_path / "talk.jsonl").write_text(content, "utf-8")

    result = run(tmp_path / "talk.jsonl", "--out", tmp_path / "own")

    assert result.exit_code == 0, result.output
    (reply,) = imported(tmp_path)
    assert reply.customer_message == f"Hej!\n\n{ASKED}"
    assert (reply.origin["writer"], reply.origin["conversation"]) == ("a-7", "c-1")
    assert (reply.ratings[0].rater, reply.is_need_rated) == ("r1", True)
    assert "talk.jsonl:2: channel is 'fax'" in result.output


def test_rows_of_several_raters_become_one_reply() -> None:
    found = import_rows(
        cells(rater="Bo", empathy=2),
        cells(rater="Eva", empathy=4),
        cells(rater="Bo", empathy=2),
        cells(rater="Eva", empathy=5),
    )

    (record,) = records(found)
    assert [r["empathy"] for r in record["ratings"]] == [2, 4]
    assert found.faults == [(5, "(rater) gave this reply other ratings in line 3")]
    assert "1 rows repeat another one and count once" in found.notes


def test_raters_without_a_name_are_told_apart_by_what_they_gave() -> None:
    (record,) = records(import_rows(cells(empathy=2), cells(empathy=4), cells(empathy=2)))

    assert [r["rater"] for r in record["ratings"]] == ["unknown-1", "unknown-2"]


def test_a_further_rating_may_name_the_reply_by_its_id_alone() -> None:
    found = import_rows(
        cells(id=7.0, rater="Bo"),
        cells(id="7", rater="Eva", reply="", customer_message=None),
        cells(id="7", rater="Ole", reply="Et annet svar."),
    )

    (record,) = records(found)
    assert len(record["ratings"]) == 2
    assert found.faults == [(4, "reply (reply) differs from line 2 with the same id")]


def test_people_and_conversations_get_pseudonyms_that_are_the_same_everywhere() -> None:
    found = records(
        import_rows(
            cells(writer="Anna Berg", conversation="T-1", rater="Bo"),
            cells(reply="Hej! Det kommer i dag.", writer="anna  berg", conversation="T-1"),
        )
    )

    origins = [record["origin"] for record in found]
    assert origins[0]["writer"] == origins[1]["writer"]
    assert origins[0]["conversation"] == origins[1]["conversation"]
    text = json.dumps(found)
    assert not [name for name in ("Anna", "anna", "T-1", "Bo") if f'"{name}' in text]


def test_nobody_rates_their_own_reply() -> None:
    found = import_rows(cells(writer="Anna", rater="anna"))

    assert found.faults == [(2, "rater (rater) is the writer; nobody rates their own reply")]


def test_a_need_that_nobody_judged_is_the_scorers_and_is_marked() -> None:
    row = {k: v for k, v in cells().items() if k != "empathy_need"}
    scorer = FakeScorer()

    found = import_rows(row, scorer=scorer)

    (record,) = records(found)
    assert record["ratings"][0]["empathy_need"] is Need.SOME
    assert record["origin"]["empathy_need"] == "scorer"
    assert [(r.text, r.customer_message) for r in scorer.asked] == [(REPLY, ASKED)]


def test_a_need_that_one_rater_judged_holds_for_the_others_too() -> None:
    found = import_rows(
        cells(rater="Bo", empathy_need="stark"), cells(rater="Eva", empathy_need="")
    )

    (record,) = records(found)
    assert [r["empathy_need"] for r in record["ratings"]] == [Need.STRONG, Need.STRONG]
    assert "empathy_need" not in record["origin"]


def test_a_need_of_the_scorer_is_no_agreement() -> None:
    origin = {**make_reply().origin, "empathy_need": "scorer"}
    agreed = [(make_rating("a", need=need), make_rating("b", need=need)) for need in Need]
    judged = [make_reply(ratings=ratings) for ratings in agreed]
    divided = make_rating("a", need=Need.NONE), make_rating("b", need=Need.STRONG)
    expected = replace(make_reply(ratings=divided), origin=origin)

    assert need_alpha([*judged, expected]) == 1


@pytest.mark.parametrize(
    ("word", "code"),
    [("Svenska", "sv"), ("nb-NO", "nb"), ("da_DK", "da"), ("norsk", "nn"), ("", "nn")],
)
def test_a_language_is_read_or_identified_and_norwegian_is_one_of_two(word: str, code: str) -> None:
    nynorsk = (
        "Eg skjønar godt at du er lei av å vente. Vi ringjer deg i morgon, og så ordnar vi det."
    )

    (record,) = records(import_rows(cells(language=word, reply=nynorsk, customer_message=None)))

    assert record["language"] == code


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"reply": ""}, "reply (reply): the text is empty"),
        ({"reply": "Hej\x07"}, "reply (reply): the text has the control character U+0007"),
        ({"reply": "Hej �sa"}, "reply (reply) has bytes that could not be read as text"),
        ({"reply": "x" * 20_001}, "reply (reply): the text has 20,001 characters"),
        ({"customer_message": "\x00"}, "customer_message (customer_message): the text has"),
        ({"language": "Deutsch"}, "language (language) is a text of 7 characters, none of sv, nb"),
        ({"channel": "fax"}, "channel (channel) is a text of 3 characters, none of email, chat"),
        ({"channel": ""}, "channel (channel) is empty; give --channel for such rows"),
        ({"empathy_need": "lots"}, "empathy_need (empathy_need) is a text of 4 characters"),
        ({"clarity": "bra"}, "clarity (clarity) is a text of 3 characters"),
        (
            {"language": "", "reply": "Wir haben Ihr Paket heute verschickt, vielen Dank dafür."},
            "(language) could be none of sv, nb, nn, da, en; say which",
        ),
    ],
)
def test_a_row_with_a_fault_is_left_out_and_the_fault_names_the_column(
    change: dict[str, object], fault: str
) -> None:
    found = import_rows(cells(customer_message=None) | change, cells())

    assert len(found.records) == 1
    ((line, why),) = found.faults
    assert line == 2
    assert why.startswith(fault)


def test_personal_data_and_a_scale_that_is_not_used_are_noted() -> None:
    found = import_rows(
        cells(
            reply="Ring Anna på 070-123 45 67 i morgon bitti.", empathy=1, politeness=1, clarity=2
        )
    )

    notes = "\n".join(found.notes)
    assert "1 replies hold what could be somebody's address, link or number" in notes
    assert "clarity: declared as 1-5, but the values run from 2 to 2; is it another scale?" in notes
    assert "070" not in notes


def test_a_source_without_a_good_row_writes_nothing(tmp_path: Path) -> None:
    path = write(tmp_path, lines(rated(1, "6", "7", "8")))

    result = run(path, "--out", tmp_path / "own", "--scale", "1-5", *IN_SWEDISH_CHAT)

    assert result.exit_code == 1
    assert "nothing was written: no row could be used" in result.output
    assert not (tmp_path / "own").exists()


def test_a_name_that_leaves_the_folder_is_refused(tmp_path: Path) -> None:
    result = run(write(tmp_path, lines()), "--out", tmp_path / "own", "--name", "../../data")

    assert result.exit_code == 1
    assert "is no name for a file" in result.output
