from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.directory.table import Column, TableError, read_table, write_table

COLUMNS = (
    Column(name="id", kind="id"),
    Column(name="name", is_required=True),
    Column(name="spans", kind="ports"),
    Column(name="approved", kind="switch"),
    Column(name="accounts", kind="accounts"),
    Column(name="tags", kind="words"),
    Column(name="made", kind="instant"),
)


def test_rows_become_csv_and_rows_again() -> None:
    row = {
        "id": 7,
        "name": 'A "quoted", name;\nof two lines',
        "spans": [3, 1],
        "approved": True,
        "accounts": None,
        "tags": ["a;b", "c\\d"],
        "made": 1_711_448_100_000,
    }
    text = write_table(COLUMNS, [row])
    assert text.startswith("id,name,spans,approved,accounts,tags,made\n7,")
    assert read_table(COLUMNS, text) == [{"row": 0, **row}]


WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1).map(str.strip).filter(bool)


@given(
    name=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00\r"), min_size=1).filter(str.strip),
    tags=st.lists(WORDS, unique=True),
    accounts=st.none() | st.lists(WORDS.filter(lambda word: word not in {"all", "none"}), unique=True),
)
def test_any_words_survive(name: str, tags: list[str], accounts: list[str] | None) -> None:
    columns = COLUMNS[1:2] + COLUMNS[4:6]
    row = {"name": name, "accounts": accounts, "tags": tags}
    assert read_table(columns, write_table(columns, [row])) == [{"row": 0, **row}]


def test_a_file_of_a_spreadsheet_is_read() -> None:
    text = "\ufeffName;Spans;Approved\r\nACME;1,2;YES\r\n\r\nOther;;no\r\n"
    assert read_table(COLUMNS, text) == [
        {"row": 0, "name": "ACME", "spans": [1, 2], "approved": True},
        {"row": 2, "name": "Other", "spans": [], "approved": False},
    ]


@pytest.mark.parametrize(
    ("text", "mistakes"),
    [
        ("", ["the file is empty; its first row must name the columns"]),
        (
            "name,colour\nx,red\n",
            ["row 1, column colour: unknown; known are id, name, spans, approved, accounts, tags, made"],
        ),
        ("id\n1\n", ["row 1, column name: missing"]),
        ("name,name\na,b\n", ["row 1, column name: named twice"]),
        ("name,id\nx\n", ["row 2: has 1 cells, the header 2"]),
        (
            "id,name,spans,approved,made\n0,,a,maybe,soon\n1,x,1,yes,2024-03-26T10:15:00Z\n-1,y,2,no,\n",
            [
                "row 2, column id: not a whole number from 1 on: 0",
                "row 2, column name: required",
                "row 2, column spans: not a whole number from 1 on: a",
                "row 2, column approved: must be yes or no",
                "row 2, column made: must be YYYY-MM-DDTHH:MM:SSZ",
                "row 4, column id: not a whole number from 1 on: -1",
            ],
        ),
        ('name\n"a"b\n', ["not a CSV file: ',' expected after '\"'"]),
    ],
)
def test_every_mistake_is_named_by_row_and_column(text: str, mistakes: list[str]) -> None:
    with pytest.raises(TableError) as raised:
        read_table(COLUMNS, text)
    assert raised.value.mistakes == mistakes
