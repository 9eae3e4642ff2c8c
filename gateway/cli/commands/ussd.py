"""`gsm-gateway ussd`: codes such as *100# to the network of a span, and the answers to its menus."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from gateway.cli.context import ask_running, config_option
from gateway.errors import InvalidFieldError

if TYPE_CHECKING:
    from pathlib import Path

SHOWN = 10


@click.command()
@click.argument("port", type=click.IntRange(min=1))
@click.argument("code", required=False)
@click.option(
    "--reply", "replies", multiple=True, help="Answer to the menu that comes back; may be given several times."
)
@click.option("--cancel", is_flag=True, help="End the dialogue that is open.")
@click.option("--timeout", "timeout_s", type=click.FloatRange(1, 600), default=30, show_default=True, help="Seconds.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@config_option
def command(
    *,
    port: int,
    code: str | None,
    replies: tuple[str, ...],
    cancel: bool,
    timeout_s: float,
    as_json: bool,
    config: Path | None,
) -> None:
    """Send the USSD code CODE from the span PORT and print what the network says.

    \b
    Without CODE, --reply goes on with the dialogue that is open; without both the newest dialogues are shown.
    The gateway must be running. Messages go on meanwhile.
    Exit status: 0 answered, 1 no answer, or the span cannot be asked.
    Examples:
      gsm-gateway ussd 3 '*100#'                       the balance
      gsm-gateway ussd 3 '*101#' --reply 1 --reply 9   through a menu
      gsm-gateway ussd 3 --reply 2                     go on where the menu stands
      gsm-gateway ussd 3 --cancel
      gsm-gateway ussd 3 --json                        what was asked before
    """
    if cancel:
        found = [_call(config, "cancel", port=port)]
    elif code or replies:
        found = [_call(config, "ask", port=port, code=code or "", answers=list(replies), timeout_s=timeout_s)]
    else:
        found = _call(config, "list", port=port, limit=SHOWN)
    if as_json:
        click.echo(json.dumps(found if not (cancel or code or replies) else found[0], indent=2, ensure_ascii=False))
    else:
        for dialogue in found:
            _show(dialogue, is_dated=len(found) > 1)
    if (code or replies) and found[0]["state"] in {"failed", "waiting"}:
        raise SystemExit(1)


def _call(config: Path | None, call: str, **arguments: object) -> Any:
    try:
        return ask_running(config, f"ussd {call}", arguments)
    except InvalidFieldError as error:
        raise click.ClickException(error.reason) from error


def _show(dialogue: dict[str, Any], *, is_dated: bool) -> None:
    if is_dated:
        begun_at = datetime.fromtimestamp(dialogue["begun_at"] / 1000, UTC)
        click.echo(f"-- {begun_at:%Y-%m-%d %H:%M:%S} UTC, {dialogue['state']}")
    for turn in dialogue["turns"]:
        if is_dated or len(dialogue["turns"]) > 1:
            click.echo(f"> {turn['sent']}" if turn["sent"] else "> (the network began)")
        if turn["reply"]:
            click.echo(turn["reply"])
    if dialogue["is_open"]:
        click.echo(f"(the network waits for an answer: gsm-gateway ussd {dialogue['port']} --reply …)", err=True)
    elif dialogue["state"] == "waiting":
        click.echo("(the network has not answered yet)", err=True)
    elif dialogue["reason"]:
        click.echo(f"({dialogue['reason']})", err=True)
