"""The lists kept by rows, as the command line and CSV files do."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from gateway.core.account import Account
from gateway.core.types import AccountId
from gateway.directory.lists import shelf
from gateway.directory.table import read_table, write_table
from gateway.directory.upkeep import Upkeep
from gateway.errors import InvalidFieldError
from gateway.store.backends.sqlite.store import SqliteStore
from tests.support.clock import FakeClock
from tests.support.upkeep import upkeep_of

CONTACTS: list[dict[str, Any]] = [
    {"account": "shop", "username": "ann", "fullname": "Ann", "phone": "+491711111111", "tags": ["red", "blue"]},
    {"account": "SHOP", "fullname": "Ben", "phone": "01712345678", "email": "ben@x", "status": False},
    {"account": "club", "username": "ann", "phone": "", "tags": ["red"]},
]
ROWS: dict[str, list[dict[str, Any]]] = {
    "contact": CONTACTS,
    "tag": [{"account": "shop", "title": "red"}, {"account": "club", "id": 70, "title": "Red"}],
    "number": [{"id": 2, "number": "+17134567890"}, {"id": 1, "number": "+17134567891"}],
    "template": [
        {"name": "otp", "text": "Code: {1}", "approved": True, "accounts": ["shop"]},
        {"id": 9, "name": "welcome", "text": "Hello {name}, {{x}}"},
        {"name": "nobody's", "text": "x", "accounts": []},
    ],
    "sender": [
        {"name": "ACME", "spans": [2, 1], "approved": True, "accounts": None},
        {"id": 70, "name": "Club", "spans": [3], "accounts": ["club", "shop"]},
    ],
}


async def opened(path: Path) -> tuple[SqliteStore, Upkeep]:
    store = SqliteStore(path)
    await store.open()
    clock = FakeClock(1_711_448_100_000)
    for name in ("shop", "club"):
        await store.add_account(Account(id=AccountId(0), name=name), "hash", clock.now_ms())
    return store, upkeep_of(store, clock)


@pytest.fixture
async def upkeep(tmp_path: Path) -> AsyncIterator[Upkeep]:
    store, upkeep = await opened(tmp_path / "a.db")
    yield upkeep
    await store.close()


def test_every_list_has_rows_here() -> None:
    assert ROWS.keys() == shelf().keys()


# --- what holds for every list --------------------------------------------------------------------


@pytest.mark.parametrize("kind", ROWS)
async def test_rows_are_added_and_the_same_once_more_changes_nothing(upkeep: Upkeep, kind: str) -> None:
    rows = ROWS[kind]
    assert await upkeep.save(kind, rows, "import", is_check=True) == {"added": len(rows), "changed": 0, "unchanged": 0}
    assert await upkeep.rows(kind) == []
    assert await upkeep.save(kind, rows, "import") == {"added": len(rows), "changed": 0, "unchanged": 0}
    before = await upkeep.rows(kind)
    assert await upkeep.save(kind, rows, "import") == {"added": 0, "changed": 0, "unchanged": len(rows)}
    assert await upkeep.rows(kind) == before


@pytest.mark.parametrize("kind", ROWS)
async def test_an_export_read_into_an_empty_box_gives_the_same_export(
    upkeep: Upkeep, kind: str, tmp_path: Path
) -> None:
    columns = shelf()[kind].columns
    await upkeep.save(kind, ROWS[kind], "import")
    text = write_table(columns, await upkeep.rows(kind))
    assert (await upkeep.save(kind, read_table(columns, text), "import"))["unchanged"] == len(ROWS[kind])
    store, other = await opened(tmp_path / "b.db")
    try:
        await other.save(kind, read_table(columns, text), "import")
        assert write_table(columns, await other.rows(kind)) == text
    finally:
        await store.close()


@pytest.mark.parametrize("kind", ROWS)
async def test_one_mistake_anywhere_leaves_everything_as_it_was(upkeep: Upkeep, kind: str) -> None:
    key = {"contact": "username", "tag": "title", "number": "id"}.get(kind, "name")
    twice = [*ROWS[kind], ROWS[kind][0]]
    with pytest.raises(InvalidFieldError, match=f"^: row {len(twice) + 1}, column {key}: is the same as in row 2$"):
        await upkeep.save(kind, twice, "import")
    assert await upkeep.rows(kind) == []


@pytest.mark.parametrize("kind", ROWS)
async def test_entries_are_dropped_by_name_and_by_id(upkeep: Upkeep, kind: str) -> None:
    await upkeep.save(kind, ROWS[kind], "import")
    name = {"contact": "ann", "tag": "red", "template": "otp", "sender": "ACME", "number": "+17134567890"}[kind]
    assert await upkeep.remove(kind, name.upper(), "shop" if kind in {"contact", "tag"} else None) == name
    last = (await upkeep.rows(kind))[-1]
    await upkeep.remove(kind, str(last["id"]))
    assert len(await upkeep.rows(kind)) == len(ROWS[kind]) - 2
    with pytest.raises(InvalidFieldError, match="there is none: 12345"):
        await upkeep.remove(kind, "12345")


# --- contacts -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "line"),
    [
        ({"account": "lost", "username": "x"}, "row 2, column account: no account lost"),
        ({"account": "shop", "fullname": "x"}, "row 2, column username: a row needs an id, a username, a phone or an"),
        ({"account": "shop", "username": "x", "phone": "12"}, "row 2, column phone: not a phone number"),
        ({"account": "shop", "username": "x" * 256}, "row 2, column username: longer than 255 characters"),
        ({"account": "club", "id": 1, "username": "x"}, "row 2, column id: is taken"),
        ({"account": "shop", "username": "x", "email": "BEN@x"}, "row 2, column email: is taken"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
@pytest.mark.parametrize("is_check", [True, False], ids=["check", "import"])
async def test_a_wrong_contact_is_named(upkeep: Upkeep, row: dict[str, Any], line: str, is_check: bool) -> None:
    await upkeep.save("contact", CONTACTS, "import")
    with pytest.raises(InvalidFieldError) as raised:
        await upkeep.save("contact", [row], "import", is_check=is_check)
    assert raised.value.reason.startswith(line)


async def test_the_row_of_the_file_is_named_when_rows_before_it_change_nothing(upkeep: Upkeep) -> None:
    await upkeep.save("contact", CONTACTS, "import")
    rows = [{"row": 0, **CONTACTS[0]}, {"row": 5, "account": "shop", "username": "x", "email": "ben@x"}]
    with pytest.raises(InvalidFieldError, match="row 7, column email: is taken"):
        await upkeep.save("contact", rows, "import")


async def test_a_contact_is_told_by_its_phone_however_that_is_written(upkeep: Upkeep) -> None:
    await upkeep.save("contact", CONTACTS, "import")
    row = {"account": "shop", "phone": "0171-234 56 78", "fullname": "Benjamin"}
    assert (await upkeep.save("contact", [row], "import"))["changed"] == 1
    found = (await upkeep.rows("contact", "shop"))[1]
    assert (found["fullname"], found["phone"], found["email"]) == ("Benjamin", "0171-234 56 78", "ben@x")


async def test_what_a_row_does_not_name_stays_and_tags_are_replaced(upkeep: Upkeep) -> None:
    await upkeep.save("contact", CONTACTS, "import")
    await upkeep.save("contact", [{"account": "shop", "username": "ann", "tags": ["green"]}], "change")
    found = (await upkeep.rows("contact", "shop"))[0]
    assert (found["fullname"], found["tags"]) == ("Ann", ["green"])


async def test_a_contact_that_is_not_there_is_not_changed(upkeep: Upkeep) -> None:
    with pytest.raises(InvalidFieldError, match="there is none: ann"):
        await upkeep.save("contact", [{"account": "shop", "username": "ann"}], "change")


# --- templates and sender names -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "row", "reason"),
    [
        ("template", {"name": "x"}, "text: required"),
        ("template", {"name": "x", "text": "{4}"}, "text: {4} at character 1: positions are 1 to 3"),
        ("template", {"name": "x", "text": "a }"}, "text: a lone } at character 3; write }}"),
        ("template", {"name": "OTP", "text": "x"}, "name: is taken"),
        ("template", {"name": "x", "text": "x", "accounts": ["lost"]}, "accounts: no account lost"),
        ("template", {"name": " ", "text": "x"}, "name: required"),
        ("sender", {"name": "x"}, "spans: required: the spans that the name stands for"),
    ],
    ids=str,
)
async def test_what_is_wrong_with_a_new_entry_is_said(
    upkeep: Upkeep, kind: str, row: dict[str, Any], reason: str
) -> None:
    await upkeep.save("template", ROWS["template"], "import")
    with pytest.raises(InvalidFieldError) as raised:
        await upkeep.save(kind, [row], "add")
    assert f"{raised.value.field}: {raised.value.reason}" == reason


async def test_an_approval_changes_nothing_else(upkeep: Upkeep) -> None:
    await upkeep.save("template", ROWS["template"], "import")
    await upkeep.save("template", [{"name": "Welcome", "approved": True}], "change")
    (found,) = [one for one in await upkeep.rows("template") if one["id"] == 9]
    assert found == {"id": 9, "name": "Welcome", "text": "Hello {name}, {{x}}", "approved": True, "accounts": None}


async def test_what_is_unknown_is_refused(upkeep: Upkeep) -> None:
    for call, arguments in (("explode", {}), ("rows", {"kind": "secret"}), ("cancel_newsletter", {"newsletter_id": 5})):
        with pytest.raises(InvalidFieldError):
            await upkeep.call(call, arguments)
