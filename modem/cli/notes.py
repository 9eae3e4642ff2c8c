"""What the lines of a modem mean, beside them: PDUs on one line, error codes in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modem.at.errors import parse_final
from modem.cli.describe import read_pdu, summary
from modem.cli.pdu_lines import PduFinder
from modem.errors import DecodeError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from modem.cli.pdu_lines import FoundPdu


def with_notes(lines: Iterable[str]) -> list[str]:
    """Return the lines of one answer or URC as they came, each with what it means behind `#`."""
    finder = PduFinder()
    shown = []
    for line in lines:
        final = parse_final(line)
        failure = final.failure if final is not None else None
        is_number = failure is not None and failure.code is not None and failure.text not in line
        shown.append(f"{line}    # {failure.text}" if failure is not None and is_number else line)
        # A hex line of its own may be anything that a modem answers.
        shown += [f"    # {_meaning(pdu)}" for pdu in finder.look(line) if pdu.is_announced]
    return shown


def _meaning(pdu: FoundPdu) -> str:
    try:
        return summary(read_pdu(pdu.text, length=pdu.length).tpdu)
    except DecodeError as error:
        return f"no PDU that can be read: {error}"
