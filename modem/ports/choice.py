"""What each port of a device is for, and which one takes our commands, with the reasons in words.

The first that has something to say of a port decides:
1. ID_GSM_PORT, which our udev rules note and a person may set otherwise;
2. ID_MM_PORT_IGNORE: a port so marked is never opened;
3. the tables of the profiles, by vendor, product and interface;
4. the marks of ModemManager, ID_MM_PORT_TYPE_*, where it is installed;
5. the protocol of the interface, where Qualcomm's newer chips tell it.
When no port is known to take commands, those of unknown use are asked with a bare AT, one after the other. Ports for
diagnostics, satellite data and audio, and those to be ignored, are never among them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING, Final

from modem.ports.bridges import bridge_name
from modem.ports.facts import PortKind
from modem.profile import STORAGE_MODE, PortRole
from modem.profiles import find_role, find_usb

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modem.ports.facts import PortFacts, UsbFacts
    from modem.ports.grouping import PortGroup

# ModemManager's Common udev tags. PPP is an AT port until somebody dials; the GPS control port takes AT for GPS.
_MARKS: Final = {
    "ID_MM_PORT_TYPE_QCDM": PortRole.DIAG,
    "ID_MM_PORT_TYPE_GPS": PortRole.GPS,
    "ID_MM_PORT_TYPE_AUDIO": PortRole.AUDIO,
    "ID_MM_PORT_TYPE_AT_PRIMARY": PortRole.AT,
    "ID_MM_PORT_TYPE_AT_SECONDARY": PortRole.AT2,
    "ID_MM_PORT_TYPE_AT_PPP": PortRole.AT2,
    "ID_MM_PORT_TYPE_AT_GPS_CONTROL": PortRole.AT2,
}
# drivers/usb/serial/option.c: the layouts noted there for Quectel EM061K, RM520N and Fibocom FM101 are Diag ff/ff/30,
# AT ff/ff/40 and NMEA ff/ff/60.
_PROTOCOLS: Final = {"ff/ff/30": PortRole.DIAG, "ff/ff/60": PortRole.GPS}
_WORDS: Final = {
    PortRole.AT: "AT port",
    PortRole.AT2: "second AT port",
    PortRole.DIAG: "diagnostics",
    PortRole.GPS: "satellite data",
    PortRole.AUDIO: "audio",
    PortRole.OTHER: "not for commands",
}
_TAKES_COMMANDS: Final = frozenset({PortRole.AT, PortRole.AT2})
_DEFAULT_QUIET_S: Final = 3.0
# Qualcomm's layouts begin with the diagnostics port; a device that has so many ports is asked there last.
_MANY_PORTS: Final = 3
_STORAGE_CLASS: Final = "08/"
_UART: Final = (
    "Nothing tells what is behind a serial port of the board. If it is a modem, name the port in [modems] ports, "
    'or give it ID_GSM_PORT="at" in a udev rule.'
)
_DEVICE_IGNORE: Final = (
    "ID_MM_DEVICE_IGNORE is set and no table knows the device, so it is not tried. If it is a modem, name the port in "
    '[modems] ports, or give it ID_GSM_PORT="at" in a udev rule.'
)
_NO_PORTS: Final = (
    "It has no serial port: its driver (option, qcserial, cdc_acm) is not loaded, or it is in a mode that has none."
)
_NOTHING_LEFT: Final = "None of its ports takes commands."


class Verdict(Enum):
    """What becomes of a device."""

    # `Choice.at` is known.
    MODEM = "modem"
    # Nobody knows: the ports in `Choice.asked` are asked with a bare AT, in that order.
    ASK = "ask"
    # It is none, or it is not in a state to be one.
    NOT_A_MODEM = "not a modem"
    # It may be one, but only a person may say so.
    LEFT_ALONE = "left alone"


@dataclass(frozen=True, kw_only=True, slots=True)
class PortUse:
    """What a port is for, None when that is not known, and how we know."""

    port: PortFacts
    role: PortRole | None
    reason: str

    @property
    def is_never_opened(self) -> bool:
        """Whether nothing may be written to it."""
        return self.role is not None and self.role not in _TAKES_COMMANDS

    @property
    def word(self) -> str:
        """The role for a person."""
        return "unknown use" if self.role is None else _WORDS[self.role]


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """What is to become of a device: see Verdict; `reason` is for a person, and says what to do where that is known.

    `at2` is another way in when `at` hangs. `profile` is the name of the profile that knows the device, "" for none.
    `quiet_s` is how long after its ports have appeared nothing may be written to them.
    """

    group: PortGroup
    verdict: Verdict
    reason: str
    uses: tuple[PortUse, ...] = ()
    at: PortFacts | None = None
    at2: PortFacts | None = None
    asked: tuple[PortFacts, ...] = ()
    quiet_s: float = _DEFAULT_QUIET_S
    profile: str = ""

    def answered(self, port: PortFacts) -> Choice:
        """Return the choice after `port` has answered a bare AT."""
        reason = "answered a bare AT"
        uses = tuple(
            replace(use, role=PortRole.AT, reason=reason) if use.port.device == port.device else use
            for use in self.uses
        )
        at2 = next((use.port for use in uses if use.role is PortRole.AT2), None)
        return replace(self, verdict=Verdict.MODEM, reason=reason, uses=uses, at=port, at2=at2, asked=())


def is_ours(usb: UsbFacts) -> bool:
    """Tell whether a device that has no serial port is worth a line: only what the tables of the profiles know."""
    return bool(find_usb(usb.vendor, usb.product))


def choose(group: PortGroup) -> Choice:
    """Return what is to become of a device."""
    usb = group.usb
    known = find_usb(usb.vendor, usb.product) if usb is not None else ()
    profile = known[0][0].name if known else ""
    uses = tuple(_use(port, profile) for port in group.ports)
    first = [use for use in uses if use.role is PortRole.AT]
    second = [use for use in uses if use.role is PortRole.AT2]
    unknown = [use.port for use in uses if use.role is None]
    against = next((one.not_a_modem for _, one in known if one.not_a_modem), "")
    at, at2, asked = None, None, tuple([use.port for use in second] + _in_order(unknown))
    if against and not any(use.port.property("ID_GSM_PORT") for use in first):
        verdict, reason = Verdict.NOT_A_MODEM, against
    elif first:
        others = [use.port for use in (*first[1:], *second)]
        verdict, reason, at, at2 = Verdict.MODEM, first[0].reason, first[0].port, others[0] if others else None
    else:
        verdict, reason = _without_at(group, asked, profile)
    return Choice(
        group=group,
        verdict=verdict,
        reason=reason,
        uses=uses,
        at=at,
        at2=at2,
        asked=asked if verdict is Verdict.ASK else (),
        quiet_s=known[0][1].quiet_s if known else _DEFAULT_QUIET_S,
        profile=profile,
    )


def _without_at(group: PortGroup, asked: tuple[PortFacts, ...], profile: str) -> tuple[Verdict, str]:
    """Return what becomes of a device none of whose ports is known to take commands."""
    if not group.ports:
        is_storage = group.usb is not None and any(kind.startswith(_STORAGE_CLASS) for kind in group.usb.interfaces)
        return Verdict.NOT_A_MODEM, STORAGE_MODE if is_storage else _NO_PORTS
    if not asked:
        reason = next(filter(None, (port.not_for_us for port in group.ports)), _NOTHING_LEFT)
        return Verdict.NOT_A_MODEM, reason
    if all(port.kind is PortKind.UART for port in asked):
        return Verdict.LEFT_ALONE, _UART
    if not profile and any(port.is_marked("ID_MM_DEVICE_IGNORE") for port in asked):
        return Verdict.LEFT_ALONE, _DEVICE_IGNORE
    return Verdict.ASK, _why_asked(group, profile)


def _why_asked(group: PortGroup, profile: str) -> str:
    bridge = next(filter(None, (bridge_name(port.driver, port.usb) for port in group.ports)), "")
    if bridge:
        return f"{bridge} adapter: it does not tell what is behind it, so a bare AT asks."
    if profile:
        return f"The tables of {profile} know the maker, but no AT port among these: a bare AT asks."
    return "No table knows the device: a bare AT asks."


def _in_order(ports: list[PortFacts]) -> list[PortFacts]:
    """Return ports of unknown use in the order of being asked.

    First what says that it takes commands (CDC ACM with protocol 1, V.250; USB CDC PSTN 1.2 table 17), then by number,
    and the first of many vendor specific ones last: on Qualcomm's chips it is the one for diagnostics.
    """

    def order(port: PortFacts) -> tuple[bool, bool, str, int]:
        is_perhaps_diag = len(ports) >= _MANY_PORTS and port.interface == "00" and port.interface_kind.startswith("ff/")
        return (port.interface_kind != "02/02/01", is_perhaps_diag, port.interface, port.channel)

    return sorted(ports, key=order)


def _use(port: PortFacts, profile: str) -> PortUse:
    role, reason = next(_opinions(port, profile), (None, "nothing says what it is for"))
    return PortUse(port=port, role=role, reason=reason)


def _opinions(port: PortFacts, profile: str) -> Iterator[tuple[PortRole, str]]:
    """Yield what is said of a port's use and by whom, the strongest first."""
    if port.not_for_us:
        yield PortRole.OTHER, port.not_for_us
    told = port.property("ID_GSM_PORT")
    if told in {role.value for role in PortRole}:
        yield PortRole(told), f"udev says ID_GSM_PORT={told}"
    if port.is_marked("ID_MM_PORT_IGNORE"):
        yield PortRole.OTHER, 'udev says ID_MM_PORT_IGNORE; ID_GSM_PORT="at" would make us use it all the same'
    if port.usb is not None:
        role = find_role(port.usb.vendor, port.usb.product, port.interface, port.interface_kind)
        if role is not None:
            yield role, f"interface {port.interface} of {port.usb.ids}, table of {profile}"
    for mark, role in _MARKS.items():
        if port.is_marked(mark):
            yield role, f"ModemManager's mark {mark}"
    if port.interface_kind in _PROTOCOLS:
        yield _PROTOCOLS[port.interface_kind], f"protocol of the interface, {port.interface_kind}"
