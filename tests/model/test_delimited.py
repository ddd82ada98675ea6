import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.delimited import Fault, Record, decode, read_delimited
from model.errors import TableError

TEXT = "Svar;Empati\nHej Åsa, vänta på ärendet så återkommer vi;3\n"


@pytest.mark.parametrize(
    ("encoding", "found"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("cp1252", "cp1252"),
        ("cp850", "cp850"),
        ("mac_roman", "mac_roman"),
    ],
)
def test_the_encoding_is_found_from_the_bytes(encoding: str, found: str) -> None:
    assert decode(TEXT.encode(encoding)) == (TEXT, found)


def test_one_broken_byte_does_not_make_utf_8_another_encoding() -> None:
    content = TEXT.encode().replace(b"3\n", b"\xff\n")

    text, encoding = decode(content)

    assert (encoding, text.count("\ufffd")) == ("utf-8", 1)


def test_an_encoding_that_does_not_fit_is_refused() -> None:
    with pytest.raises(TableError, match=r"byte \d+ is not utf-8"):
        decode(TEXT.encode("cp1252"), "utf-8")
    with pytest.raises(TableError, match="no encoding 'utf-9'"):
        decode(b"Svar", "utf-9")


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_the_separator_is_found_even_where_texts_hold_others(separator: str) -> None:
    lines = [("Svar", "Empati", "Ton"), ("Hej. Ja då!", "3", "4"), ('"a, b; c | d"', "1", "2")]
    text = "\n".join(separator.join(line) for line in lines)

    table = read_delimited(text, "f.csv")

    assert table.separator == separator
    assert [len(r.cells) for r in table.rows if isinstance(r, Record)] == [3, 3]


def test_excels_separator_line_is_obeyed_and_counted() -> None:
    table = read_delimited('"sep=!"\r\nSvar!Empati\r\nHej; då, ja!3\r\n', "f.csv")

    assert (table.separator, table.columns) == ("!", ["Svar", "Empati"])
    assert table.rows == [Record(3, ["Hej; då, ja", "3"])]


def test_a_quotation_mark_never_closed_costs_its_own_line_alone() -> None:
    text = 'a;b\n1;2\n"open;3\n"two\nlines";4\n5;6\n'

    rows = read_delimited(text, "f.csv").rows

    assert [r.line for r in rows if isinstance(r, Record)] == [2, 4, 6]
    (fault,) = [r for r in rows if isinstance(r, Fault)]
    assert fault.line == 3
    assert "quotation marks" in fault.why


def test_a_line_with_too_few_cells_and_a_cut_off_end_are_told_apart() -> None:
    rows = read_delimited("a;b;c\n1;2;3\n4;5\n6;7;8\n9;1", "f.csv").rows

    faults = {r.line: r.why for r in rows if isinstance(r, Fault)}
    assert faults[3].startswith("2 cells where the header has 3")
    assert faults[5] == "the file ends inside this line, after 2 of 3 cells"


def test_empty_lines_and_empty_cells_at_the_end_are_no_faults() -> None:
    rows = read_delimited("a;b\n1;2;;\n;;\n\n3;4\n", "f.csv").rows

    assert rows == [Record(2, ["1", "2"]), Record(5, ["3", "4"])]


def test_columns_without_a_name_or_with_the_same_one_get_a_number() -> None:
    assert read_delimited("Svar;;Svar\n1;2;3\n", "f.csv").columns == [
        "Svar",
        "column 2",
        "Svar (3)",
    ]


def test_text_that_is_no_table_is_refused_without_repeating_it() -> None:
    with pytest.raises(TableError, match=r"f\.csv: no table") as caught:
        read_delimited("Hemligt\nBrev\n", "f.csv")

    assert "Hemligt" not in str(caught.value)


@given(st.lists(st.text('ab;"\n', max_size=8), min_size=1, max_size=8))
def test_every_line_of_any_text_is_read_or_reported(lines: list[str]) -> None:
    text = "a;b\n" + "\n".join(lines)

    rows = read_delimited(text, "f.csv").rows

    assert [r.line for r in rows] == sorted({r.line for r in rows})
    assert all(len(r.cells) == 2 for r in rows if isinstance(r, Record))
