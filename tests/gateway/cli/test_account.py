"""The command against a real database, with and without a running gateway."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gateway.cli.commands.account import command
from gateway.clock import Clock
from gateway.control import ControlServer, control_path
from gateway.service.accounts import Accounts
from gateway.service.passwords import verify_password
from gateway.store.backends.sqlite.store import SqliteStore
from tests.support.upkeep import upkeep_of

Run = Callable[..., Result]


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "gateway.db"


@pytest.fixture(params=["gateway stopped", "gateway running"])
def run(request: pytest.FixtureRequest, tmp_path: Path, database: Path) -> Iterator[Run]:
    config = tmp_path / "gateway.toml"
    config.write_text(f'[store]\nurl = "sqlite:///{database}"\n', encoding="utf-8")

    def run(*words: str, stdin: str = "") -> Result:
        return CliRunner().invoke(command, [words[0], "--config", str(config), *words[1:]], input=stdin)

    if request.param == "gateway stopped":
        yield run
        return
    with running_gateway(database):
        yield run


class running_gateway:  # noqa: N801  (a context manager)
    """Store and control socket in a loop of their own, as the daemon has them."""

    def __init__(self, database: Path) -> None:
        self._database = database
        self._ready = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_until_complete, args=(self._serve(),))

    def __enter__(self) -> None:
        self._thread.start()
        assert self._ready.wait(10)

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._ended.set)
        self._thread.join(10)
        self._loop.close()

    async def _serve(self) -> None:
        self._ended = asyncio.Event()
        store = SqliteStore(self._database)
        await store.open()
        parts = {"directory": upkeep_of(store).call}
        control = ControlServer(Accounts(store, clock=Clock()), control_path(self._database), parts=parts)
        await control.start()
        self._ready.set()
        await self._ended.wait()
        await control.stop()
        await store.close()


def test_account_is_added_and_listed(run: Run) -> None:
    added = run("add", "shop", "--role", "viewer", "--email", "a@b.example", "--password-stdin", stdin="pass word\n")
    assert (added.exit_code, added.output) == (0, "account shop added, role viewer\n")
    listed = json.loads(run("list", "--json").output)
    assert listed == [
        {
            "id": 1,
            "name": "shop",
            "email": "a@b.example",
            "role": "viewer",
            "enabled": True,
            "spans": None,
            "dialects": None,
            "timezone": None,
            "rate_per_s": 0,
            "queue_limit": 0,
            "credit": None,
            "default_sender": "",
            "ready": [
                "email_verified",
                "mobile_verified",
                "passport_uploaded",
                "passport_approved",
                "contract_signed",
            ],
        }
    ]
    assert run("list").output.split() == ["shop", "viewer", "enabled", "a@b.example"]


def test_readiness_and_default_sender_are_set(run: Run) -> None:
    run("add", "shop", "--password-stdin", stdin="x\n")
    run("set", "shop", "--ready", "email_verified, passport_uploaded", "--default-sender", "ACME")
    (row,) = json.loads(run("list", "--json").output)
    assert (row["ready"], row["default_sender"]) == (["email_verified", "passport_uploaded"], "ACME")
    assert "unknown: bald" in run("set", "shop", "--ready", "bald").output
    run("set", "shop", "--ready", "all", "--default-sender", "none")
    (row,) = json.loads(run("list", "--json").output)
    assert (len(row["ready"]), row["default_sender"]) == (5, "")
    run("set", "shop", "--ready", "none")
    assert json.loads(run("list", "--json").output)[0]["ready"] == []


def test_pushes_are_shown_and_changed(run: Run, database: Path) -> None:
    run("add", "shop", "--password-stdin", stdin="x\n")
    assert json.loads(run("push", "shop", "openvox").output) == {}
    changed = run("push", "shop", "openvox", "enable=1", "url_host=crm.example", "reports_enable=yes")
    assert json.loads(changed.output)["url_host"] == "crm.example"
    shown = json.loads(run("push", "shop", "openvox").output)
    assert (shown["enable"], shown["reports_enable"], shown["url_port"]) == (1, 1, "80")
    with closing(sqlite3.connect(database)) as connection:
        events = connection.execute("SELECT event FROM subscription ORDER BY event").fetchall()
    assert events == [("inbound",), ("report",)]


def test_the_reply_address_of_an_own_number_is_set(run: Run, database: Path) -> None:
    run("add", "shop", "--password-stdin", stdin="x\n")
    run("push", "shop", "voipcom", "+1 713 456 7890=https://crm.example/sms-in?key=1")
    assert json.loads(run("push", "shop", "voipcom").output) == {"17134567890": "https://crm.example/sms-in?key=1"}
    with closing(sqlite3.connect(database)) as connection:
        assert connection.execute("SELECT dialect, event FROM subscription").fetchall() == [("voipcom", "inbound")]
    assert run("push", "shop", "voipcom", "17134567890=crm").output.startswith("Error: 17134567890: not an address")
    run("push", "shop", "voipcom", "17134567890=")
    assert json.loads(run("push", "shop", "voipcom").output) == {}


def test_wrong_pushes_are_named(run: Run) -> None:
    run("add", "shop", "--password-stdin", stdin="x\n")
    assert run("push", "shop", "openvox", "url_port=0").output == "Error: url_port: must be 1 to 65535\n"
    assert "Error: colour: unknown; known are enable" in run("push", "shop", "openvox", "colour=red").output
    assert run("push", "nobody", "openvox").output == "Error: account: no account nobody\n"
    for words in (("shop", "smsplus"), ("shop", "nothing"), ("shop", "openvox", "enable")):
        assert run("push", *words).exit_code == 2


def test_password_is_asked_for_twice_without_the_option(run: Run) -> None:
    result = run("add", "shop", stdin="pass word\npass word\n")
    assert result.exit_code == 0
    assert "pass word" not in result.output
    assert json.loads(run("list", "--json").output)[0]["role"] == "sender"


def test_account_is_disabled_and_enabled(run: Run) -> None:
    run("add", "shop", "--password-stdin", stdin="x\n")
    assert run("disable", "SHOP").exit_code == 0
    assert json.loads(run("list", "--json").output)[0]["enabled"] is False
    assert run("enable", "shop").exit_code == 0
    assert json.loads(run("list", "--json").output)[0]["enabled"] is True


LIMITS = {
    "role": ("--role", "operator", "operator"),
    "spans": ("--spans", "2, 10", [2, 10]),
    "dialects": ("--dialects", "openvox", ["openvox"]),
    "timezone": ("--timezone", "Europe/Berlin", "Europe/Berlin"),
    "rate_per_s": ("--rate", "5", 5),
    "queue_limit": ("--queue-limit", "100", 100),
    "credit": ("--credit", "0", 0),
}
NO_LIMITS = {
    "role": ("--role", "sender", "sender"),
    "spans": ("--spans", "all", None),
    "dialects": ("--dialects", "all", None),
    "timezone": ("--timezone", "box", None),
    "rate_per_s": ("--rate", "0", 0),
    "queue_limit": ("--queue-limit", "0", 0),
    "credit": ("--credit", "none", None),
}


def test_limits_and_rights_are_set_and_lifted(run: Run) -> None:
    run("add", "shop", "--password-stdin", stdin="x\n")
    for limits in (LIMITS, NO_LIMITS):
        words = [word for option, value, _ in limits.values() for word in (option, value)]
        result = run("set", "SHOP", *words)
        assert (result.exit_code, result.output) == (0, "account SHOP changed\n")
        (listed,) = json.loads(run("list", "--json").output)
        assert {name: listed[name] for name in limits} == {name: shown for name, (*_, shown) in limits.items()}


def test_what_is_not_named_stays(run: Run) -> None:
    run("add", "shop", "--password-stdin", stdin="x\n")
    run("set", "shop", "--credit", "7", "--rate", "5")
    run("set", "shop", "--credit", "8")
    (listed,) = json.loads(run("list", "--json").output)
    assert (listed["credit"], listed["rate_per_s"], listed["role"]) == (8, 5, "sender")


def test_password_is_changed(run: Run, database: Path) -> None:
    run("add", "shop", "--password-stdin", stdin="x\n")
    before = _hash_of_shop(database)
    result = run("password", "shop", "--password-stdin", stdin="pass word\n")
    assert (result.exit_code, result.output) == (0, "password of shop changed\n")
    assert not verify_password("pass word", before)
    assert verify_password("pass word", _hash_of_shop(database))


def _hash_of_shop(database: Path) -> str:
    with closing(sqlite3.connect(database)) as connection:
        return str(connection.execute("SELECT password_hash FROM account").fetchone()[0])


def test_token_is_printed_once(run: Run) -> None:
    run("add", "shop", "--password-stdin", stdin="x\n")
    result = run("token", "shop", "--label", "till 3")
    key, _, secret = result.output.strip().partition("|")
    assert (result.exit_code, len(key), len(secret)) == (0, 12, 40)


def test_tokens_are_shown_without_their_secrets_and_revoked(run: Run) -> None:
    run("add", "shop", "--password-stdin", stdin="x\n")
    key, _, secret = run("token", "shop", "--label", "till 3").output.strip().partition("|")
    shown = run("tokens", "shop").output
    assert shown.startswith(key)
    assert shown.endswith("  never expires  till 3\n")
    (listed,) = json.loads(run("tokens", "shop", "--json").output)
    assert (listed["key"], listed["label"], listed["expires"]) == (key, "till 3", None)
    assert secret not in shown + repr(listed)
    revoked = run("revoke", key)
    assert (revoked.exit_code, revoked.output) == (0, f"token {key} revoked\n")
    assert run("tokens", "shop").output == ""


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("add", "a b", "--password-stdin"), "name: may not contain blanks or colons"),
        (("disable", "nobody"), "no account nobody"),
        (("token", "nobody"), "no account nobody"),
        (("password", "nobody", "--password-stdin"), "no account nobody"),
        (("tokens", "nobody"), "no account nobody"),
        (("revoke", "abc"), "no token abc"),
        (("set", "nobody", "--rate", "1"), "no account nobody"),
        (("set", "x", "--spans", "1,two"), "not a number: two"),
        (("set", "x", "--credit", "-1"), "not a number: -1"),
        (("set", "x", "--dialects", "open"), "no API is called open"),
        (("set", "x", "--rate", "-1"), "-1 is not in the range"),
        (("add", "x", "--role", "king", "--password-stdin"), "'king' is not one of"),
    ],
)
def test_mistakes_are_said_in_one_line(words: tuple[str, ...], message: str, run: Run) -> None:
    result = run(*words, stdin="x\n")
    assert result.exit_code != 0
    assert message in result.output
    assert "Traceback" not in result.output


def test_empty_password_is_refused(run: Run) -> None:
    result = run("add", "shop", "--password-stdin", stdin="\n")
    assert (result.exit_code, result.output) == (1, "Error: password: required\n")
