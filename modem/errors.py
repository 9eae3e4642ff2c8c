"""Errors of the modem package, one tree.

ModemError
    CodecError                  octets and values
        EncodeError             the caller's value cannot be encoded
        DecodeError             the octets are not what the standard says
    PortError                   the serial port
        PortBusyError           another program holds it
        PortTooEarlyError       it has just appeared, and nothing may be written to it yet
        PortLostError           it vanished or was closed while in use
        PortGivenUpError        closed by us, for a recovery step that wants it closed
    PowerControlError           a step on the modem's USB device or power could not be done
    ModemTimeoutError           the modem did not answer in time
    CommandError                the modem answered an error to a command that must succeed
    BehaviourError              the emulated network cannot behave like that
    TranscriptError             a file is not a transcript of an AT dialogue
"""

from __future__ import annotations


class ModemError(Exception):
    """Something is wrong between us and a modem."""


class CodecError(ModemError):
    """A value and its octets do not fit together."""


class EncodeError(CodecError):
    """The value cannot be encoded; `field` names what is wrong."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


class DecodeError(CodecError):
    """The octets cannot be decoded; `field` is a dotted path, `offset` counts octets from the start."""

    def __init__(self, field: str, offset: int, reason: str) -> None:
        super().__init__(f"{field} at octet {offset}: {reason}")
        self.field = field
        self.offset = offset
        self.reason = reason


class PortError(ModemError):
    """The serial port cannot be used; `url` says which."""

    def __init__(self, url: str, reason: str) -> None:
        super().__init__(f"{url}: {reason}")
        self.url = url
        self.reason = reason


class PortBusyError(PortError):
    """Another program holds the port."""


class PortTooEarlyError(PortError):
    """The device has just been plugged in, and nothing may be written to it yet."""


class PortLostError(PortError):
    """The port vanished or was closed while in use."""


class PortGivenUpError(PortError):
    """The port is closed by us: a recovery step wants it closed."""


class PowerControlError(ModemError):
    """A step on the modem's USB device or its power could not be done."""


class ModemTimeoutError(ModemError):
    """The modem did not answer in time."""


class CommandError(ModemError):
    """The modem refused a command that must succeed; `result` is its final result line."""

    def __init__(self, command: str, result: str) -> None:
        super().__init__(f"{command}: {result}")
        self.command = command
        self.result = result


class BehaviourError(ModemError):
    """The emulated network cannot behave like that; `field` names what is wrong."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


class TranscriptError(ModemError):
    """A file is not a transcript; `line`, counted from 1, is where it goes wrong."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(f"line {line}: {reason}")
        self.line = line
        self.reason = reason
