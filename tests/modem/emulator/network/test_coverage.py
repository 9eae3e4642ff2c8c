from __future__ import annotations

import pytest

from modem.emulator.network import Cell, Delay, Signal, Trace
from modem.emulator.radio import CellIdentity, Registered, Registration, SignalChanged, Technology
from modem.errors import BehaviourError
from tests.modem.emulator.network.site import PERSON, Site, imsi, number

FAR = CellIdentity(location_area="1A2B", cell_id="0012C3D4", technology=Technology.GSM)


def registrations(site: Site) -> list[tuple[float, int]]:
    return [(at, event.registration.value) for at, event in site.heard if isinstance(event, Registered)]


def test_a_registration_changes_with_time() -> None:
    site = Site()
    states = (Registration.SEARCHING, Registration.HOME, Registration.DENIED, Registration.SMS_ONLY_ROAMING)
    site.network.trace_registration(
        imsi(), Trace(steps=tuple((10.0 * step, state) for step, state in enumerate(states))), site.now
    )
    site.settle()
    site.wait(100)

    assert registrations(site) == [(0, 2), (10, 1), (20, 3), (30, 7)]


@pytest.mark.parametrize(
    ("registration", "has_service"),
    [(Registration(stat), stat in (1, 5, 6, 7)) for stat in range(9)],  # 3GPP TS 27.007 7.2
)
def test_messages_come_only_where_there_is_service(registration: Registration, has_service: bool) -> None:
    site = Site()
    site.network.register(imsi(), registration, site.now)
    site.network.write(PERSON, number(), "hello", site.now)
    site.settle()
    assert site.texts() == (["hello"] if has_service else [])

    site.network.register(imsi(), Registration.HOME, site.now)
    site.settle()
    assert site.texts() == ["hello"]


def test_without_service_there_is_no_cell() -> None:
    site = Site()
    site.network.register(imsi(), Registration.DENIED, site.now)
    site.network.register(imsi(), Registration.ROAMING, site.now)
    site.settle()

    assert [event.cell for event in site.all_heard(Registered)] == [None, CellIdentity()]


def test_what_the_network_gives_is_heard_when_the_radio_comes_on() -> None:
    site = Site()
    site.detach()
    site.network.register(imsi(), Registration.ROAMING, site.now)
    site.network.set_signal(imsi(), Signal(rssi=9, ber=2), site.now)
    site.settle()
    assert site.heard == []
    site.attach()

    assert registrations(site) == [(0, 5)]
    assert site.all_heard(SignalChanged) == [SignalChanged(imsi=imsi(), rssi=9, ber=2)]


def test_a_modem_looks_for_the_network_before_it_has_service() -> None:
    site = Site(home=Cell(search=Delay(least_s=8)))
    site.network.set_signal(imsi(), Signal(rssi=9), site.now)
    site.network.write(PERSON, number(), "hello", site.now)
    site.settle()
    site.wait(7.9)
    assert registrations(site) == []
    assert [event.rssi for event in site.all_heard(SignalChanged)] == [9]
    site.wait(0.1)

    assert (registrations(site), site.texts()) == ([(8, 1)], ["hello"])


def test_a_search_that_was_broken_off_finds_nothing() -> None:
    site = Site(home=Cell(search=Delay(least_s=8)))
    site.wait(5)
    site.detach()
    site.attach()
    site.wait(6)
    assert registrations(site) == []
    site.wait(10)

    assert registrations(site) == [(13, 1)]


def test_a_signal_changes_with_time_and_begins_again() -> None:
    site = Site()
    trace = Trace(steps=((0.0, Signal(rssi=20)), (10.0, Signal(rssi=99, ber=99))), repeat_s=30)
    site.network.trace_signal(imsi(), trace, site.now)
    site.settle()
    site.wait(65)

    heard = [(at, event.rssi, event.ber) for at, event in site.heard if isinstance(event, SignalChanged)]
    assert heard == [(0, 20, 0), (10, 99, 99), (30, 20, 0), (40, 99, 99), (60, 20, 0)]


def test_another_trace_takes_the_place_of_the_one_before_and_a_setting_ends_it() -> None:
    site = Site()
    for rssi in (1, 2):
        site.network.trace_signal(imsi(), Trace(steps=((5.0, Signal(rssi=rssi)),), repeat_s=6), site.now)
    site.wait(12)
    assert [event.rssi for event in site.all_heard(SignalChanged)] == [2, 2]

    site.network.set_signal(imsi(), Signal(rssi=3), site.now)
    site.settle()
    site.wait(100)
    assert [event.rssi for event in site.all_heard(SignalChanged)] == [2, 2, 3]


def test_a_sim_moves_with_time() -> None:
    site = Site()
    site.network.add_cell(Cell(name="far", identity=FAR))
    site.network.trace_cell(imsi(), Trace(steps=((5.0, "far"), (10.0, "home"))), site.now)
    site.wait(20)

    assert [event.cell for event in site.all_heard(Registered)] == [FAR, CellIdentity()]


def test_a_cell_and_a_sim_that_are_not_there_are_refused_by_name() -> None:
    site = Site()
    with pytest.raises(BehaviourError, match="cell: there is no cell 'nowhere'"):
        site.network.move(imsi(), "nowhere", 0)
    with pytest.raises(BehaviourError, match="cell"):
        site.network.trace_cell(imsi(), Trace(steps=((5.0, "nowhere"),)), 0)
    with pytest.raises(BehaviourError, match="imsi: there is no SIM 1"):
        site.network.register("1", Registration.HOME, 0)
