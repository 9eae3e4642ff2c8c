"""`gsm-gateway account`: who may call the gateway."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from gateway.api.dialects import shelf
from gateway.cli.context import config_option, open_accounts, open_upkeep, run, settings_or_exit
from gateway.cli.limits import ask_pacing, quota_options, read_changes, show_quotas
from gateway.core.account import Account, AccountChanges, Readiness, Role
from gateway.core.types import Port

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from gateway.control import RemoteAccounts
    from gateway.core.types import EpochMs
    from gateway.service.accounts import Accounts

    AnyAccounts = Accounts | RemoteAccounts


@click.group()
def command() -> None:
    """Accounts: who may call the gateway.

    \b
    Works whether or not the gateway is running.
    Examples:
      echo 'secret words' | gsm-gateway account add shop --role sender --password-stdin
      gsm-gateway account list
      gsm-gateway account set shop --spans 1,2 --rate 5 --credit 1000
      gsm-gateway account limit shop --per-day 1000
      gsm-gateway account token shop --label "till 3"
    """


@command.command()
@click.argument("name")
@click.option(
    "--role",
    type=click.Choice([role.value for role in Role]),
    default=Role.SENDER.value,
    show_default=True,
    help="What the account may do.",
)
@click.option("--email", default="", help="A second name to log in with.")
@click.option("--password-stdin", is_flag=True, help="Read the password from the first line of standard input.")
@config_option
def add(*, name: str, role: str, email: str, password_stdin: bool, config: Path | None) -> None:
    """Make the account NAME."""
    first_password = _read_password(is_piped=password_stdin)

    async def work(accounts: AnyAccounts) -> Account:
        return await accounts.create(name, role=Role(role), password=first_password, email=email)

    account = _run(config, work)
    click.echo(f"account {account.name} added, role {account.role}")


@command.command(name="list")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array.")
@config_option
def list_(*, as_json: bool, config: Path | None) -> None:
    """Show all accounts."""

    async def work(accounts: AnyAccounts) -> list[Account]:
        return list(await accounts.list())

    rows = [_row(account) for account in _run(config, work)]
    if as_json:
        click.echo(json.dumps(rows, indent=2))
        return
    for row in rows:
        state = "enabled" if row["enabled"] else "disabled"
        click.echo(f"{row['name']:24} {row['role']:10} {state:10} {row['email']}".rstrip())


def _row(account: Account) -> dict[str, Any]:
    return {
        "id": account.id,
        "name": account.name,
        "email": account.email,
        "role": account.role.value,
        "enabled": account.enabled,
        "spans": None if account.spans is None else sorted(account.spans),
        "dialects": None if account.dialects is None else sorted(account.dialects),
        "timezone": account.timezone,
        "rate_per_s": account.rate_per_s,
        "queue_limit": account.queue_limit,
        "credit": account.credit,
        "default_sender": account.default_sender,
        "ready": [flag.value for flag in Readiness if flag not in account.unready],
    }


@command.command()
@click.argument("name")
@config_option
def disable(name: str, config: Path | None) -> None:
    """Keep the account NAME out, from its next request on."""
    _run(config, lambda accounts: accounts.disable(name))
    click.echo(f"account {name} disabled")


@command.command()
@click.argument("name")
@config_option
def enable(name: str, config: Path | None) -> None:
    """Let the account NAME in again."""
    _run(config, lambda accounts: accounts.enable(name))
    click.echo(f"account {name} enabled")


@command.command(name="set")
@click.argument("name")
@click.option("--role", type=click.Choice([role.value for role in Role]), help="What the account may do.")
@click.option("--spans", metavar="PORTS", help='Ports it may use, e.g. "1,2"; "all" for every one.')
@click.option("--dialects", metavar="NAMES", help='HTTP APIs it may call, e.g. "openvox"; "all" for every one.')
@click.option("--timezone", metavar="ZONE", help='Zone of its times, e.g. Europe/Berlin; "box" for gateway.timezone.')
@click.option("--rate", type=click.IntRange(min=0), help="Most requests per second; 0 for no limit.")
@click.option("--queue-limit", type=click.IntRange(min=0), help="Most messages waiting; 0 for no limit.")
@click.option("--credit", metavar="SEGMENTS", help='Segments left to send; "none" for no limit.')
@click.option("--default-sender", metavar="NAME", help='Sender name when a caller names none; "none" for no.')
@click.option("--ready", metavar="FLAGS", help=f'Which hold of {", ".join(Readiness)}; "all" or "none".')
@config_option
def set_(*, name: str, config: Path | None, **options: Any) -> None:
    """Change limits and rights of the account NAME, from its next request on; what is not given stays."""
    changes = _read_changes(options)
    _run(config, lambda accounts: accounts.change(name, changes))
    click.echo(f"account {name} changed")


def _read_changes(options: dict[str, Any]) -> AccountChanges:
    changes: AccountChanges = {}
    if options["role"] is not None:
        changes["role"] = Role(options["role"])
    if options["spans"] is not None:
        words = _words(options["spans"])
        changes["spans"] = None if words is None else frozenset(Port(_number("--spans", word)) for word in words)
    if options["dialects"] is not None:
        changes["dialects"] = _words(options["dialects"])
        unknown = (changes["dialects"] or frozenset()) - shelf().keys()
        if unknown:
            raise click.BadParameter(f"no API is called {min(unknown)}", param_hint="--dialects")
    if options["timezone"] is not None:
        changes["timezone"] = None if options["timezone"] == "box" else options["timezone"]
    changes.update(_read_limits(options))
    if options["default_sender"] is not None:
        changes["default_sender"] = "" if options["default_sender"] == "none" else options["default_sender"]
    if options["ready"] is not None:
        changes["unready"] = _unready(options["ready"])
    return changes


def _read_limits(options: dict[str, Any]) -> AccountChanges:
    changes: AccountChanges = {}
    if options["rate"] is not None:
        changes["rate_per_s"] = options["rate"]
    if options["queue_limit"] is not None:
        changes["queue_limit"] = options["queue_limit"]
    if options["credit"] is not None:
        changes["credit"] = None if options["credit"] == "none" else _number("--credit", options["credit"])
    return changes


def _unready(text: str) -> frozenset[Readiness]:
    """Give the flags that are not among the named ones."""
    words = frozenset() if text == "none" else _words(text)
    if words is None:
        return frozenset()
    unknown = words - set(Readiness)
    if unknown:
        raise click.BadParameter(f"unknown: {min(unknown)}", param_hint="--ready")
    return frozenset(Readiness) - words


def _words(text: str) -> frozenset[str] | None:
    """Give the words between commas, None for "all"."""
    return None if text == "all" else frozenset(filter(None, map(str.strip, text.split(","))))


def _number(option: str, text: str) -> int:
    if not (text.isascii() and text.isdecimal()):
        raise click.BadParameter(f"not a number: {text}", param_hint=option)
    return int(text)


@command.command()
@click.argument("name")
@click.option("--password-stdin", is_flag=True, help="Read the password from the first line of standard input.")
@config_option
def password(*, name: str, password_stdin: bool, config: Path | None) -> None:
    """Change the password of the account NAME; this ends its sessions, API tokens stay."""
    new = _read_password(is_piped=password_stdin)
    _run(config, lambda accounts: accounts.set_password(name, new))
    click.echo(f"password of {name} changed")


@command.command()
@click.argument("name")
@click.option("--label", default="", help="What it is for, to tell it from others.")
@config_option
def token(name: str, label: str, config: Path | None) -> None:
    """Make an API token for the account NAME and print it: it is shown only now."""
    click.echo(_run(config, lambda accounts: accounts.create_token(name, label=label)))


@command.command()
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array.")
@config_option
def tokens(*, name: str, as_json: bool, config: Path | None) -> None:
    """Show the API tokens of the account NAME by their keys, the part before the bar."""
    rows = [
        {"key": one.key, "label": one.label, "created": _when(one.created_at), "expires": _when(one.expires_at)}
        for one in _run(config, lambda accounts: accounts.tokens(name))
    ]
    if as_json:
        click.echo(json.dumps(rows, indent=2))
        return
    for row in rows:
        click.echo(f"{row['key']}  {row['created']}  {row['expires'] or 'never expires'}  {row['label']}".rstrip())


def _when(instant: EpochMs | None) -> str | None:
    return None if instant is None else f"{datetime.fromtimestamp(instant / 1000, UTC):%Y-%m-%dT%H:%M:%SZ}"


@command.command()
@click.argument("key")
@config_option
def revoke(key: str, config: Path | None) -> None:
    """End the API token KEY, from its next request on."""
    _run(config, lambda accounts: accounts.revoke_token(key))
    click.echo(f"token {key} revoked")


@command.command()
@click.argument("name")
@click.argument("api")
@click.argument("changes", nargs=-1, metavar="[KEY=VALUE]...")
@config_option
def push(name: str, api: str, changes: tuple[str, ...], config: Path | None) -> None:
    """Show what the HTTP API tells the account NAME by itself and where to, or change it; KEY= clears a setting."""
    dialect = shelf().get(api)
    if dialect is None or dialect.read_pushes is None:
        able = ", ".join(one.name for one in shelf().values() if one.read_pushes is not None)
        raise click.BadParameter(f"{api} tells nothing by itself; these do: {able}", param_hint="API")
    pairs = dict(_pair(change) for change in changes)

    async def with_upkeep() -> dict[str, Any]:
        async with open_upkeep(settings_or_exit(config)) as upkeep:
            values: dict[str, Any] = await upkeep.call("pushes", {"account": name, "dialect": api})
            if pairs and dialect.read_pushes is not None:
                values, events = dialect.read_pushes(values, pairs)
                arguments = {"account": name, "dialect": api, "values": values, "events": sorted(events)}
                await upkeep.call("save_pushes", arguments)
            return values

    click.echo(json.dumps(run(with_upkeep(), names_field=True), indent=2, ensure_ascii=False))


@command.command()
@click.argument("name")
@quota_options
@config_option
def limit(name: str, config: Path | None, **options: str | None) -> None:
    """Change how many segments the account NAME may send, at once; "none" takes a limit away.

    \b
    What is over a limit is accepted, and held until it begins anew.
      gsm-gateway account limit shop --per-day 1000 --per-month 20000 --contract-day 15
    """
    ask_pacing(config, "limit_account", name=name, changes=read_changes(options))
    show_quotas(ask_pacing(config, "accounts", name=name), as_json=False)


@command.command()
@click.argument("name", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array.")
@config_option
def quota(*, name: str | None, as_json: bool, config: Path | None) -> None:
    """Show how much of its quotas the account NAME, or every account, has used."""
    show_quotas(ask_pacing(config, "accounts", name=name), as_json=as_json)


def _pair(change: str) -> tuple[str, str]:
    key, equals, value = change.partition("=")
    if not equals:
        raise click.BadParameter(f"not KEY=VALUE: {change}", param_hint="KEY=VALUE")
    return key.strip(), value


def _read_password(*, is_piped: bool) -> str:
    if is_piped:
        return sys.stdin.readline().rstrip("\r\n")
    return str(click.prompt("Password", hide_input=True, confirmation_prompt=True))


def _run(config: Path | None, work: Callable[[AnyAccounts], Awaitable[Any]]) -> Any:
    """Do `work` with the accounts of the running gateway or, when none runs, with those of the store."""

    async def with_accounts() -> Any:
        async with open_accounts(settings_or_exit(config)) as accounts:
            return await work(accounts)

    return run(with_accounts(), names_field=True)
