"""The verbs of `gsm-gateway message` that change something: send, cancel, reschedule, replay."""

from __future__ import annotations

import json
import sys
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

import click

from gateway.cli.context import ask_running, config_option, settings_or_exit
from gateway.core.options import HIGHEST_PRIORITY
from gateway.core.status import Status
from gateway.errors import InvalidFieldError

if TYPE_CHECKING:
    from pathlib import Path

Json = dict[str, Any]

BATCH: Final = 100
ARRIVED: Final = frozenset({Status.SENT, Status.DELIVERED})
REPLAYABLE: Final = ("failed", "expired", "undelivered", "cancelled", "unknown")

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
message_argument = click.argument("message", type=click.IntRange(min=1))


@click.command()
@click.argument("number")
@click.argument("text", required=False)
@click.option("--account", default="", help="Account that the message belongs to; needed when there are several.")
@click.option("--span", "spans", type=click.IntRange(min=1), multiple=True, help="Span to use; may be given again.")
@click.option("--at", default="", help='When: "2030-01-31 08:00", 30min, 2h, 3d. Default at once.')
@click.option("--window", default="", help='Only then: "mo-fr 08:00-20:00", with a zone "daily 9:00-18:00 Asia/Tokyo".')
@click.option("--urgent", "is_urgent", is_flag=True, help="Before all others, and with room of its own.")
@click.option("--priority", type=click.IntRange(0, HIGHEST_PRIORITY), default=0, help="Higher goes first.")
@click.option("--flash", "is_flash", is_flag=True, help="Shown at once and not kept by the phone (class 0).")
@click.option("--data", metavar="HEX", help="Octets in place of a text.")
@click.option("--ports", metavar="DST[:SRC]", default="", help="Application ports of the data: to and from.")
@click.option("--key", default="", help="Idempotency key: the same command with it sends nothing twice.")
@click.option("--client-ref", default="", help="Your own reference, shown with the message.")
@click.option("--report/--no-report", "request_report", default=True, help="Ask for a delivery report. Default yes.")
@click.option(
    "--when-unknown",
    type=click.Choice(["resend", "report"]),
    default=None,
    help="When nobody can know whether it went out: send it once more, or say so. Default as in the settings.",
)
@click.option("--valid-for", metavar="PERIOD", default="", help="How long it is good for: 10min, 2h, 3d.")
@click.option("--wait", "is_waited", is_flag=True, help="Wait until it is sent, or is not; exit status 1 if not.")
@click.option(
    "--timeout", "timeout_s", type=click.FloatRange(1, 3600), default=60, show_default=True, help="Of --wait."
)
@json_option
@config_option
def send(
    *,
    number: str,
    text: str | None,
    data: str | None,
    spans: tuple[int, ...],
    when_unknown: str | None,
    is_waited: bool,
    timeout_s: float,
    as_json: bool,
    config: Path | None,
    **options: Any,
) -> None:
    """Send TEXT to NUMBER, or to several with commas between them; - reads the text from standard input.

    \b
    The gateway must be running. The message is kept when the command ends.
    Examples:
      gsm-gateway message send +491711234567 "Does this SIM work?" --span 3 --wait
      gsm-gateway message send +491711234567 "Boiler 2 is off" --urgent
      gsm-gateway message send +491711234567 "Your car is ready" --at "2030-01-31 08:00"
      gsm-gateway message send +491711234567 "Sale!" --window "mo-fr 09:00-18:00; sa 10:00-14:00 Europe/Berlin"
      gsm-gateway message send +491711234567 --data 0605040b8423f0 --ports 2948:9200
      gsm-gateway message send +491711234567 - --key order-17 < letter.txt
    """
    if text is None and data is None:
        raise click.UsageError("a TEXT or --data is needed")
    arguments = {
        "numbers": [part.strip() for part in number.split(",") if part.strip()],
        "text": sys.stdin.read().rstrip("\n") if text == "-" else text or "",
        "data": data,
        "spans": list(spans),
        "when_unknown": when_unknown or "",
        **options,
    }
    sent = _call(config, "send", **arguments)
    if is_waited:
        sent = _call(config, "wait", messages=[one["id"] for one in sent], timeout_s=timeout_s)
    _show(sent, config, as_json=as_json)
    if is_waited and not all(one["status"] in ARRIVED for one in sent):
        raise SystemExit(1)


@click.command()
@message_argument
@json_option
@config_option
def cancel(*, message: int, as_json: bool, config: Path | None) -> None:
    """Withdraw the message of the id MESSAGE.

    \b
    One that waits is cancelled at once. One that a span has just now is cancelled if the modem refuses it, and
    is sent if not; it is never tried again. Exit status 1: too late.
    Examples:
      gsm-gateway message cancel 4711
      gsm-gateway message cancel 4711 --json
    """
    answer = _call(config, "cancel", message=message)
    click.echo(json.dumps(answer, indent=2) if as_json else f"message {message}: {answer['reason']}")
    if answer["state"] == "too late":
        raise SystemExit(1)


