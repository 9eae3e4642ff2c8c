"""`gsm-modem encode`: the PDUs that send a text, and what to say before each."""

from __future__ import annotations

import json
import secrets
import sys
from typing import TYPE_CHECKING, Any, Final

import click

from modem.errors import EncodeError

if TYPE_CHECKING:
    from modem.pdu import Address, Plan, Ports, Relative, Submit

EXAMPLES = """
\b
Examples:
  gsm-modem encode --to +491711234567 "Meet me at five"
  gsm-modem encode --to +491711234567 --report --validity 2h --flash Fire!
  gsm-modem encode --to +905321234567 --national-table turkish "Görüşürüz, şimdilik hoşça kal"
  gsm-modem encode --to +491711234567 --port 5505 --hex 024A3A51
  fortune | gsm-modem encode --to +491711234567 -
  gsm-modem encode --to +491711234567 Hello | gsm-modem decode

\b
To send one: AT+CMGF=0, then the AT+CMGS line, then at the prompt > the PDU and Ctrl-Z.
"""

_LANGUAGES: Final = (
    "turkish", "spanish", "portuguese", "bengali", "gujarati", "hindi", "kannada", "malayalam", "oriya", "punjabi",
    "tamil", "telugu", "urdu",
)  # fmt: skip


@click.command(name="encode", epilog=EXAMPLES)
@click.argument("text")
@click.option("--to", required=True, metavar="NUMBER", help="Recipient: +49171… is international, 12345 is not.")
@click.option("--smsc", metavar="NUMBER", help="Service centre.  [default: left to the modem]")
@click.option("--report", is_flag=True, help="Ask for a delivery report.")
@click.option("--validity", metavar="PERIOD", help="How long the network keeps trying: 30m, 2h, 3d, 1w; rounded up.")
@click.option("--flash", is_flag=True, help="Shown at once, not stored (class 0).")
@click.option(
    "--national-table",
    "tables",
    multiple=True,
    metavar="LANGUAGE",
    type=click.Choice(_LANGUAGES, case_sensitive=False),
    help=f"Allow the tables of a language; more than once for several. {', '.join(_LANGUAGES)}.",
)
@click.option(
    "--concat-bits",
    type=click.Choice(["8", "16"]),
    default="8",
    show_default=True,
    help="Bits of the reference that joins segments.",
)
@click.option("--ref", type=click.IntRange(0, 0xFFFF), metavar="NUMBER", help="That reference.  [default: by chance]")
@click.option("--port", type=click.IntRange(0, 0xFFFF), help="Application port that it is for.")
@click.option("--source-port", type=click.IntRange(0, 0xFFFF), help="Application port that it is from.  [default: 0]")
@click.option("--hex", "is_hex", is_flag=True, help="TEXT is hex; send its octets as 8-bit data.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def encode(
    *,
    text: str,
    to: str,
    smsc: str | None,
    report: bool,
    validity: str | None,
    flash: bool,
    tables: tuple[str, ...],
    concat_bits: str,
    ref: int | None,
    port: int | None,
    source_port: int | None,
    is_hex: bool,
    as_json: bool,
) -> None:
    """Print the SUBMIT PDUs that send TEXT (- reads it from standard input), each with its AT+CMGS line.

    Says which encoding was chosen, into how many segments the text was cut, and why.
    """
    from modem.pdu import Address, submits  # noqa: PLC0415 - loaded only when it runs, so that --help is quick

    if text == "-":
        text = _standard_input()
    bits = int(concat_bits)
    reference = secrets.randbelow(1 << bits) if ref is None else ref
    try:
        plan = _plan(text, tables, bits, _ports(port, source_port), is_hex=is_hex)
        period = _validity(validity)
        made = submits(
            plan,
            Address.parse(to),
            concat_ref=reference,
            request_report=report,
            validity=period,
            message_class=0 if flash else None,
        )
        segments = _segments(plan, made, None if smsc is None else Address.parse(smsc))
    except EncodeError as error:
        raise click.ClickException(str(error)) from error
    facts = _facts(plan, text, period, reference, has_tables=bool(tables))
    if as_json:
        click.echo(json.dumps({**facts, "segments": segments}, indent=2, ensure_ascii=False))
    else:
        _show(facts, segments)


