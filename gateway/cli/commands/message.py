"""`gsm-gateway message`: which messages there are and what happened to one; the verbs that change something."""

from __future__ import annotations

import json
import re
import time
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from gateway.api.times import read_instant
from gateway.cli.context import config_option, open_messages, run, settings_or_exit
from gateway.cli.message_verbs import VERBS
from gateway.cli.table import print_table
from gateway.control import control_path
from gateway.control_messages_read import RemoteMessages
from gateway.core.status import Status

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from pathlib import Path

    from gateway.config.settings import Settings

Json = dict[str, Any]

MOST_CALLS = 20
"""Each looks at a bounded number of messages; a search that finds too few ends after so many."""
WAIT_S = 30.0
_AGO = re.compile(r"(\d+)\s*(s|min|h|d)")
_UNIT_S = {"s": 1, "min": 60, "h": 3600, "d": 86_400}

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.group()
def command() -> None:
    """Messages: which there are, what happened to one; send one, withdraw it, give it another time, send it anew.

    \b
    Asks the running gateway. When none runs, shows what is stored.
    Times are those of gateway.timezone in the settings. Texts are not shown unless asked for.
    Examples:
      gsm-gateway message list --status failed --since 2h
      gsm-gateway message list --number +491711234567
      gsm-gateway message list --inbound --aside     what no inbox shows
      gsm-gateway message show 4711
      gsm-gateway message show 4711 --follow         until it is delivered, or is not
      gsm-gateway message send +491711234567 "Does this SIM work?" --span 3 --wait
      gsm-gateway message cancel 4711
      gsm-gateway message reschedule 4711 2h
      gsm-gateway message replay --failed-since 3h
    """


for verb in VERBS:
    command.add_command(verb)


