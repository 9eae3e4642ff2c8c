"""The command against a real database, with and without a running gateway."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gateway.cli.commands.directory import command
from gateway.core.account import Account
from gateway.core.directory import Newsletter, NewsletterId
from gateway.core.types import AccountId, EpochMs
from gateway.directory.lists import shelf
from gateway.store.backends.sqlite.store import SqliteStore
from tests.gateway.cli.test_account import running_gateway
from tests.support.store import NOW, VALIDITY_MS, a_message

Run = Callable[..., Result]
HOUR_MS = 3_600_000


async def _fill(database: Path) -> None:
    store = SqliteStore(database)
    await store.open()
    await store.add_account(Account(id=AccountId(0), name="shop"), "hash", NOW)
    letter = Newsletter(id=NewsletterId(0), account_id=AccountId(1), title="News", text="hello", created_at=NOW)
    later = EpochMs(NOW + 10**12)
    await store.accept([a_message(send_at=later, valid_until=EpochMs(later + VALIDITY_MS))] * 2, letter)
    await store.close()


@pytest.fixture(params=["gateway stopped", "gateway running"])
def run(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Run]:
    database = tmp_path / "gateway.db"
    asyncio.run(_fill(database))
    config = tmp_path / "gateway.toml"
    config.write_text(f'[store]\nurl = "sqlite:///{database}"\n', encoding="utf-8")

    def run(words: str, *more: str, stdin: str | bytes = "") -> Result:
        result = CliRunner().invoke(command, [*words.split(), *more, "--config", str(config)], input=stdin)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result

    if request.param == "gateway stopped":
        yield run
        return
    with running_gateway(database):
        yield run


def test_a_template_is_added_approved_changed_and_removed(run: Run) -> None:
    assert run("template add --name otp --text", "Code: {1}").output == "template added\n"
    assert run("template add --name OTP --text x").output == "Error: name: is taken\n"
    assert run("template approve otp").output == "template otp approved\n"
    assert json.loads(run("template list --json").output) == [
        {"id": 1, "name": "otp", "text": "Code: {1}", "approved": True, "accounts": None}
    ]
    assert run("template set --name otp --accounts shop").output == "template changed\n"
    assert run("template set --name otp --accounts shop").output == "template is so already\n"
    assert run("template approve otp --withdraw").output == "template otp waits for approval\n"
    assert run("template list").output == (
        "id  name  text       approved  accounts\n1   otp   Code: {1}  no        shop\n"
    )
    assert run("template remove otp").output == "template otp removed\n"
    assert run("template remove otp").exit_code == 1


def test_a_sender_name_is_added(run: Run) -> None:
    run("sender add --name ACME --approved yes --spans", "2;1")
    assert json.loads(run("sender list --json").output)[0]["spans"] == [2, 1]
    refused = run("sender add --name x --spans one")
    assert (refused.exit_code, "not a whole number from 1 on: one" in refused.output) == (2, True)


def test_contacts_are_exported_and_imported_again(run: Run, tmp_path: Path) -> None:
    added = run("contact add --account shop --username ann --phone 0171234567 --tags", "red;blue")
    assert added.output == "contact added\n"
    file = tmp_path / "contacts.csv"
    run("contact export", str(file))
    header, row = file.read_text(encoding="utf-8").splitlines()
    assert header == "account,id,username,fullname,phone,email,status,tags,created"
    assert row.startswith("shop,1,ann,,0171234567,,active,red;blue,20")
    assert run("contact import", str(file)).output == "0 added, 0 changed, 1 unchanged\n"
    assert run("contact export -").output == file.read_text(encoding="utf-8")
    assert [one["title"] for one in json.loads(run("tag list --json").output)] == ["red", "blue"]


def test_an_import_is_checked_before_it_is_done(run: Run) -> None:
    text = "account,phone\nshop,0171234567\n"
    assert run("contact import - --check", stdin=text).output == "would be: 1 added, 0 changed, 0 unchanged\n"
    assert json.loads(run("contact list --json").output) == []
    assert run("contact import -", stdin=text).output == "1 added, 0 changed, 0 unchanged\n"


def test_every_mistake_of_an_import_is_shown_and_nothing_written(run: Run) -> None:
    text = "account,phone,status\nshop,0171234567,active\nlost,1,gone\nshop,12,active\nlost,0171234567,active\n"
    refused = run("contact import -", stdin=text)
    assert refused.exit_code == 1
    assert refused.output == "Error: row 3, column status: must be active or inactive\n"
    refused = run("contact import -", stdin=text.replace("gone", "active"))
    assert refused.output == (
        "Error: row 3, column account: no account lost\n"
        "row 4, column phone: not a phone number\n"
        "row 5, column account: no account lost\n"
    )
    assert json.loads(run("contact list --json").output) == []


def test_a_file_that_is_no_utf_8_is_named_by_its_row(run: Run) -> None:
    refused = run("contact import -", stdin="account,fullname\nshop,a\nshop,M\xfcller\n".encode("latin-1"))
    assert refused.output == "Error: row 3: not UTF-8; save the file as CSV UTF-8\n"


def test_newsletters_are_listed_and_withdrawn(run: Run) -> None:
    (row,) = json.loads(run("newsletter list --json").output)
    assert (row["id"], row["account"], row["title"], row["text"]) == (1, "shop", "News", "hello")
    assert run("newsletter remove 1").output == "2 messages withdrawn\n"
    assert run("newsletter remove 1").output == "0 messages withdrawn\n"
    assert run("newsletter remove 2").output == "Error: id: there is none: 2\n"


@pytest.mark.parametrize("kind", shelf())
def test_help_has_examples(kind: str) -> None:
    result = CliRunner().invoke(command, [kind, "--help"])
    assert f"gsm-gateway directory {kind} add" in result.output
