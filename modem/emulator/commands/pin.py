"""PIN and PUK of the card: entering, asking, changing, counting (3GPP TS 27.007 7.4, 7.5, 8.3, 8.17, 8.65)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from modem.at.command import Form
from modem.at.values import is_hex
from modem.emulator.card.locks import PIN_TRIES, PUK_TRIES, Secret, is_pin, is_puk
from modem.emulator.card.sim import Wanted
from modem.emulator.command import Shelf
from modem.emulator.equipment import access
from modem.emulator.equipment.parameters import Parameters
from modem.emulator.refusal import Cme, CmeError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modem.at.command import Command
    from modem.emulator.equipment.equipment import Equipment

SHELF = Shelf(needs=access.card)

_CARD_LOCK: Final = "SC"
# Locks of the modem to a network, of which this modem has none: they can be asked for only.
_DEVICE_LOCKS: Final = ("PN", "PU", "PP", "PC")
_FREE, _LOCK, _ASK = range(3)
_PASSWORDS: Final = '+CPWD: ("SC",8),("P2",8)'
_VERIFY: Final = 0x20
_UNBLOCK: Final = 0x2C
_CODE_OCTETS: Final = 8
# References of PIN 1 and PIN 2: bit 8 says "of this application"; UNBLOCK writes PIN 1 as 00 (TS 102 221 9.5.1).
_PIN2_REFERENCES: Final = (0x02, 0x81)
_PIN_REFERENCES: Final = (0x00, 0x01)
_DONE: Final = "9000"
_BLOCKED: Final = "6983"
_WRONG_LENGTH: Final = "6700"
_WRONG_REFERENCE: Final = "6A88"
_UNKNOWN_INSTRUCTION: Final = "6D00"
_UNKNOWN_CLASS: Final = "6E00"

for _name in ("+CPIN", "+CPINR", "+CSIM"):
    SHELF.constant(_name, Form.TEST)


@SHELF.on("+CPIN", Form.READ)
def read_state(equipment: Equipment, _command: Command) -> Sequence[str]:
    """Say what the card waits for."""
    return [f"+CPIN: {equipment.sim.wanted.value}"]


@SHELF.on("+CPIN", Form.SET)
def enter(equipment: Equipment, command: Command) -> Sequence[str]:
    """Take the PIN, or the PUK with a new PIN, that the card waits for; when it waits for nothing that is an error."""
    parameters = Parameters(command, most=2)
    code = parameters.text(0)
    wanted = equipment.sim.wanted
    if wanted is Wanted.NOTHING:
        raise CmeError(Cme.NOT_ALLOWED)
    if wanted is Wanted.PUK:
        _enter_puk(equipment, code, parameters)
    elif parameters.has(1) or not is_pin(code):
        raise CmeError(Cme.INCORRECT_PARAMETERS)
    elif not equipment.sim.enter_pin(code):
        raise CmeError(Cme.INCORRECT_PASSWORD)
    equipment.search_network()
    return []


def _enter_puk(equipment: Equipment, code: str, parameters: Parameters) -> None:
    if not parameters.has(1):
        raise CmeError(Cme.PUK_REQUIRED)
    new_pin = parameters.text(1)
    if not is_puk(code) or not is_pin(new_pin):
        raise CmeError(Cme.INCORRECT_PARAMETERS)
    if not equipment.sim.enter_puk(code, new_pin):
        raise CmeError(Cme.INCORRECT_PASSWORD)


def _counters(equipment: Equipment) -> dict[str, tuple[int, int]]:
    pin, pin2 = equipment.sim.pin, equipment.sim.pin2
    return {
        "SIM PIN": (pin.tries_left, PIN_TRIES),
        "SIM PUK": (pin.unblock_tries_left, PUK_TRIES),
        "SIM PIN2": (pin2.tries_left, PIN_TRIES),
        "SIM PUK2": (pin2.unblock_tries_left, PUK_TRIES),
    }


@SHELF.on("+CPINR", Form.EXECUTE, Form.SET)
def tries(equipment: Equipment, command: Command) -> Sequence[str]:
    """Say how many entries are left of each code, or of the one that is named."""
    wanted = Parameters(command, most=1).text(0, "")
    counters = _counters(equipment)
    if wanted and wanted not in counters:
        raise CmeError(Cme.INCORRECT_PARAMETERS)
    return [f"+CPINR: {name},{left},{most}" for name, (left, most) in counters.items() if wanted in ("", name)]


_LOCKS: Final = ",".join(f'"{name}"' for name in (_CARD_LOCK, *_DEVICE_LOCKS))
SHELF.constant("+CLCK", Form.TEST, f"+CLCK: ({_LOCKS})")


@SHELF.on("+CLCK", Form.SET)
def lock(equipment: Equipment, command: Command) -> Sequence[str]:
    """Ask whether a lock is on, or switch the card's with its PIN."""
    parameters = Parameters(command, most=4)
    facility, mode = parameters.text(0).upper(), parameters.number(1, range(3))
    parameters.number(3, range(256), 7)
    if facility not in (_CARD_LOCK, *_DEVICE_LOCKS):
        raise CmeError(Cme.INCORRECT_PARAMETERS)
    if mode == _ASK:
        return [f"+CLCK: {int(facility == _CARD_LOCK and equipment.sim.is_pin_asked)}"]
    if facility != _CARD_LOCK:
        raise CmeError(Cme.NOT_ALLOWED)
    access.unlocked_card(equipment)
    _verify(equipment.sim.pin, parameters.text(2), Cme.PUK_REQUIRED)
    equipment.sim.is_pin_asked = mode == _LOCK
    equipment.sim.is_pin_verified = True
    return []


