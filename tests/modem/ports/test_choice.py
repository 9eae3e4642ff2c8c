"""What each port is for, who says so, and what is never written to."""

from __future__ import annotations

import pytest
from hypothesis import given

from modem.ports.choice import Choice, Verdict, choose
from modem.ports.facts import PortFacts
from modem.ports.grouping import group
from modem.profile import PortRole
from tests.modem.ports.made import boxes, port, usb

UNKNOWN = usb("1-2", ids="05c6:9999")


def chosen(*ports: PortFacts) -> Choice:
    (one,) = group(ports)
    return choose(one)


@pytest.mark.parametrize(
    ("mark", "role"),
    [
        ("ID_MM_PORT_TYPE_QCDM", PortRole.DIAG),
        ("ID_MM_PORT_TYPE_GPS", PortRole.GPS),
        ("ID_MM_PORT_TYPE_AUDIO", PortRole.AUDIO),
        ("ID_MM_PORT_TYPE_AT_PRIMARY", PortRole.AT),
        ("ID_MM_PORT_TYPE_AT_SECONDARY", PortRole.AT2),
        ("ID_MM_PORT_TYPE_AT_PPP", PortRole.AT2),
        ("ID_MM_PORT_IGNORE", PortRole.OTHER),
    ],
)
def test_the_marks_of_modem_manager_are_understood(mark: str, role: PortRole) -> None:
    """ModemManager, Common udev tags."""
    (use,) = chosen(port(0, "05", of=UNKNOWN, properties={mark: "1"})).uses
    assert use.role is role
    assert mark in use.reason
    (taken_back,) = chosen(port(0, "05", of=UNKNOWN, properties={mark: "0"})).uses
    assert taken_back.role is None


def test_who_says_what_a_port_is_for_goes_from_the_person_to_the_protocol() -> None:
    device = usb("1-2", properties={})
    everything = {"ID_GSM_PORT": "at2", "ID_MM_PORT_IGNORE": "1", "ID_MM_PORT_TYPE_GPS": "1"}
    said = []
    for key in (*everything, "the rest"):
        (use,) = chosen(port(0, "02", of=device, properties=everything)).uses
        said.append(use.role)
        everything.pop(key, None)
    assert said == [PortRole.AT2, PortRole.OTHER, PortRole.AT, PortRole.AT]
    (use,) = chosen(port(0, "02", of=UNKNOWN, properties={"ID_MM_PORT_TYPE_GPS": "1"}, interface_kind="ff/ff/30")).uses
    assert use.role is PortRole.GPS
    (use,) = chosen(port(0, "02", of=UNKNOWN, interface_kind="ff/ff/30")).uses
    assert use.role is PortRole.DIAG


def test_a_port_that_is_to_be_ignored_is_never_asked_and_says_what_would_change_that() -> None:
    choice = chosen(port(0, "02", of=usb(), properties={"ID_MM_PORT_IGNORE": "1"}))
    assert (choice.verdict, choice.at, choice.asked) == (Verdict.NOT_A_MODEM, None, ())
    assert "ID_GSM_PORT" in choice.uses[0].reason
    again = chosen(port(0, "02", of=usb(), properties={"ID_MM_PORT_IGNORE": "1", "ID_GSM_PORT": "at"}))
    assert again.verdict is Verdict.MODEM


def test_unknown_ports_are_asked_in_the_likeliest_order_and_the_first_of_many_last() -> None:
    many = [port(number, f"{number:02x}", of=UNKNOWN) for number in range(4)]
    assert [one.interface for one in chosen(*many).asked] == ["01", "02", "03", "00"]
    two = many[:2]
    assert [one.interface for one in chosen(*two).asked] == ["00", "01"]
    acm = port(9, "06", of=UNKNOWN, interface_kind="02/02/01", driver="cdc_acm")
    assert [one.interface for one in chosen(*many, acm).asked] == ["06", "01", "02", "03", "00"]


def test_without_its_first_at_port_a_known_modem_is_asked_on_the_second() -> None:
    choice = chosen(port(0, "00", of=usb()), port(1, "01", of=usb()), port(3, "03", of=usb()))
    assert choice.verdict is Verdict.ASK
    assert [one.interface for one in choice.asked] == ["03"]


def test_the_port_that_answered_is_the_at_port() -> None:
    two = chosen(port(0, "00", of=UNKNOWN), port(1, "01", of=UNKNOWN))
    answered = two.answered(two.asked[1])
    assert (answered.verdict, answered.at, answered.asked) == (Verdict.MODEM, two.asked[1], ())
    assert [use.role for use in answered.uses] == [None, PortRole.AT]


def test_a_port_of_the_board_waits_for_a_person_and_is_used_when_one_says_so() -> None:
    assert chosen(port(0)).verdict is Verdict.LEFT_ALONE
    told = chosen(port(0, properties={"ID_GSM_PORT": "at"}))
    assert (told.verdict, told.at) == (Verdict.MODEM, port(0, properties={"ID_GSM_PORT": "at"}))
    console = chosen(port(0, not_for_us="The system's console is on it."))
    assert (console.verdict, console.reason) == (Verdict.NOT_A_MODEM, "The system's console is on it.")


def test_what_modem_manager_is_told_to_ignore_is_tried_only_when_a_table_knows_it() -> None:
    """Our own rules set ID_MM_DEVICE_IGNORE for the modems that we drive; others set it for what is none."""
    marks = {"ID_MM_DEVICE_IGNORE": "1"}
    arduino = usb("1-3", ids="2341:0043", properties=marks)
    left = chosen(port(0, of=arduino, interface_kind="02/02/01", driver="cdc_acm"))
    assert (left.verdict, left.asked) == (Verdict.LEFT_ALONE, ())
    assert chosen(port(0, "02", of=usb(properties=marks))).verdict is Verdict.MODEM


def test_a_maker_of_modems_with_a_product_that_nobody_knows_is_asked() -> None:
    choice = chosen(port(0, "00", of=usb(ids="2c7c:ffff")), port(1, "01", of=usb(ids="2c7c:ffff")))
    assert (choice.verdict, choice.profile) == (Verdict.ASK, "quectel-ec25")


@given(boxes())
def test_no_port_that_is_not_for_commands_is_ever_chosen_or_asked(ports: list[PortFacts]) -> None:
    for one in group(ports):
        choice = choose(one)
        opened = {found.device for found in (choice.at, choice.at2, *choice.asked) if found is not None}
        assert not opened & {use.port.device for use in choice.uses if use.is_never_opened}
