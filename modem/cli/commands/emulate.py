"""`gsm-modem emulate`: emulated modems on serial and TCP ports until it is stopped."""

from __future__ import annotations

import ipaddress
from pathlib import Path

import click
from click.core import ParameterSource

from modem.errors import TranscriptError
from modem.profiles import load_profiles

EXAMPLES = """
\b
Examples:
  gsm-modem emulate --count 4 --dir /tmp/modems
  gsm-modem emulate --count 8 --dir /tmp/modems --radio-time 0.5 --report-delay 2
  gsm-modem emulate --dir /tmp/modems --control 127.0.0.1:8090
  gsm-modem emulate --count 4 --dir /tmp/modems --model huawei-e173 --model sim800
  gsm-modem emulate --model list
  gsm-modem emulate --count 4 --tcp 127.0.0.1:7000         (modem 0 on port 7000, modem 1 on 7001 ...)
  gsm-modem emulate --tcp 127.0.0.1:7000 --tcp 127.0.0.1:7105
  gsm-modem emulate --dir /tmp/modems --replay ec25.at     (answers as recorded, see gsm-modem trace)
  gsm-modem emulate --scenario docs/scenarios/bad-day.toml --check
  gsm-modem emulate --scenario docs/scenarios/bad-day.toml --dir /tmp/modems --ledger /tmp/ledger.jsonl

\b
Then, in another terminal:
  gammu identify        (with "port = /tmp/modems/modem0" and "connection = at" in ~/.gammurc)
  curl http://127.0.0.1:8090/handsets/+491711234567
  curl http://127.0.0.1:8090/handsets/+491711234567/messages -d '{"to": "+33639980001", "text": "Hello"}'
  curl -X POST http://127.0.0.1:8090/modems/0/unplug
"""


_NOWHERE = "say where the modems shall be: --dir DIRECTORY, --tcp HOST:PORT or both"


def _seconds(_context: click.Context, parameter: click.Parameter, value: float) -> float:
    if not 0 <= value <= 86400:
        message = "must be from 0 to 86400 seconds"
        raise click.BadParameter(message, param=parameter)
    return value


def _host_and_port(value: str, parameter: click.Parameter) -> tuple[str, int]:
    host, _, port = value.rpartition(":")
    host = host.strip("[]")
    if not (host and port.isascii() and port.isdigit() and len(port) <= 5 and int(port) < 65536):
        message = f"{value!r} is not HOST:PORT"
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


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _control(_context: click.Context, parameter: click.Parameter, value: str) -> tuple[str, int]:
    return _host_and_port(value, parameter)


def _tcp(_context: click.Context, parameter: click.Parameter, values: tuple[str, ...]) -> list[tuple[str, int]]:
    addresses = [_host_and_port(value, parameter) for value in values]
    named = [address for address in addresses if address[1]]
    if twice := next((address for address in named if named.count(address) > 1), None):
        message = f"{twice[0]}:{twice[1]} is named twice"
        raise click.BadParameter(message, param=parameter)
    return addresses


def _tcp_ports(tcp: list[tuple[str, int]], count: int, *, has_directory: bool) -> list[tuple[str, int]]:
    """Return an address per modem: one is counted up, several are taken as they are."""
    if len(tcp) == 1:
        host, first = tcp[0]
        if first and first + count - 1 > 65535:
            message = f"{count} modems from port {first} on would need ports above 65535"
            raise click.UsageError(message)
        return [(host, first + index if first else 0) for index in range(count)]
    if len(tcp) > count or (tcp and len(tcp) < count and not has_directory):
        message = f"{count} modems and {len(tcp)} addresses: give one --tcp, or one for each modem"
        raise click.UsageError(message)
    return tcp


def _warn(tcp: list[tuple[str, int]]) -> None:
    for host in sorted({host for host, _ in tcp if not _is_loopback(host)}):
        click.echo(
            f"Warning: {host} can be reached from other computers, and these modems ask for no password: whoever "
            "reaches a port can send and read messages. Use 127.0.0.1 unless you trust the whole network.",
            err=True,
        )


def _warn_of_control(host: str) -> None:
    # Whoever reaches the control may unplug modems and read messages.
    if not _is_loopback(host):
        click.echo(
            f"Warning: the control on {host} can be reached from other computers, and it asks for no password: whoever "
            "reaches it can read and write messages and unplug modems. Use 127.0.0.1 unless you trust everybody there.",
            err=True,
        )


def _reason(error: OSError) -> str:
    return str(error) if error.filename else error.strerror or str(error)


