"""One direction of a slow wire."""

from __future__ import annotations

import pytest

from modem.emulator.machine.wire import Lane, Pace, Wire


def test_octets_arrive_one_by_one() -> None:
    lane = Lane()
    lane.put(b"OK", 10.0, Pace(gap_s=0.5))

    assert [lane.take(at) for at in (10.0, 10.5, 10.6, 11.0)] == [b"", b"O", b"", b"K"]
    assert lane.next_due() is None


def test_what_is_put_later_waits_for_what_is_on_its_way() -> None:
    lane = Lane()
    lane.put(b"AB", 0.0, Pace(gap_s=1.0))
    lane.put(b"C", 0.5, Pace(gap_s=1.0))
    lane.put(b"D", 0.6, None)

    assert lane.take(2.9) == b"AB"
    assert lane.take(3.0) == b"CD"


def test_without_a_pace_octets_arrive_at_once() -> None:
    lane = Lane()
    lane.put(b"OK", 1.0, None)

    assert lane.take(1.0) == b"OK"


@pytest.mark.parametrize(("baud", "octet_s"), [(9600, 1 / 960), (300, 1 / 30), (115200, 1 / 11520)])
def test_a_baud_rate_is_ten_bits_an_octet(baud: int, octet_s: float) -> None:
    pace = Pace.of_baud(baud)

    assert pace.gap_s / pace.piece_octets == pytest.approx(octet_s)
    assert pace.gap_s >= 0.0009


def test_a_wire_is_used_until_all_has_arrived() -> None:
    wire = Wire()
    wire.to_host.put(b"A", 0.0, Pace(gap_s=1.0))
    wire.to_modem.put(b"B", 0.0, Pace(gap_s=2.0))

    assert (wire.is_used, wire.next_timer()) == (True, 1.0)
    wire.to_host.take(1.0)
    assert (wire.is_used, wire.next_timer()) == (True, 2.0)
    wire.clear()
    assert (wire.is_used, wire.next_timer()) == (False, None)
