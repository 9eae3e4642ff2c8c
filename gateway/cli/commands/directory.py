"""`gsm-gateway directory`: contacts and tags, templates, sender names, newsletters; also as CSV."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gateway.cli.context import config_option, open_upkeep, run, settings_or_exit
from gateway.directory.lists import shelf
from gateway.directory.table import Column, TableError, format_cell, parse_cell, read_table, write_table
from gateway.errors import InvalidFieldError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_HELP = {
    "contact": """Contacts, which an ISP calls subscribers: who the accounts write to.

    \b
    Examples:
      gsm-gateway directory contact add --account shop --fullname "A. Rahman" --phone 01712345678 --tags "dhaka;late"
      gsm-gateway directory contact list --account shop
      gsm-gateway directory contact set --account shop --username sub1 --status inactive
      gsm-gateway directory contact export contacts.csv
      gsm-gateway directory contact import contacts.csv --check
    """,
    "number": """Own numbers: the phone number of the SIM in each span, which some APIs call the span by.

    \b
    Examples:
      gsm-gateway directory number add --id 1 --number +17134567890
      gsm-gateway directory number list
    """,
    "tag": """Tags that contacts are grouped by; newsletters go to them.

    \b
    Examples:
      gsm-gateway directory tag add --account shop --title dhaka
      gsm-gateway directory tag list --json
    """,
    "template": """Templates: texts in which a caller fills {1} {2} {3}, or {names}; usable once approved.

    \b
    Examples:
      gsm-gateway directory template add --name otp --text "Your code is {1}"
      gsm-gateway directory template approve otp
      gsm-gateway directory template set --name otp --accounts "shop;club"
    """,
    "sender": """Sender names. A SIM sends under its number, so a name stands for spans; usable once approved.

    \b
    Examples:
      gsm-gateway directory sender add --name ACME --spans "1;2" --approved yes
      gsm-gateway directory sender set --name ACME --accounts shop
    """,
}
_COLUMN_HELP = {
    "account": "Whose it is.",
    "accounts": 'Who may use it, names joined by ";"; "all" or "none".',
    "approved": "yes or no.",
    "created": "When it was made, YYYY-MM-DDTHH:MM:SSZ.",
    "id": "Its number, which APIs call it by.",
    "spans": 'Ports, joined by ";".',
    "status": "active or inactive.",
    "tags": 'Titles of tags, joined by ";"; new ones are made.',
    "text": "The text, {1} {2} {3} or {name} for values, {{ and }} for braces.",
}


@click.group()
def command() -> None:
    """Lists that HTTP APIs work on: contacts and tags, templates, sender names, own numbers, newsletters.

    \b
    Works whether or not the gateway is running.
    Examples:
      gsm-gateway directory template add --name otp --text "Your code is {1}" --approved yes
      gsm-gateway directory sender add --name ACME --spans "1;2" --approved yes
      gsm-gateway directory contact import contacts.csv
      gsm-gateway directory newsletter list
    """


_account_option = click.option("--account", metavar="NAME", help="Only what is of (or for) this account.")
_json_option = click.option("--json", "as_json", is_flag=True, help="Print a JSON array.")


def _add_group(kind: str, columns: Sequence[Column]) -> None:
    """Hang the commands of one list under `directory`."""
    group = click.Group(kind, help=_HELP[kind])
    command.add_command(group)

    @group.command(name="list", help=f"Show every {kind}.")
    @_account_option
    @_json_option
    @config_option
    def list_(*, account: str | None, as_json: bool, config: Path | None) -> None:
        _show(columns, _call(config, "rows", kind=kind, account=account), as_json=as_json)

    def save(config: Path | None, how: str, cells: Mapping[str, str | None]) -> dict[str, int]:
        row = _typed(columns, {name: text for name, text in cells.items() if text is not None})
        counts: dict[str, int] = _call(config, "save", kind=kind, rows=[row], how=how)
        return counts

    @group.command(help=f"Make a {kind}.")
    @_options(columns, are_required=True)
    @config_option
    def add(*, config: Path | None, **cells: str | None) -> None:
        save(config, "add", cells)
        click.echo(f"{kind} added")

    @group.command(name="set", help=f"Change a {kind}; what is not given stays.")
    @_options(columns, are_required=kind != "contact")
    @config_option
    def set_(*, config: Path | None, **cells: str | None) -> None:
        counts = save(config, "change", cells)
        click.echo(f"{kind} changed" if counts["changed"] else f"{kind} is so already")

    @group.command(help=f"Drop the {kind} of this id or name.")
    @click.argument("key")
    @_account_option
    @config_option
    def remove(key: str, account: str | None, config: Path | None) -> None:
        name = _call(config, "remove", kind=kind, key=key, account=account)
        click.echo(f"{kind} {name} removed")

    if any(column.name == "approved" for column in columns):

        @group.command(help=f"Let the {kind} NAME be used, or with --withdraw no more.")
        @click.argument("name")
        @click.option("--withdraw", is_flag=True, help="Take the approval back.")
        @config_option
        def approve(*, name: str, withdraw: bool, config: Path | None) -> None:
            save(config, "change", {"name": name, "approved": "no" if withdraw else "yes"})
            click.echo(f"{kind} {name} {'waits for approval' if withdraw else 'approved'}")

    _add_csv(group, kind, columns)


def _add_csv(group: click.Group, kind: str, columns: Sequence[Column]) -> None:
    """Hang import and export under the group of a list."""

    @group.command(
        name="import",
        help=f"Read every {kind} of a CSV FILE (- for standard input): the first row names the columns. "
        "Nothing is written when there is a mistake anywhere; reading the same file again changes nothing.",
    )
    @click.argument("file", type=click.File("rb"))
    @click.option("--check", is_flag=True, help="Only say what would be done.")
    @config_option
    def import_(*, file: Any, check: bool, config: Path | None) -> None:
        counts = _call(config, "save", kind=kind, rows=_read(columns, file.read()), how="import", is_check=check)
        done = ", ".join(f"{count} {word}" for word, count in counts.items())
        click.echo(f"would be: {done}" if check else done)

    @group.command(name="export", help=f"Write every {kind} into a CSV FILE (- for standard output).")
    @click.argument("file", type=click.Path(dir_okay=False, allow_dash=True))
    @_account_option
    @config_option
    def export_(file: str, account: str | None, config: Path | None) -> None:
        text = write_table(columns, _call(config, "rows", kind=kind, account=account))
        if file == "-":
            sys.stdout.write(text)
        else:
            Path(file).write_text(text, encoding="utf-8", newline="")


def _options(columns: Sequence[Column], *, are_required: bool) -> Callable[[Any], Any]:
    def decorate(function: Any) -> Any:
        for column in reversed(columns):
            function = click.option(
                f"--{column.name}",
                metavar="TEXT",
                required=column.is_required and (are_required or column.name == "account"),
                help=_COLUMN_HELP.get(column.name),
            )(function)
        return function

    return decorate


def _typed(columns: Sequence[Column], cells: Mapping[str, str]) -> dict[str, Any]:
    known = {column.name: column for column in columns}
    try:
        return {name: parse_cell(known[name], text) for name, text in cells.items()}
    except InvalidFieldError as error:
        raise click.BadParameter(error.reason, param_hint=f"--{error.field}") from error


def _read(columns: Sequence[Column], octets: bytes) -> list[dict[str, Any]]:
    try:
        return read_table(columns, octets.decode("utf-8"))
    except UnicodeDecodeError as error:
        row = octets[: error.start].count(b"\n") + 1
        raise click.ClickException(f"row {row}: not UTF-8; save the file as CSV UTF-8") from error
    except TableError as error:
        raise click.ClickException("\n".join(error.mistakes)) from error


def _show(columns: Sequence[Column], rows: Sequence[Mapping[str, Any]], *, as_json: bool) -> None:
    if as_json:
        plain = ("instant", "status")
        shown = [
            {one.name: format_cell(one.kind, row[one.name]) if one.kind in plain else row[one.name] for one in columns}
            for row in rows
        ]
        click.echo(json.dumps(shown, indent=2, ensure_ascii=False))
        return
    table = [[one.name for one in columns]]
    table += [[format_cell(one.kind, row[one.name]).replace("\n", " ") for one in columns] for row in rows]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    for line in table:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


for _kind, _list in shelf().items():
    _add_group(_kind, _list.columns)


# --- newsletters: callers make them, an operator may stop them --------------------------------------

_NEWSLETTER = (
    Column(name="id", kind="id"),
    Column(name="account"),
    Column(name="title"),
    Column(name="created", kind="instant"),
    Column(name="send_at", kind="instant"),
    Column(name="text"),
)


@command.group()
def newsletter() -> None:
    """Newsletters: one text to all contacts of some tags, as callers have saved them.

    \b
    Examples:
      gsm-gateway directory newsletter list --account shop
      gsm-gateway directory newsletter remove 511
    """


@newsletter.command(name="list")
@_account_option
@_json_option
@config_option
def newsletter_list(*, account: str | None, as_json: bool, config: Path | None) -> None:
    """Show newsletters, newest first."""
    _show(_NEWSLETTER, _call(config, "newsletters", account=account), as_json=as_json)


@newsletter.command(name="remove")
@click.argument("newsletter_id", metavar="ID", type=int)
@config_option
def newsletter_remove(newsletter_id: int, config: Path | None) -> None:
    """Withdraw the messages of a newsletter that are not sent yet."""
    count = _call(config, "cancel_newsletter", newsletter_id=newsletter_id)
    click.echo(f"{count} messages withdrawn")


def _call(config: Path | None, call: str, **arguments: Any) -> Any:
    """Make a call of the upkeep, of the running gateway or on the store."""

    async def with_upkeep() -> Any:
        async with open_upkeep(settings_or_exit(config)) as upkeep:
            return await upkeep.call(call, arguments)

    return run(with_upkeep(), names_field=True)