@click.command(name="emulate", epilog=EXAMPLES)
@click.option(
    "--count",
    type=click.IntRange(1, 9999),
    help="How many modems.  [default: as many as --tcp addresses, else 1]",
)
@click.option(
    "--dir",
    "directory",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where the serial ports appear, as modem0, modem1 and so on.",
)
@click.option(
    "--tcp",
    multiple=True,
    metavar="HOST:PORT",
    callback=_tcp,
    help="Serve the modems on TCP, one port each: counted up from PORT, or named one by one by repeating the option. "
    "One host per port at a time; no password.",
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
    callback=_control,
    help="Where handsets, plugs and the ledger are reached by HTTP; port 0 takes a free one.",
)
@click.option(
    "--replay",
    "transcript",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Answer as a modem did in this transcript, and say on standard error what a program says otherwise. There is "
    "no network and no control then.",
)
@click.option(
    "--scenario",
    "scenario_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Modems, network, people and what happens when, in TOML. --dir, --tcp, --control and --ledger go before what "
    "it says.",
)
@click.option("--check", "is_check", is_flag=True, help="Only say what is wrong with the scenario, all at once.")
@click.option(
    "--ledger",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write every message on the air into this file as it goes, one line of JSON each.",
)
@click.pass_context
def emulate(
    context: click.Context,
    *,
    scenario_file: Path | None,
    is_check: bool,
    ledger: Path | None,
    transcript: Path | None,
    count: int | None,
    directory: Path | None,
    tcp: list[tuple[str, int]],
    models: tuple[str, ...],
    radio_time_s: float,
    report_delay_s: float,
    seed: int,
    control: tuple[str, int],
) -> None:
    """Run emulated modems on serial ports (--dir), on TCP ports (--tcp) or on both.

    Each modem has a SIM on one virtual network. A message to the number of another emulated SIM arrives there; one
    to any other number arrives at a virtual handset, which can be read and can answer. With both kinds of port a
    modem answers on TCP while a host is connected there. Stop with Ctrl-C.
    """
    if is_check and scenario_file is None:
        message = "--check goes with --scenario"
        raise click.UsageError(message)
    if scenario_file is not None:
        _play(context, scenario_file, directory=directory, tcp=tcp, control=control, ledger=ledger, is_check=is_check)
        return
    if directory is None and not tcp:
        raise click.UsageError(_NOWHERE)
    count = count or max(1, len(tcp))
    tcp = _tcp_ports(tcp, count, has_directory=directory is not None)
    _warn(tcp)
    _warn_of_control(control[0])
    if transcript is not None:
        _refuse_beside_replay(context)
    from modem.emulator import run  # noqa: PLC0415 - loaded only when it runs, so that --help is quick

    try:
        if transcript is not None:
            run.replay(
                file=transcript, count=count, directory=directory, tcp=tcp, announce=click.echo, differ=_say_aside
            )
        else:
            run.run(
                count=count,
                directory=directory,
                tcp=tcp,
                models=models,
                radio_time_s=radio_time_s,
                report_delay_s=report_delay_s,
                seed=seed,
                control=control,
                ledger=ledger,
                announce=click.echo,
            )
    except OSError as error:
        raise click.ClickException(_reason(error)) from error
    except (TranscriptError, UnicodeDecodeError) as error:
        message = f"{transcript}: {error}"
        raise click.ClickException(message) from error


def _play(
    context: click.Context,
    file: Path,
    *,
    directory: Path | None,
    tcp: list[tuple[str, int]],
    control: tuple[str, int],
    ledger: Path | None,
    is_check: bool,
) -> None:
    """Run a scenario, or only check it."""
    _refuse_beside_scenario(context)
    from modem.emulator import run  # noqa: PLC0415 - as below
    from modem.emulator.scenario import ScenarioError, read_scenario  # noqa: PLC0415 - as below

    try:
        scenario = read_scenario(file.read_text("utf-8"))
    except (ScenarioError, UnicodeDecodeError) as error:
        lines = [str(finding) for finding in error.findings] if isinstance(error, ScenarioError) else [str(error)]
        message = "\n".join(f"{file}: {line}" for line in lines)
        raise click.ClickException(message) from error
    except OSError as error:
        raise click.ClickException(_reason(error)) from error
    if is_check:
        steps = len(scenario.timeline)
        click.echo(f"{file}: {scenario.modem_count} modems, {steps} entries on the timeline, no mistakes")
        return
    tcp = tcp or [_split(address) for address in scenario.tcp]
    where = directory or (Path(scenario.directory) if scenario.directory else None)
    if where is None and not tcp:
        raise click.UsageError(_NOWHERE)
    tcp = _tcp_ports(tcp, scenario.modem_count, has_directory=where is not None)
    if scenario.control and context.get_parameter_source("control") is ParameterSource.DEFAULT:
        control = _split(scenario.control)
    _warn(tcp)
    _warn_of_control(control[0])
    try:
        run.run_scenario(
            scenario,
            directory=where,
            tcp=tcp,
            control=control,
            ledger=ledger or (Path(scenario.ledger) if scenario.ledger else None),
            announce=click.echo,
            complain=_say_aside,
        )
    except OSError as error:
        raise click.ClickException(_reason(error)) from error


def _split(address: str) -> tuple[str, int]:
    host, _, port = address.rpartition(":")
    return host.strip("[]"), int(port)


def _refuse_beside_scenario(context: click.Context) -> None:
    for parameter, option in (
        ("count", "--count"),
        ("radio_time_s", "--radio-time"),
        ("report_delay_s", "--report-delay"),
        ("seed", "--seed"),
        ("transcript", "--replay"),
    ):
        if context.get_parameter_source(parameter) is not ParameterSource.DEFAULT:
            message = f"{option} does not go with --scenario: the file says it"
            raise click.UsageError(message)


def _refuse_beside_replay(context: click.Context) -> None:
    for parameter, option in (
        ("models", "--model"),
        ("radio_time_s", "--radio-time"),
        ("report_delay_s", "--report-delay"),
        ("seed", "--seed"),
        ("control", "--control"),
        ("ledger", "--ledger"),
    ):
        if context.get_parameter_source(parameter) is not ParameterSource.DEFAULT:
            message = f"{option} does not go with --replay: a transcript has no network"
            raise click.UsageError(message)


def _say_aside(line: str) -> None:
    click.echo(line, err=True)


COMMAND = emulate
