"""One submit, step by step, as the tables of faults need it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modem.pdu import Address, format_pdu, plan, submits
from tests.modem.emulator.bench import CTRL_Z

if TYPE_CHECKING:
    from tests.modem.emulator.bench import Bench

NUMBER = "+491711234567"
TPDU = submits(plan("Hello"), Address.parse(NUMBER), concat_ref=1, request_report=False)[0].encode()
REPORTED = submits(plan("Hello"), Address.parse(NUMBER), concat_ref=1, request_report=True)[0].encode()
COMMAND = b"AT+CMGS=%d\r" % len(TPDU)
BODY = format_pdu(TPDU).encode() + CTRL_Z
PROMPT = b"\r\n> "
SENT = b"\r\n+CMGS: 0\r\n\r\nOK\r\n"
OK = b"\r\nOK\r\n"


def submit(bench: Bench, tpdu: bytes = TPDU) -> bytes:
    """Write a submit without waiting for the prompt to be right; return what came since."""
    bench.type(b"AT+CMGS=%d\r" % len(tpdu))
    return bench.type(format_pdu(tpdu).encode() + CTRL_Z)
