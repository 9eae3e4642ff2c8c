"""`gsm-modem emulate`: emulated modems on serial ports until it is stopped."""

from __future__ import annotations

import ipaddress
from pathlib import Path

import click

from modem.profiles import load_profiles

EXAMPLES = """
\b
Examples:
  gsm-modem emulate --count 4 --dir /tmp/modems
  gsm-modem emulate --count 8 --dir /tmp/modems --radio-time 0.5 --report-delay 2
  gsm-modem emulate --dir /tmp/modems --control 127.0.0.1:8090
  gsm-modem emulate --count 4 --dir /tmp/modems --model huawei-e173 --model sim800
  gsm-modem emulate --model list

\b
Then, in another terminal:
  gammu identify        (with "port = /tmp/modems/modem0" and "connection = at" in ~/.gammurc)
  curl http://127.0.0.1:8090/handsets/+491711234567
  curl http://127.0.0.1:8090/handsets/+491711234567/messages -d '{"to": "+33639980001", "text": "Hello"}'
  curl -X POST http://127.0.0.1:8090/modems/0/unplug
"""


def _seconds(_context: click.Context, parameter: click.Parameter, value: float) -> float:
    if not 0 <= value <= 86400:
        message = "must be from 0 to 86400 seconds"
        raise click.BadParameter(message, param=parameter)
    return value


def _address(_context: click.Context, parameter: click.Parameter, value: str) -> tuple[str, int]:
    host, _, port = value.rpartition(":")
    host = host.strip("[]")
    if not (host and port.isascii() and port.isdigit() and len(port) <= 5 and int(port) < 65536):
        message = f"{value!r} is not HOST:PORT"
        raise click.BadParameter(message, param=parameter)
    # Whoever reaches the control may unplug modems and read messages: it has no login.
    try:
        is_loopback = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        is_loopback = False
    if not is_loopback:
        message = f"{host!r} is not on the loopback; use 127.0.0.1 or ::1"
        raise click.BadParameter(message, param=parameter)
    return host, int(port)


def _models(context: click.Context, parameter: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    profiles = load_profiles()
    if "list" in values:
        width = max(map(len, profiles))
        for name, profile in profiles.items():
            click.echo(f"{name:{width}}  {profile.personality.manufacturer} {profile.personality.model}")
        context.exit()
    if unknown := next((value for value in values if value not in profiles), None):
        message = f"{unknown!r} is not one of {', '.join(profiles)}"
        raise click.BadParameter(message, param=parameter)
    return values


@click.command(name="emulate", epilog=EXAMPLES)
@click.option("--count", default=1, show_default=True, type=click.IntRange(1, 9999), help="How many modems.")
@click.option(
    "--dir",
    "directory",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Where the ports appear, as modem0, modem1 and so on.",
)
@click.option(
    "--model",
    "models",
    multiple=True,
    metavar="NAME",
    is_eager=True,  # so that `--model list` needs no other option
    callback=_models,
    help="Which model the modems are: how it boots, what it says and refuses. Repeat it and they take the models in "
    "turn. `--model list` shows the names.  [default: generic]",
)
@click.option(
    "--radio-time",
    "radio_time_s",
    default=0.0,
    show_default=True,
    metavar="S",
    type=float,
    callback=_seconds,
    help="Seconds that a message is on the air before its sender gets the answer.",
)
@click.option(
    "--report-delay",
    "report_delay_s",
    default=0.0,
    show_default=True,
    metavar="S",
    type=float,
    callback=_seconds,
    help="Seconds from the delivery of a message to its report.",
)
@click.option("--seed", default=0, show_default=True, help="Makes everything that is left to chance repeatable.")
@click.option(
    "--control",
    default="127.0.0.1:0",
    show_default=True,
    metavar="HOST:PORT",
    callback=_address,
    help="Where handsets, plugs and the ledger are reached by HTTP; port 0 takes a free one.",
)
def emulate(
    *,
    count: int,
    directory: Path,
    models: tuple[str, ...],
    radio_time_s: float,
    report_delay_s: float,
    seed: int,
    control: tuple[str, int],
) -> None:
    """Run emulated modems on serial ports.

    Each modem has a SIM on one virtual network. A message to the number of another emulated SIM arrives there; one
    to any other number arrives at a virtual handset, which can be read and can answer. Stop with Ctrl-C.
    """
    from modem.emulator.run import run  # noqa: PLC0415 - loaded only when it runs, so that --help is quick

    try:
        run(
            count=count,
            directory=directory,
            models=models,
            radio_time_s=radio_time_s,
            report_delay_s=report_delay_s,
            seed=seed,
            control=control,
            announce=click.echo,
        )
    except OSError as error:
        raise click.ClickException(str(error)) from error


COMMAND = emulate
