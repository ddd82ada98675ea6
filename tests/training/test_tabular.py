import io
from pathlib import Path

import pyarrow as pa
import pytest
from openpyxl import Workbook
from pyarrow import parquet

from model.delimited import Row
from training.errors import SourceError
from training.tabular import read_source

HEADER = ["Svar", "Empati"]


def excel(*rows: list[object], sheet: str = "Betyg") -> bytes:
    book, content = Workbook(), io.BytesIO()
    page = book.active
    assert page is not None
    page.title = sheet
    for row in rows:
        page.append(row)
    book.save(content)
    return content.getvalue()


def parquet_file() -> bytes:
    content = io.BytesIO()
    parquet.write_table(pa.table({"Svar": ["Hej", "Nej"], "Empati": [3, None]}), content)
    return content.getvalue()


def write(folder: Path, content: bytes, name: str = "ratings.csv") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def test_excel_rows_keep_their_numbers_and_empty_ones_are_passed_over(tmp_path: Path) -> None:
    content = excel([*HEADER], ["Hej_x000D_\ndå", 3], [None, None], ["Nej", 2.5])

    source = read_source(write(tmp_path, content))

    assert source.form == "Excel, sheet 'Betyg'"
    assert source.rows == (
        Row(2, {"Svar": "Hej\ndå", "Empati": 3}),
        Row(4, {"Svar": "Nej", "Empati": 2.5}),
    )


def test_another_sheet_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no sheet 'Mars'; there are Betyg"):
        read_source(write(tmp_path, excel([*HEADER])), sheet="Mars")


def test_parquet_is_read_whatever_the_file_is_called(tmp_path: Path) -> None:
    source = read_source(write(tmp_path, parquet_file()))

    assert (source.form, source.columns) == ("Parquet", ("Svar", "Empati"))
    assert source.rows[1] == Row(2, {"Svar": "Nej", "Empati": None})


def test_json_lines_keep_the_good_ones(tmp_path: Path) -> None:
    content = b'{"Svar": "Hej", "Empati": 3}\n\n[1]\n{"Svar": "Nej", "Emp'

    source = read_source(write(tmp_path, content, "ratings.jsonl"))

    assert source.rows == (Row(1, {"Svar": "Hej", "Empati": 3}),)
    assert [fault.line for fault in source.faults] == [3, 4]
    assert "is the line cut off?" in source.faults[1].why


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b" \n", "the file is empty"),
        (excel([*HEADER], ["Hej", 3])[:-400], "not a whole Excel file"),
        (parquet_file()[:-40], r"not a whole Parquet file .* is it cut off\?"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Excel file; save it as .xlsx or CSV"),
    ],
    ids=["empty", "Excel", "Parquet", "old Excel"],
)
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, content: bytes, message: str) -> None:
    with pytest.raises(SourceError, match=rf"ratings\.csv: {message}"):
        read_source(write(tmp_path, content))


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"none\.csv: cannot be read \(No such file"):
        read_source(tmp_path / "none.csv")
