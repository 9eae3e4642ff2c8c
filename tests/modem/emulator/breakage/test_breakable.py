"""A machine with faults: what is armed and does not strike changes nothing, and nothing is broken for good."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from modem.emulator.breakage.shelf import load_faults
from tests.modem.emulator.bench import Bench
from tests.modem.emulator.machine.test_machine import NUMBER, OCTETS

SCRIPT = st.lists(st.tuples(OCTETS, st.floats(min_value=0, max_value=20)), max_size=20)


@settings(max_examples=60, deadline=None)
@given(SCRIPT)
def test_a_fault_that_never_strikes_changes_no_octet(script: list[tuple[bytes, float]]) -> None:
    def play(bench: Bench) -> list[bytes]:
        heard = []
        for octets, seconds in script:
            heard.append(bench.type(octets))
            bench.write(NUMBER, "From a person")
            bench.wait(seconds)
            heard.append(bench.read())
        return heard

    plain, waiting = Bench(radio_time_s=1), Bench(radio_time_s=1)
    for fault in ("hang", "late_result", "half_hang", "noise"):
        waiting.arm(fault, after_s=1e9)
    assert play(waiting) == play(plain)


ANY_FAULTS = st.lists(
    st.builds(
        lambda fault, extra: {"fault": fault, "times": 0, **extra},
        st.sampled_from(sorted(load_faults())),
        st.sampled_from([
            {}, {"on": "now", "every_s": 3.0}, {"on": "submit"}, {"on": "command"}, {"on": "boot"},
            {"lasting_s": 4.0}, {"cured_by": "escape"}, {"cured_by": "cfun"}, {"cured_by": "power"},
        ]),
    ),
    max_size=4,
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(SCRIPT, ANY_FAULTS)
def test_any_faults_leave_a_usable_modem_when_they_are_taken_away(
    script: list[tuple[bytes, float]], faults: list[dict[str, object]]
) -> None:
    bench = Bench(radio_time_s=1)
    for table in faults:
        bench.arm(**table)  # type: ignore[arg-type]
    for octets, seconds in script:
        bench.type(octets)
        bench.write(NUMBER, "From a person")
        bench.wait(seconds)
    for armed in bench.machines[0].faults:
        bench.disarm(armed)
    bench.wait(60)
    bench.type(b"\x1b\r")
    bench.wait(30)
    bench.type(b"\x1b\r")
    bench.read()

    assert bench.at("V1Q0")[-1:] == ["OK"]
    assert not bench.equipment().device.is_rude
    assert not bench.equipment().device.is_mute
