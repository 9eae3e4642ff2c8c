"""Devices are given out whole and once, whatever the order in which their ports come and go."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from modem.ports.facts import PortFacts
from modem.ports.grouping import group
from modem.ports.settling import Gone, Settled, Settling
from tests.modem.ports.made import boxes, port, usb

MODEM = usb("1-2")
PORTS = [port(number, f"{number:02x}", of=MODEM) for number in range(4)]


def told(settling: Settling, now: float) -> list[Settled | Gone]:
    settling.handle_timer(now)
    found = []
    while (event := settling.next_event()) is not None:
        found.append(event)
    return found


def test_a_modem_is_given_out_a_second_after_its_last_port() -> None:
    settling = Settling()
    for number, one in enumerate(PORTS):
        settling.see_port(one, 0.5 * number)
        assert told(settling, 0.5 * number) == []
    assert settling.next_timer() == 2.5
    (event,) = told(settling, 2.5)
    assert isinstance(event, Settled)
    assert [one.device for one in event.group.ports] == [one.device for one in PORTS]
    assert event.appeared_at == 1.5
    assert settling.next_timer() is None


def test_one_that_flaps_keeps_no_other_waiting() -> None:
    settling = Settling()
    flapping = port(9, of=usb("1-9"))
    settling.see_port(PORTS[0], 0.0)
    for tenth in range(0, 30, 5):
        settling.see_port(flapping, tenth / 10)
        settling.lose_port(flapping.device, tenth / 10 + 0.2)
    events = told(settling, 3.0)
    assert [event.group.key for event in events if isinstance(event, Settled)] == ["usb:1-2"]


def test_a_modem_that_is_gone_is_said_at_once_and_found_again_under_another_number() -> None:
    settling = Settling()
    settling.see_port(PORTS[2], 0.0)
    told(settling, 1.0)
    settling.lose_port(PORTS[2].device, 2.0)
    assert told(settling, 2.0) == [Gone(key="usb:1-2")]
    settling.see_port(replace(PORTS[2], device="/dev/ttyUSB7"), 3.0)
    (event,) = told(settling, 4.0)
    assert isinstance(event, Settled)
    assert [one.device for one in event.group.ports] == ["/dev/ttyUSB7"]


def test_what_is_told_twice_is_given_out_once() -> None:
    settling = Settling()
    for now in (0.0, 0.1, 5.0):
        settling.see_port(PORTS[0], now)
    assert len(told(settling, 1.1)) == 1
    settling.see_port(PORTS[0], 7.0)
    assert told(settling, 9.0) == []


def test_more_that_is_known_of_a_port_is_no_unplugging() -> None:
    settling = Settling()
    settling.see_port(PORTS[0], 0.0)
    told(settling, 1.0)
    settling.see_port(replace(PORTS[0], properties={"ID_GSM_PORT": "at"}), 5.0)
    (event,) = told(settling, 6.0)
    assert isinstance(event, Settled)
    assert event.appeared_at == 0.0


def test_another_device_under_the_same_name_is_an_unplugging() -> None:
    """udev notes when it first saw a device (USEC_INITIALIZED); two times are two devices."""
    settling = Settling()
    settling.see_port(replace(PORTS[0], appeared_at=0.0), 0.0)
    told(settling, 1.0)
    settling.see_port(replace(PORTS[0], appeared_at=50.0), 51.0)
    assert [type(event) for event in told(settling, 52.0)] == [Gone, Settled]


def test_a_stick_that_leaves_its_storage_mode_is_given_out_twice() -> None:
    settling = Settling()
    settling.see_device(usb("1-2", ids="12d1:1446"), 0.0)
    assert told(settling, 9.0) == []  # perhaps usb_modeswitch is at work on it
    assert [len(event.group.ports) for event in told(settling, 10.0) if isinstance(event, Settled)] == [0]
    settling.lose_device("1-2", 12.0)
    assert told(settling, 12.0) == [Gone(key="usb:1-2")]
    modem = usb("1-2", ids="12d1:1436")
    settling.see_device(modem, 13.0)
    settling.see_port(port(0, "04", of=modem), 13.5)
    assert [len(event.group.ports) for event in told(settling, 14.5) if isinstance(event, Settled)] == [1]


@given(data=st.data(), ports=boxes())
def test_any_order_of_events_gives_the_same_devices(data: st.DataObject, ports: list[PortFacts]) -> None:
    """Ports come in any order, some go and come again, events are doubled, time passes as it likes."""
    settling = Settling()
    given_out: dict[str, object] = {}
    now = 0.0
    comings = [*ports, *data.draw(st.lists(st.sampled_from(ports)))]
    script: list[tuple[str, PortFacts]] = [("see", one) for one in comings]
    script += [("lose", one) for one in data.draw(st.lists(st.sampled_from(ports)))]
    script = data.draw(st.permutations(script))
    here: set[str] = set()
    for verb, one in script:
        now += data.draw(st.sampled_from([0.0, 0.3, 2.0]))
        if verb == "see":
            settling.see_port(one, now)
            here.add(one.device)
        else:
            settling.lose_port(one.device, now)
            here.discard(one.device)
        for event in told(settling, now):
            if isinstance(event, Settled):
                given_out[event.group.key] = event.group
            else:
                del given_out[event.key]
    for event in told(settling, now + 100):
        if isinstance(event, Settled):
            given_out[event.group.key] = event.group
        else:
            del given_out[event.key]
    assert given_out == {one.key: one for one in group(one for one in ports if one.device in here)}


def test_a_port_that_udev_is_not_done_with_gets_its_time() -> None:
    # A modem with five ports on a slow, busy box: udev's rules took longer than a second for each of the last ones.
    settling = Settling(awaits_udev=True)
    for one in PORTS:
        settling.see_port(replace(one, appeared_at=None), 0.0)
    assert told(settling, 1.5) == []
    for one in PORTS:
        settling.see_port(replace(one, appeared_at=0.2), 4.0)
    (event,) = told(settling, 5.0)
    assert isinstance(event, Settled)
    assert [one.appeared_at for one in event.group.ports] == [0.2] * 4


def test_a_port_that_udev_never_gets_done_with_is_given_out_all_the_same() -> None:
    settling = Settling(awaits_udev=True)
    settling.see_port(replace(PORTS[2], appeared_at=None), 0.0)
    assert len(told(settling, 10.0)) == 1
