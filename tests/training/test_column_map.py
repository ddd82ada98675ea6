from pathlib import Path

import pytest

from model import Dimension
from training.column_map import ColumnMap, guess, read_map, scales_of, written
from training.errors import ColumnMapError


@pytest.mark.parametrize(
    "columns",
    [
        {"reply": "Svar", "customer_message": "Kundmeddelande", "empathy": "Empati (1-10)"},
        {
            "reply": "svarstext",
            "politeness": "Artighet",
            "clarity": "Tydlighet",
            "language": "Språk",
        },
        {"politeness": "Høflighet", "clarity": "Tydelighet", "writer": "Saksbehandler"},
        {"politeness": "Høflegheit", "clarity": "Klarleik", "writer": "Sakshandsamar"},
        {
            "politeness": "Høflighed",
            "clarity": "Klarhed",
            "language": "Sprog",
            "rater": "Bedømt af",
        },
        {"reply": "Agent reply", "writer": "Agent", "empathy_need": "empathy_need", "id": "ID"},
        {"conversation": "Ticket ID", "channel": "channel", "domain": "Department"},
        {"conversation": "Ärende-ID", "channel": "Kanal", "customer_message": "Kundens fråga"},
    ],
)
def test_columns_are_known_by_what_people_call_them(columns: dict[str, str]) -> None:
    others = ["Svarstid", "Response time", "Empati, kommentar", "Datum", "Customer ID", "Kundnamn"]

    assert guess([*columns.values(), *others]) == {k: [v] for k, v in columns.items()}


def test_columns_that_fit_equally_well_are_both_kept_and_a_whole_name_goes_first() -> None:
    assert guess(["Empati A", "Empati B"]) == {"empathy": ["Empati A", "Empati B"]}
    assert guess(["Empati A", "Empati"]) == {"empathy": ["Empati"]}


def test_a_scale_of_its_own_goes_before_the_common_one() -> None:
    scales = scales_of(["empathy=thumbs", "1-10"])

    assert [scales[d].name for d in Dimension] == ["thumbs", "1-10", "1-10"]


def test_a_map_that_is_written_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "map.toml"
    column_map = ColumnMap(
        columns={"reply": 'Svar "till" kund', "empathy": "Empati"},
        scales=scales_of(["1-10"]),
        constants={"channel": "chat"},
        values={"channel": {"Kö 7": "email"}},
    )
    path.write_text(written(column_map), "utf-8")

    assert read_map(path) == column_map


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[columns]\nanswer = 'Svar'", "'answer' is no field; there are reply, customer_message"),
        ("[scales]\nempathy = 'stars'", "'stars' is no scale"),
        ("[scales]\ntone = '1-5'", "'tone' is no dimension"),
        ("[constants]\nreply = 'Hej'", "'reply' cannot be the same for every row"),
        ("[columns]\nreply = 3", "reply must be a text, got 3"),
        ("columns = 3", "cannot be read as a column map"),
        ("[columns", "cannot be read as a column map"),
    ],
)
def test_a_map_that_says_something_wrong_is_named(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "map.toml").write_text(text, "utf-8")

    with pytest.raises(ColumnMapError, match=rf"map\.toml: .*{message}"):
        read_map(tmp_path / "map.toml")