def _standard_input() -> str:
    try:
        # The line end of the last line is the shell's, not the text's.
        return sys.stdin.buffer.read().decode().removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError as error:
        message = f"standard input is not UTF-8 (octet {error.start}, counted from 0)"
        raise click.ClickException(message) from error


def _ports(port: int | None, source_port: int | None) -> Ports | None:
    from modem.pdu import Ports  # noqa: PLC0415

    if port is None:
        if source_port is not None:
            raise click.UsageError("--source-port needs --port as well")
        return None
    return Ports(destination=port, source=source_port or 0)


def _plan(text: str, tables: tuple[str, ...], bits: int, ports: Ports | None, *, is_hex: bool) -> Plan:
    from modem.pdu import Language, plan, plan_data  # noqa: PLC0415

    if not is_hex:
        languages = [Language[name.upper()] for name in dict.fromkeys(tables)]
        return plan(text, national_tables=languages, concat_bits=bits, ports=ports)
    try:
        data = bytes.fromhex(text)
    except ValueError as error:
        raise click.ClickException(f"--hex: TEXT is not hex, two digits for each octet ({error})") from error
    return plan_data(data, concat_bits=bits, ports=ports)


def _validity(text: str | None) -> Relative | None:
    from modem.cli.period import read_period  # noqa: PLC0415
    from modem.pdu import Relative  # noqa: PLC0415

    if text is None:
        return None
    period = read_period(text)
    if period is None:
        raise click.BadParameter(f"{text!r} is no period; write 30m, 2h, 3d or 1w", param_hint="--validity")
    return Relative.of(period)


def _segments(plan: Plan, submits: list[Submit], smsc: Address | None) -> list[dict[str, Any]]:
    from modem.pdu import format_pdu  # noqa: PLC0415

    segments = []
    for seq, (body, submit) in enumerate(zip(plan.bodies, submits, strict=True), 1):
        tpdu = submit.encode()
        line = format_pdu(tpdu, smsc)
        segments.append(
            {"seq": seq, "units": len(body), "length": len(tpdu), "command": f"AT+CMGS={len(tpdu)}", "pdu": line}
        )
    return segments


def _facts(plan: Plan, text: str, validity: Relative | None, ref: int, *, has_tables: bool) -> dict[str, Any]:
    from modem.cli.reasons import encoding_reason, encoding_text, segments_reason, unit_of  # noqa: PLC0415

    encoding = plan.encoding
    return {
        "encoding": encoding.alphabet.name.lower(),
        "encoding_text": encoding_text(plan),
        "encoding_reason": encoding_reason(plan, text, has_tables=has_tables),
        "single_shift": encoding.single_shift.name.lower() if encoding.single_shift else None,
        "locking_shift": encoding.locking_shift.name.lower() if encoding.locking_shift else None,
        "unit": unit_of(plan),
        "segments_reason": segments_reason(plan),
        "concat_ref": ref if plan.segment_count > 1 else None,
        "validity_s": None if validity is None else int(validity.period.total_seconds()),
    }


def _show(facts: dict[str, Any], segments: list[dict[str, Any]]) -> None:
    from datetime import timedelta  # noqa: PLC0415

    from modem.cli.describe import period_text  # noqa: PLC0415

    count = len(segments)
    click.echo(f"# {facts['encoding_text']}: {facts['encoding_reason']}.")
    click.echo(f"# {count} segment{'s' if count > 1 else ''}: {facts['segments_reason']}.")
    if facts["concat_ref"] is not None:
        click.echo(f"# Reference {facts['concat_ref']} joins them.")
    if facts["validity_s"] is not None:
        click.echo(f"# Valid for {period_text(timedelta(seconds=facts['validity_s']))}.")
    for segment in segments:
        click.echo()
        if count > 1:
            click.echo(f"# Segment {segment['seq']} of {count}, {segment['units']} {facts['unit']}")
        click.echo(segment["command"])
        click.echo(segment["pdu"])


COMMAND = encode
