"""Bodies that are taken wrongly."""

from __future__ import annotations

from tests.modem.emulator.bench import Bench, lines
from tests.modem.emulator.faults.sending import COMMAND, NUMBER, TPDU


def test_a_long_pdu_is_cut_without_a_word() -> None:
    bench = Bench()
    armed = bench.arm("long_pdu_cut")
    long_body = b"00" + TPDU.hex().encode() + b"FFFF\x1a"

    bench.type(COMMAND)
    assert lines(bench.type(long_body)) == ["+CMGS: 0", "OK"]
    assert bench.shown(NUMBER) == ["Hello"]
    bench.disarm(armed)
    bench.type(COMMAND)
    assert lines(bench.type(long_body)) == ["+CMS ERROR: 304"]
