"""`gsm-modem decode`: what is in a PDU."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any, cast

import click

from modem.errors import DecodeError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from modem.cli.describe import Direction, Reading
    from modem.cli.pdu_lines import FoundPdu

EXAMPLES = """
\b
Examples:
  gsm-modem decode 07917283010010F5040BC87238880900F10000993092516195800AE8329BFD4697D9EC37
  gsm-modem decode --json < pdus.txt
  gsm-modem decode < dialogue.at

\b
Exit status: 0 when every PDU could be read, 1 when one could not or none was found.
"""


@click.command(name="decode", epilog=EXAMPLES)
@click.argument("pdus", nargs=-1, metavar="[PDU]...")
@click.option(
    "--direction",
    type=click.Choice(["in", "out", "auto"]),
    default="auto",
    show_default=True,
    help="Read as what a modem received (in) or was to send (out); auto goes by the type in the PDU.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def decode(*, pdus: tuple[str, ...], direction: str, as_json: bool) -> None:
    """Show every field of SMS PDUs in words: DELIVER, SUBMIT and STATUS-REPORT, with or without service centre.

    Without PDU, lines are read from standard input: bare PDUs, an AT dialogue, a recording of `gsm-modem trace` or
    a log with PDUs in it. Segments of one message are joined at the end.
    """
    from modem.cli.describe import read_pdu  # noqa: PLC0415 - loaded only when it runs, so that --help is quick
    from modem.cli.pdu_lines import FoundPdu  # noqa: PLC0415

    found = [FoundPdu(text=pdu) for pdu in pdus] if pdus else list(_from_input())
    readings: list[Reading] = []
    errors: list[dict[str, Any]] = []
    passed_over = 0
    documents = []
    for pdu in found:
        try:
            reading = read_pdu(pdu.text, length=pdu.length, direction=cast("Direction", direction))
        except DecodeError as error:
            if not pdu.is_certain:
                passed_over += 1
                continue
            errors.append({"pdu": pdu.text, "field": error.field, "octet": error.offset, "reason": error.reason})
            if not as_json:
                _show_error(pdu, error)
            continue
        readings.append(reading)
        if as_json:
            documents.append({"pdu": pdu.text, **_document(reading)})
        else:
            _show(pdu, reading)
    if as_json:
        document = {"pdus": documents, "messages": _messages(readings), "errors": errors}
        click.echo(json.dumps(document, indent=2, ensure_ascii=False))
    else:
        _show_messages(readings)
    if passed_over:
        click.echo(f"Passed over, as it is no PDU: hex in the middle of lines, {passed_over} times.", err=True)
    if not readings and not errors:
        raise click.ClickException("there is no PDU here")
    if errors:
        sys.exit(1)


def _from_input() -> Iterable[FoundPdu]:
    from modem.cli.pdu_lines import PduFinder  # noqa: PLC0415

    finder = PduFinder()
    # A log may hold anything; what is not UTF-8 is surely no hex.
    for octets in sys.stdin.buffer:
        yield from finder.look(octets.decode("utf-8", "replace"))


def _show(pdu: FoundPdu, reading: Reading) -> None:
    from modem.cli.describe import describe  # noqa: PLC0415

    _show_rows([(field.label, field.words) for field in describe(reading)])
    if pdu.length is not None and pdu.length != len(reading.line.tpdu):
        click.echo(f"  (announced were {pdu.length} octets)")
    click.echo()


def _show_rows(rows: list[tuple[str, str]]) -> None:
    for label, words in rows:
        first, *more = words.split("\n")
        click.echo(f"{label + ':':<16}{first}".rstrip())
        for line in more:
            click.echo(f"{'':<16}{line}".rstrip())


def _show_error(pdu: FoundPdu, error: DecodeError) -> None:
    click.echo(f"Error: cannot be read: {error} (counted from 0)", err=True)
    click.echo(f"  in {pdu.text}", err=True)


def _document(reading: Reading) -> dict[str, Any]:
    from modem.cli.describe import describe  # noqa: PLC0415

    return {field.key: field.value for field in describe(reading)}


def _messages(readings: list[Reading]) -> list[dict[str, Any]]:
    from modem.cli.pdu_parts import joined  # noqa: PLC0415

    return [
        {
            "type": message.path,
            "address": message.address.text,
            "ref": message.concat.ref,
            "total": message.concat.total,
            "missing": message.missing,
            **({"data": message.data.hex().upper()} if message.text is None else {"text": message.text}),
        }
        for message in joined(reading.tpdu for reading in readings)
    ]


def _show_messages(readings: list[Reading]) -> None:
    for message in _messages(readings):
        which = f"{message['total']} segments, reference {message['ref']}"
        if message["missing"]:
            which += f"; MISSING: {', '.join(map(str, message['missing']))}"
        word = "from" if message["type"] == "deliver" else "to"
        rows = [("message", f"{word} {message['address']}, {which}")]
        rows.append(("text", message["text"]) if "text" in message else ("data", message["data"] or "empty"))
        _show_rows(rows)
        click.echo()


COMMAND = decode
