"""SIMs that are busy, gone or another one, and a modem that is another one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar, Final

from modem.emulator.card.sim import Sim
from modem.emulator.fault import Cure, Fault, Occasion, is_like, option
from modem.emulator.numbering import MAX_COUNT, identity
from modem.emulator.radio import Registration
from modem.emulator.refusal import CmeError, CmsError

if TYPE_CHECKING:
    from modem.at.command import Command
    from modem.emulator.equipment.equipment import Equipment
    from modem.emulator.machine.course import Course
    from modem.emulator.numbering import Identity

# What cannot be answered without the card: messages (3GPP TS 27.005), and identities, lock, files, phonebook (27.007).
_MESSAGE_COMMANDS: Final = (
    "+CMGS*", "+CMSS*", "+CMGR*", "+CMGL*", "+CMGW*", "+CMGD*", "+CMGC*", "+CPMS*", "+CSCA*", "+CNMI=*",
)  # fmt: skip
_CARD_COMMANDS: Final = (
    "+CPIN*",
    "+CIMI",
    "+CCID*",
    "+ICCID",
    "+CRSM*",
    "+CSIM*",
    "+CNUM",
    "+CPB*",
    "+CLCK*",
    "+CPWD*",
)
_BUSY: Final = (14, 314)
_ABSENT: Final = (10, 310)
_FAILURE: Final = (13, 313)
# Spare identities are half the numbers away from those in use.
_SPARE: Final = 5000


def _refuse(command: Command, course: Course, codes: tuple[int, int]) -> None:
    if any(is_like(command.text, pattern) for pattern in _MESSAGE_COMMANDS):
        course.refusal = CmsError(codes[1])
    elif any(is_like(command.text, pattern) for pattern in _CARD_COMMANDS):
        course.refusal = CmeError(codes[0])


def _other(serial: str) -> Identity:
    index = int(serial) - 1
    return identity(index - _SPARE if index >= _SPARE else min(index + _SPARE, MAX_COUNT - 1))


@dataclass(frozen=True, kw_only=True, slots=True)
class SimBusy(Fault):
    """Everything that needs the SIM is refused with "SIM busy": +CME ERROR: 14 or +CMS ERROR: 314."""

    name: ClassVar[str] = "sim_busy"
    is_lasting: ClassVar[bool] = True
    lasting_s: ClassVar[float | None] = 10.0

    def shape(self, command: Command, course: Course, /) -> None:
        """Refuse."""
        _refuse(command, course, _BUSY)


@dataclass(frozen=True, kw_only=True, slots=True)
class SimAbsent(Fault):
    """The SIM is not found, or has failed: no service, and "SIM not inserted" (10, 310) or "SIM failure" (13, 313)."""

    name: ClassVar[str] = "sim_absent"
    is_lasting: ClassVar[bool] = True
    cured_by: ClassVar[Cure] = Cure.POWER

    has_failed: bool = option("whether it is there and has failed", default=False)

    def begin(self, equipment: Equipment, /) -> Any:
        """Lose the service."""
        equipment.bar_service(Registration.NONE)

    def end(self, equipment: Equipment, _kept: Any, /) -> None:
        """Find the card again."""
        equipment.unbar_service(Registration.NONE)

    def shape(self, command: Command, course: Course, /) -> None:
        """Refuse."""
        _refuse(command, course, _FAILURE if self.has_failed else _ABSENT)


@dataclass(frozen=True, kw_only=True, slots=True)
class SimLocked(Fault):
    """The SIM asks for its PIN from the next start on, or for its PUK: three wrong PINs were entered elsewhere."""

    name: ClassVar[str] = "sim_locked"
    occasion: ClassVar[Occasion] = Occasion.BOOT

    wants_puk: bool = option("whether the PIN is blocked: only the PUK helps", default=False)
    tries_left: int = option("how many PINs may still be tried", default=3, least=1, most=3)

    def begin(self, equipment: Equipment, /) -> Any:
        """Lock the card; its own PIN and PUK open it, and it remembers (3GPP TS 31.101 9)."""
        card = equipment.sim
        card.is_pin_asked, card.is_pin_verified = True, False
        card.pin.tries_left = 0 if self.wants_puk else self.tries_left
        equipment.leave_network()


@dataclass(frozen=True, kw_only=True, slots=True)
class SimSwapped(Fault):
    """Another SIM is in at the next start: IMSI, ICCID, number and messages are those of the new card."""

    name: ClassVar[str] = "sim_swap"
    occasion: ClassVar[Occasion] = Occasion.BOOT

    def begin(self, equipment: Equipment, /) -> Any:
        """Put the other card in."""
        equipment.insert(Sim(_other(equipment.sim.imsi[-10:]), smsc=equipment.sim.smsc))


@dataclass(frozen=True, kw_only=True, slots=True)
class ModemSwapped(Fault):
    """Another modem of the same model is there at the next start, with the same SIM: the IMEI has changed."""

    name: ClassVar[str] = "imei_swap"
    occasion: ClassVar[Occasion] = Occasion.BOOT

    def begin(self, equipment: Equipment, /) -> Any:
        """Change the IMEI; the card keeps its own identities."""
        equipment.identity = replace(equipment.identity, imei=_other(equipment.identity.imei[8:14]).imei)
