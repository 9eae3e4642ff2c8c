"""How fast texts become PDU lines on one core, from plan to hex."""

from __future__ import annotations

import time
from datetime import timedelta

from modem.pdu import Address, Language, Relative, format_pdu, plan, submits

_CPU_S = 0.5  # processor time: what else runs on the machine does not count
_TEXTS = {
    "short_per_s": ("Your code is 123456. It is valid for 5 minutes.", ()),
    "three_segments_per_s": ("Hello from the bench, forty characters.. " * 10, ()),
    "ucs2_per_s": ("Ваш код 123456. Он действителен 5 минут.", ()),
    "all_tables_per_s": ("आपका कोड 123456 है", tuple(Language)),
}


async def encoded_submits() -> dict[str, float]:
    """SUBMITs per second of a short GSM text, one of three segments, a UCS2 text, and Hindi with all tables on."""
    return {key: _rate(text, tables) for key, (text, tables) in _TEXTS.items()}


def _rate(text: str, tables: tuple[Language, ...]) -> float:
    count = 0
    began = time.process_time()
    while (cpu_s := time.process_time() - began) < _CPU_S:
        validity = Relative.of(timedelta(days=1))
        planned = plan(text, national_tables=tables)
        for submit in submits(planned, Address.parse("+4917112345678"), concat_ref=count % 256, validity=validity):
            format_pdu(submit.encode())
            count += 1
    return count / cpu_s
