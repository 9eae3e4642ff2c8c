"""`gsm-gateway span`: how the spans are, what happened to them, and what an operator may change."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import click

from gateway.cli.context import config_option, open_spans, run, settings_or_exit
from gateway.cli.limits import ask_pacing, gap_options, quota_options, read_changes, show_quotas
from gateway.cli.table import print_table as _table

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from gateway.control_spans import LocalSpans, RemoteSpans

WAIT_S = 60.0
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
port_argument = click.argument("port", type=click.IntRange(min=1))


@click.group()
def command() -> None:
    """Spans: the numbered channels, each a modem with its SIM.

    \b
    Asks the running gateway. When none runs, shows and changes what is stored.
    Examples:
      gsm-gateway span list
      gsm-gateway span show 3
      gsm-gateway span history 3 --limit 20
      gsm-gateway span pause 3
      gsm-gateway span drain 3 --timeout 600
      gsm-gateway span rename 3 "sales desk"
      gsm-gateway span why +491711234567 --account shop
      gsm-gateway span limit 3 --per-day 500
      gsm-gateway span quota
      gsm-gateway span list --json
    """


@command.command(name="list")
@json_option
@config_option
def list_(*, as_json: bool, config: Path | None) -> None:
    """Show all spans in one table."""
    spans = _call(config, "list")
    if as_json:
        click.echo(json.dumps(spans, indent=2))
        return
    head = ("PORT", "NAME", "STATE", "SIGNAL", "OPERATOR", "SENT", "FAILED", "WAITING", "MODEM", "REASON")
    _table(head, (_row(span) for span in spans))


@command.command()
@port_argument
@json_option
@config_option
def show(*, port: int, as_json: bool, config: Path | None) -> None:
    """Show everything about the span PORT."""
    span = _call(config, "show", port=port)
    if as_json:
        click.echo(json.dumps(span, indent=2))
        return
    for label, value in _facts(span):
        if value:
            click.echo(f"{label:14} {value}")


@command.command()
@click.argument("port", type=click.IntRange(min=1), required=False)
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True, help="Most lines.")
@json_option
@config_option
def history(*, port: int | None, limit: int, as_json: bool, config: Path | None) -> None:
    """Show what happened to the span PORT, or to all, newest first.

    \b
    Recovery steps, lost ports, other SIMs, full memories: everything that is more than a message.
    """
    events = _call(config, "history", port=port, limit=limit)
    if as_json:
        click.echo(json.dumps(events, indent=2))
        return
    rows = ((event["at"], _text(event["port"]), event["kind"], event["detail"]) for event in events)
    _table(("TIME (UTC)", "PORT", "WHAT", "DETAIL"), rows)


@command.command()
@port_argument
@config_option
def pause(port: int, config: Path | None) -> None:
    """Switch the span PORT off: the message part under way ends, no other one begins."""
    _call(config, "pause", port=port)
    click.echo(f"span {port} is off")


@command.command()
@port_argument
@click.option("--wait/--no-wait", default=True, help="Wait until it is drained, and say how far it is (the default).")
@click.option("--timeout", type=click.FloatRange(min=0), help="Wait no longer than so many seconds.")
@config_option
def drain(*, port: int, wait: bool, timeout: float | None, config: Path | None) -> None:
    """Have the span PORT finish what it has begun, and take nothing more.

    \b
    Messages that prefer it go to other spans that may send them. It stays so, also after a restart, until
    it is resumed. Exit status: 0 drained, 1 not (yet): it goes on draining.
    """

    async def work() -> bool:
        async with open_spans(settings_or_exit(config)) as spans:
            await spans.call("drain", {"port": port})
            if not spans.is_running:
                click.echo(f"span {port} is draining: it will be empty once the gateway runs")
                return True
            async with asyncio.timeout(timeout if wait else 0):
                return await _drained(spans, port)

    try:
        is_drained = run(work())
    except TimeoutError:
        click.echo(f"span {port} goes on draining")
        is_drained = not wait
    raise SystemExit(0 if is_drained else 1)


async def _drained(spans: LocalSpans | RemoteSpans, port: int) -> bool:
    """Wait until a span is drained, and say what it still does; False when somebody resumed or paused it."""
    shown = ""
    span = await spans.call("show", {"port": port})
    while True:
        line = f"span {port} is {span['state']}{': ' if span['reason'] else ''}{span['reason']}"
        if line != shown:
            click.echo(line)
        shown = line
        if span["drain"] != "draining":
            return bool(span["drain"] == "drained")
        seen = [span["state"], span["reason"], span["drain"]]
        span = await spans.call("wait", {"port": port, "seen": seen, "timeout_s": WAIT_S})


@command.command()
@port_argument
@config_option
def resume(port: int, config: Path | None) -> None:
    """Switch the span PORT on again.

    \b
    Also when it is drained, its modem "needs person" or its SIM is paused: it is tried again at once.
    """
    _call(config, "resume", port=port)
    click.echo(f"span {port} is on")


@command.command()
@port_argument
@click.argument("name")
@config_option
def rename(port: int, name: str, config: Path | None) -> None:
    """Give the span PORT the name NAME, which callers see."""
    _call(config, "rename", port=port, name=name)
    click.echo(f"span {port} is called {name}")


@command.command()
@click.argument("number")
@click.option("--account", default="", help="Who would ask; default nobody in particular, who may use every span.")
@click.option("--dialect", default="", help="The API by which he would, e.g. openvox.")
@click.option("--sender", default="", help="The sender name that he would give.")
@json_option
@config_option
def why(*, number: str, account: str, dialect: str, sender: str, as_json: bool, config: Path | None) -> None:
    """Show on which span a message to NUMBER would go out now, and why; nothing is sent."""
    said = _call(config, "why", number=number, account=account, dialect=dialect, sender=sender)
    if as_json:
        click.echo(json.dumps(said, indent=2))
        return
    span = "no span yet" if said["port"] is None else f"span {said['port']}"
    click.echo(f"{said['recipient']}: {span} ({said['summary']})")
    click.echo(f"may be sent by: {', '.join(map(str, said['spans'])) or 'none'}")
    if said["rules"]:
        click.echo()
        _table(("RULE", "VERDICT"), ((rule["name"], rule["verdict"]) for rule in said["rules"]))
    click.echo()
    head = ("PORT", "NAME", "WAIT", "WAITING", "S/PART", "WEIGHT", "WHY NOT")
    _table(head, (_candidate(one) for one in said["candidates"]))


@command.command()
@port_argument
@gap_options
@quota_options
@config_option
def limit(port: int, config: Path | None, **options: str | None) -> None:
    """Change the limits of the SIM in the span PORT, at once; they go with the SIM.

    \b
    "none" takes a limit away, "default" goes back to what the settings file says.
      gsm-gateway span limit 3 --per-day 500 --gap 2 --gap-jitter 1
      gsm-gateway span limit 3 --per-day default
    """
    ask_pacing(config, "limit_span", port=port, changes=read_changes(options))
    show_quotas(ask_pacing(config, "spans", port=port), as_json=False)


@command.command()
@click.argument("port", type=click.IntRange(min=1), required=False)
@json_option
@config_option
def quota(*, port: int | None, as_json: bool, config: Path | None) -> None:
    """Show how much of its quotas the SIM in the span PORT, or every SIM, has used."""
    show_quotas(ask_pacing(config, "spans", port=port), as_json=as_json)


def _call(config: Path | None, call: str, **arguments: object) -> Any:
    async def work() -> Any:
        async with open_spans(settings_or_exit(config)) as spans:
            return await spans.call(call, arguments)

    return run(work())


def _row(span: dict[str, Any]) -> tuple[str, ...]:
    counters = span["counters"]
    return (
        str(span["port"]),
        span["name"],
        span["state"],
        _with_unit(span["signal_dbm"], "dBm"),
        span["operator"],
        str(counters["accepted"]),
        str(counters["refused"] + counters["unanswered"]),
        str(span["waiting_segments"]),
        span["model"],
        span["reason"],
    )


def _candidate(one: dict[str, Any]) -> tuple[str, ...]:
    return (
        str(one["port"]),
        one["name"],
        f"{one['expected_wait_s']:g} s",
        str(one["waiting_segments"]),
        f"{one['segment_s']:g}",
        f"{one['weight']:g}",
        "chosen" if one["is_chosen"] else one["why_not"],
    )


def _facts(span: dict[str, Any]) -> Sequence[tuple[str, str]]:
    counters = span["counters"]
    memories = (f"{one['name']} {one['used']} of {one['total']}" for one in span["memories"])
    return (
        ("port", str(span["port"])),
        ("name", span["name"]),
        ("state", span["state"]),
        ("reason", span["reason"]),
        ("waiting", f"{span['waiting_segments']} message parts"),
        ("serial port", span["path"]),
        ("modem", span["model"]),
        ("IMEI", span["imei"]),
        ("ICCID", span["iccid"]),
        ("IMSI", span["imsi"]),
        ("registration", span["registration"]),
        ("operator", span["operator"]),
        ("technology", span["technology"]),
        ("signal", _with_unit(span["signal_dbm"], "dBm")),
        ("temperature", _with_unit(span["temperature_c"], "°C")),
        ("voltage", _with_unit(span["voltage_v"], "V")),
        ("memories", ", ".join(memories)),
        ("balance", _balance(span["balance"])),
        (
            "since start",
            f"{counters['accepted']} accepted, {counters['refused']} refused, {counters['unanswered']} unanswered",
        ),
        ("failing", _failing(span["failure_rate"], span["usual_failure_rate"])),
        ("preferred", "less than others: its SIM fails more than usual" if span["is_failing"] else ""),
        ("per part", f"{span['segment_s']:g} s, weight {span['weight']:g}"),
    )


def _with_unit(value: float | None, unit: str) -> str:
    return "" if value is None else f"{value:g} {unit}"


def _balance(balance: dict[str, Any] | None) -> str:
    if balance is None:
        return ""
    if balance["amount"] is None:
        return f"unknown; asked {balance['asked_at']}: {balance['reply']}"
    return f"{balance['amount']}{', low' if balance['is_low'] else ''}, read {balance['read_at']}"


def _failing(now: float | None, usual: float | None) -> str:
    return "" if now is None or usual is None else f"{now:.0%} of the last submits, up to {usual:.0%} is usual"


def _text(value: object) -> str:
    return "" if value is None else str(value)