@command.command(name="list")
@click.option(
    "--status",
    "statuses",
    multiple=True,
    type=click.Choice([status.value for status in Status]),
    help="Only messages in this status; may be given several times.",
)
@click.option("--number", help="Only to this number, or from it with --inbound.")
@click.option("--account", help="Only of the account of this name.")
@click.option("--span", "port", type=click.IntRange(min=1), help="Only of this span, by its port number.")
@click.option("--since", help="Only since then: 2h, 30min, 3d, 2026-11-25, '2026-11-25 08:00'.")
@click.option("--inbound", is_flag=True, help="Messages that were received.")
@click.option("--aside", is_flag=True, help="Received messages that are on record only: no inbox shows them.")
@click.option("--before", type=click.IntRange(min=1), help="Only older ones than the message of this id.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True, help="Most messages.")
@json_option
@config_option
def list_(*, limit: int, as_json: bool, config: Path | None, **filters: Any) -> None:
    """Show messages, newest first.

    \b
    Without --inbound those that were sent or are to be sent.
    """
    _check(filters)
    settings = settings_or_exit(config)
    zone = ZoneInfo(settings.gateway.timezone)
    since = filters["since"]
    filters["since"] = None if since is None else _instant(since, zone)
    rows, older_than = _run(_search(settings, filters, limit))
    if as_json:
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
    elif not rows:
        click.echo("(no such message)", err=True)
    elif filters["inbound"] or filters["aside"]:
        print_table(
            ("ID", f"RECEIVED ({zone})", "SENDER", "SPAN", "WHAT", "NOTE"),
            (_inbound_row(row, zone) for row in rows),
        )
    else:
        head = ("ID", f"ACCEPTED ({zone})", "ACCOUNT", "RECIPIENT", "STATUS", "SPAN", "SEGMENTS", "CAUSE")
        print_table(head, (_outbound_row(row, zone) for row in rows))
    if older_than is not None:
        click.echo(f"(older ones: --before {older_than})", err=True)


@command.command()
@click.argument("message_id", metavar="ID", type=click.IntRange(min=1))
@click.option("--text", "has_text", is_flag=True, help="Show the text too.")
@click.option("--follow", is_flag=True, help="Wait for what happens and print it, until nothing more is expected.")
@json_option
@config_option
def show(*, message_id: int, has_text: bool, follow: bool, as_json: bool, config: Path | None) -> None:
    """Show everything that happened to the message ID, sent or received.

    \b
    Who asked, how it was encoded, why that span, each attempt with what the modem said and what
    followed, delivery reports, and what your servers answered to the callbacks.
    """
    settings = settings_or_exit(config)
    zone = ZoneInfo(settings.gateway.timezone)
    if follow:
        _run(_follow(settings, message_id, has_text=has_text, as_json=as_json, zone=zone))
        return
    shown = _run(_show(settings, message_id, has_text=has_text))
    if as_json:
        click.echo(json.dumps(shown, indent=2, ensure_ascii=False))
        return
    _print_head(shown["message"])
    rows = ((_time(entry["at"], zone), entry["kind"], entry["text"]) for entry in shown["entries"])
    print_table((f"TIME ({zone})", "WHAT", "DETAIL"), rows)


# --- asking ---------------------------------------------------------------------------------------


def _run(work: Coroutine[Any, Any, Any]) -> Any:
    try:
        return run(work)
    except (FileNotFoundError, ConnectionRefusedError) as error:
        raise click.ClickException("no gateway is running here") from error


async def _show(settings: Settings, message_id: int, *, has_text: bool) -> Json:
    arguments = {"id": message_id, "text": has_text, "timezone": settings.gateway.timezone}
    async with open_messages(settings) as messages:
        shown: Json = await messages.call("show", arguments)
    for entry in shown["entries"]:
        del entry["key"]  # of use for --follow only
    return shown


async def _search(settings: Settings, filters: Json, limit: int) -> tuple[list[Json], int | None]:
    """Give rows that fit, and the id before which there may be more; None when there are no more."""
    rows: list[Json] = []
    before = filters["before"]
    async with open_messages(settings) as messages:
        for _ in range(MOST_CALLS):
            found = await messages.call("list", {**filters, "before": before, "limit": limit - len(rows)})
            rows += found["rows"]
            before = found["next_before"]
            if before is None or len(rows) >= limit:
                break
    return rows, before


async def _follow(settings: Settings, message_id: int, *, has_text: bool, as_json: bool, zone: ZoneInfo) -> None:
    """Print entries as they come: a JSON object a line, or lines as `show` has them."""
    messages = RemoteMessages(control_path(settings.store.path))
    arguments = {"id": message_id, "text": has_text, "timezone": settings.gateway.timezone}
    shown = await messages.call("show", arguments)
    if not as_json:
        _print_head(shown["message"])
    seen: list[str] = []
    while True:
        for entry in shown["entries"]:
            key = entry.pop("key")
            if key not in seen:
                seen.append(key)
                line = f"{_time(entry['at'], zone)}  {entry['kind']:15}  {entry['text']}"
                click.echo(json.dumps(entry, ensure_ascii=False) if as_json else line)
        if shown["is_over"]:
            return
        shown = await messages.call("wait", {**arguments, "text": False, "seen": seen, "timeout_s": WAIT_S})


def _check(filters: Json) -> None:
    if (filters["inbound"] or filters["aside"]) and (filters["statuses"] or filters["account"]):
        raise click.UsageError("--status and --account are about messages that were sent")


def _instant(text: str, zone: ZoneInfo) -> int:
    """Give the instant of a date or of a time ago."""
    ago = _AGO.fullmatch(text.strip())
    if ago is not None:
        return int((time.time() - int(ago[1]) * _UNIT_S[ago[2]]) * 1000)
    instant = read_instant(text, zone)
    if instant is None:
        raise click.BadParameter("wanted: 2h, 30min, 3d, 2026-11-25 or '2026-11-25 08:00'", param_hint="--since")
    return instant


# --- showing --------------------------------------------------------------------------------------


def _print_head(message: Json) -> None:
    facts = _inbound_facts(message) if message["direction"] == "inbound" else _outbound_facts(message)
    click.echo(f"message {message['id']}, {message['direction']}")
    for label, value in (*facts, ("text", _text(message))):
        if value:
            click.echo(f"  {label:10} {value}")
    click.echo()


def _outbound_facts(message: Json) -> tuple[tuple[str, str], ...]:
    count = message["segments"]
    parts = (f"{count} segment{'s' if count > 1 else ''}", message["encoding"] or "")
    given = message["recipient_given"]
    return (
        ("status", message["status"]),
        ("cause", message["cause"]),
        ("account", f"{message['account']}, by {message['dialect']}"),
        ("recipient", message["recipient"] + (f", given as {given}" if given != message["recipient"] else "")),
        ("reference", message["client_ref"]),
        ("span", message["span_name"]),
        ("size", ", ".join(filter(None, parts))),
        ("goes", ", ".join(filter(None, (_order(message), message["window"], "flash" if message["is_flash"] else "")))),
        ("withdrawal", "asked for" if message["cancel_asked_at"] and message["status"] != "cancelled" else ""),
        ("repeats", f"message {message['replay_of']}" if message["replay_of"] else ""),
        ("repeated", f"as message {message['replayed_as']}" if message["replayed_as"] else ""),
    )


def _order(message: Json) -> str:
    """Give what it goes before."""
    if message["is_urgent"]:
        return "urgent"
    return f"with priority {message['priority']}" if message["priority"] else ""


def _inbound_facts(message: Json) -> tuple[tuple[str, str], ...]:
    return (
        ("what", message["kind"] + ("" if message["is_complete"] else ", incomplete")),
        ("aside", message["aside"]),
        ("sender", message["sender"]),
        ("span", message["span_name"]),
    )


def _text(message: Json) -> str:
    if "text" in message:
        return str(message["text"])
    count = message["text_characters"]
    return f"{count} character{'' if count == 1 else 's'}, --text shows them" if count else ""


def _outbound_row(row: Json, zone: ZoneInfo) -> tuple[str, ...]:
    return (
        str(row["id"]),
        _time(row["accepted_at"], zone),
        row["account"],
        row["recipient"],
        row["status"],
        row["span_name"],
        str(row["segments"]),
        row["cause"],
    )


def _inbound_row(row: Json, zone: ZoneInfo) -> tuple[str, ...]:
    note = row["aside"] or ("" if row["is_complete"] else "incomplete")
    return (str(row["id"]), _time(row["received_at"], zone), row["sender"], row["span_name"], row["kind"], note)


def _time(text: str, zone: ZoneInfo) -> str:
    at = datetime.fromisoformat(text).astimezone(zone)
    return f"{at:%Y-%m-%d %H:%M:%S}.{at.microsecond // 1000:03}"