SHELF.constant("+CPWD", Form.TEST, _PASSWORDS)


@SHELF.on("+CPWD", Form.SET, needs=access.unlocked_card)
def change(equipment: Equipment, command: Command) -> Sequence[str]:
    """Change the PIN, which must be switched on for that, or PIN 2."""
    parameters = Parameters(command, most=3)
    facility, old, new = parameters.text(0).upper(), parameters.text(1), parameters.text(2)
    secrets = {_CARD_LOCK: equipment.sim.pin, "P2": equipment.sim.pin2}
    if facility not in secrets or not is_pin(new):
        raise CmeError(Cme.INCORRECT_PARAMETERS)
    # A PIN that is switched off cannot be changed (3GPP TS 31.101 via ETSI TS 102 221 11.1.10).
    if facility == _CARD_LOCK and not equipment.sim.is_pin_asked:
        raise CmeError(Cme.NOT_ALLOWED)
    _verify(secrets[facility], old, Cme.PUK_REQUIRED if facility == _CARD_LOCK else Cme.PUK2_REQUIRED)
    secrets[facility].code = new
    return []


def _verify(secret: Secret, code: str, when_blocked: Cme) -> None:
    if not is_pin(code):
        raise CmeError(Cme.INCORRECT_PARAMETERS)
    if secret.is_blocked:
        raise CmeError(when_blocked)
    if not secret.verify(code):
        raise CmeError(Cme.INCORRECT_PASSWORD)


@SHELF.on("+CSIM", Form.SET)
def card_command(equipment: Equipment, command: Command) -> Sequence[str]:
    """Give the card a command: VERIFY PIN and UNBLOCK PIN, with no code to ask for the counter (TS 102 221 11.1.9)."""
    parameters = Parameters(command, most=2)
    length, text = parameters.number(0, range(10, 523)), parameters.text(1)
    if len(text) != length or not is_hex(text):
        raise CmeError(Cme.INCORRECT_PARAMETERS)
    answer = _status_words(equipment, bytes.fromhex(text))
    return [f'+CSIM: {len(answer)},"{answer}"']


def _status_words(equipment: Equipment, apdu: bytes) -> str:
    instruction, reference, code = apdu[1], apdu[3], apdu[5:]
    if apdu[0] not in (0x00, 0xA0):
        return _UNKNOWN_CLASS
    if instruction not in (_VERIFY, _UNBLOCK):
        return _UNKNOWN_INSTRUCTION
    if reference not in _PIN_REFERENCES + _PIN2_REFERENCES:
        return _WRONG_REFERENCE
    if len(code) != apdu[4]:
        return _WRONG_LENGTH
    is_pin2 = reference in _PIN2_REFERENCES
    if instruction == _VERIFY:
        return _verify_words(equipment, code, is_pin2=is_pin2)
    return _unblock_words(equipment, code, is_pin2=is_pin2)


def _verify_words(equipment: Equipment, code: bytes, *, is_pin2: bool) -> str:
    secret = equipment.sim.pin2 if is_pin2 else equipment.sim.pin
    if not code:
        return f"63C{secret.tries_left:X}"
    if len(code) != _CODE_OCTETS:
        return _WRONG_LENGTH
    if secret.is_blocked:
        return _BLOCKED
    if not (secret.verify(_digits(code)) if is_pin2 else equipment.sim.enter_pin(_digits(code))):
        return f"63C{secret.tries_left:X}"
    equipment.search_network()
    return _DONE


def _unblock_words(equipment: Equipment, code: bytes, *, is_pin2: bool) -> str:
    secret = equipment.sim.pin2 if is_pin2 else equipment.sim.pin
    if not code:
        return f"63C{secret.unblock_tries_left:X}"
    if len(code) != 2 * _CODE_OCTETS:
        return _WRONG_LENGTH
    if secret.is_dead:
        return _BLOCKED
    old, new = _digits(code[:_CODE_OCTETS]), _digits(code[_CODE_OCTETS:])
    if not (secret.unblock(old, new) if is_pin2 else equipment.sim.enter_puk(old, new)):
        return f"63C{secret.unblock_tries_left:X}"
    equipment.search_network()
    return _DONE


def _digits(code: bytes) -> str:
    return code.rstrip(b"\xff").decode("latin-1")
