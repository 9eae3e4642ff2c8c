"""Memories that something else filled."""

from __future__ import annotations

from tests.modem.emulator.bench import Bench
from tests.modem.emulator.faults.sending import NUMBER


def test_storage_full_refuses_and_redelivers_after_a_deletion() -> None:
    bench = Bench(sim_capacity=3)
    bench.at("+CNMI=2,1")
    bench.arm("storage_full")

    assert bench.at("+CPMS?")[0].startswith('+CPMS: "SM",3,3,')
    bench.write(NUMBER, "waits")
    assert bench.read() == b""
    assert bench.at("+CMGR=2")[0].startswith("+CMGR: 1,,")
    answer = bench.at("+CMGD=2")
    assert answer == ["OK", '+CMTI: "SM",2']


def test_storage_almost_full() -> None:
    bench = Bench(sim_capacity=3)
    bench.at("+CNMI=2,1")
    bench.arm("storage_full", leaves=1)

    bench.write(NUMBER, "fits")
    assert bench.read() == b'\r\n+CMTI: "SM",3\r\n'