@click.command()
@message_argument
@click.argument("time")
@json_option
@config_option
def reschedule(*, message: int, time: str, as_json: bool, config: Path | None) -> None:
    """Let the message of the id MESSAGE, which still waits, go at TIME, or now.

    \b
    A time is in gateway.timezone. Its send window, if it has one, is kept.
    Examples:
      gsm-gateway message reschedule 4711 "2030-01-31 08:00"
      gsm-gateway message reschedule 4711 2h
      gsm-gateway message reschedule 4711 now
    """
    _show([_call(config, "reschedule", message=message, at=time)], config, as_json=as_json)


@click.command()
@click.argument("messages", metavar="[MESSAGE]...", type=click.IntRange(min=1), nargs=-1)
@click.option("--failed-since", metavar="TIME", default="", help='All that failed since then: 3h, "2030-01-31 08:00".')
@click.option("--account", default="", help="With --failed-since: only those of this account.")
@click.option("--status", "statuses", type=click.Choice(REPLAYABLE), multiple=True, help="With --failed-since.")
@click.option("--limit", type=click.IntRange(min=1), default=10_000, show_default=True, help="With --failed-since.")
@click.option("--dry-run", "is_trial", is_flag=True, help="With --failed-since: only show which.")
@click.option("--force", "is_forced", is_flag=True, help="Also what may have gone out: it could arrive twice.")
@json_option
@config_option
def replay(*, messages: tuple[int, ...], failed_since: str, as_json: bool, config: Path | None, **options: Any) -> None:
    """Send messages anew that failed, expired, were not delivered or were cancelled: those of the ids MESSAGE.

    \b
    Each becomes a new message, linked with the old one, and is sent anew only once. What may have gone out (status
    unknown) is left out unless forced. Exit status 1: some were refused.
    Examples:
      gsm-gateway message replay 4711 4712
      gsm-gateway message replay --failed-since 3h --dry-run
      gsm-gateway message replay --failed-since "2030-01-31 08:00" --account shop --status failed
    """
    if bool(messages) == bool(failed_since):
        raise click.UsageError("give the ids of messages, or --failed-since")
    if messages:
        done, refused = _replay_these(config, messages, is_forced=options["is_forced"])
    else:
        done, refused = _replay_since(config, failed_since, **options)
    if as_json:
        click.echo(json.dumps({"replayed": done, "refused": refused}, indent=2))
    else:
        for one in done:
            click.echo(f"message {one['id']}: {_new_text(one['new_id'])}")
        for one in refused:
            click.echo(f"message {one['id']}: {one['reason']}", err=True)
        click.echo(f"{len(done)} {'found' if options['is_trial'] else 'sent anew'}, {len(refused)} refused")
    if refused:
        raise SystemExit(1)


VERBS: Final[tuple[click.Command, ...]] = (send, cancel, reschedule, replay)


def _new_text(new_id: int) -> str:
    return f"sent anew as message {new_id}" if new_id else "would be sent anew"


def _replay_these(config: Path | None, messages: tuple[int, ...], *, is_forced: bool) -> tuple[list[Json], list[Json]]:
    done: list[Json] = []
    refused: list[Json] = []
    for message in messages:
        try:
            new = _ask(config, "replay", message=message, is_forced=is_forced)
        except InvalidFieldError as error:
            refused.append({"id": message, "reason": error.reason})
        else:
            done.append({"id": message, "new_id": new["id"]})
    return done, refused


def _replay_since(
    config: Path | None,
    since: str,
    *,
    account: str,
    statuses: tuple[str, ...],
    limit: int,
    is_trial: bool,
    is_forced: bool,
) -> tuple[list[Json], list[Json]]:
    """Go through them in batches, so that the gateway is never busy with it for long."""
    wanted = list(statuses) or [status for status in REPLAYABLE if is_forced or status != "unknown"]
    if "unknown" in wanted and not is_forced:
        raise click.UsageError("messages of status unknown may have gone out: add --force")
    done: list[Json] = []
    refused: list[Json] = []
    after = None
    while len(done) + len(refused) < limit:
        batch = _call(
            config,
            "replay_some",
            since=since,
            account=account,
            statuses=wanted,
            after=after,
            limit=min(BATCH, limit - len(done) - len(refused)),
            is_trial=is_trial,
        )
        done += batch["replayed"]
        refused += batch["refused"]
        after = batch["after"]
        # When none of a whole batch can be sent (queue full, no span), the next ones cannot either.
        if after is None or not batch["replayed"]:
            break
    return done, refused


def _call(config: Path | None, call: str, **arguments: object) -> Any:
    try:
        return _ask(config, call, **arguments)
    except InvalidFieldError as error:
        raise click.ClickException(f"{error.field}: {error.reason}" if error.field else error.reason) from error


def _ask(config: Path | None, call: str, **arguments: object) -> Any:
    return ask_running(config, f"request {call}", arguments)


def _show(messages: list[Json], config: Path | None, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(messages, indent=2, ensure_ascii=False))
        return
    zone = ZoneInfo(settings_or_exit(config).gateway.timezone)
    for one in messages:
        span = f" by span {one['port']}" if one["port"] else ""
        until = ""
        if one["status"] == Status.HELD and one["send_at"]:
            until = f" until {datetime.fromisoformat(one['send_at']).astimezone(zone):%Y-%m-%d %H:%M:%S %Z}"
        cause = f": {one['cause']}" if one["cause"] else ""
        click.echo(f"message {one['id']} to {one['number']}: {one['status']}{until}{span}{cause}")
