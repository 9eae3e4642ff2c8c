"""What people do with their phones: write any kind of message, and call."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, Final, Literal

from pydantic import Field

from modem.emulator.action import Action, ActionError, ModemAction
from modem.emulator.border import Checked, Octets
from modem.emulator.network import Letter, flash, indication, replacement, silent, wap_push
from modem.pdu import Ports, WaitingKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from modem.emulator.rack.rack import Rack

MOST_RING_S: Final = 3600


class Sent(Checked):
    """What became of a message that was written."""

    segments: int
    """How many went out."""


class AppPorts(Checked):
    """Application ports."""

    destination: int = Field(ge=0, le=65535)
    source: int = Field(ge=0, le=65535)


class Write(Action):
    """Let a person send a message from a phone: a text, or with `kind` something else.

    flash: shown at once. silent: type 0, no trace of it is shown. replacement: in place of an earlier one of the same
    `replace_type`. binary: `data`. wap_push: an invitation to open `url`. indication: `waiting` messages elsewhere.
    """

    path: ClassVar[str] = "/handsets/{sender}/messages"
    answer: ClassVar[type[Checked] | None] = Sent
    example: ClassVar[dict[str, Any]] = {"to": "+33639980001", "text": "Hello"}
    do: Literal["write"] = "write"
    sender: str
    """The number of the phone, or a name of up to 11 characters."""
    to: str
    """The number of a modem's SIM; see /modems."""
    kind: Literal["text", "flash", "silent", "replacement", "binary", "wap_push", "indication"] = "text"
    text: str = ""
    data: Octets = ""
    url: str = ""
    """Without http://."""
    title: str = ""
    replace_type: int = Field(default=1, ge=1, le=7)
    waiting: Literal["voicemail", "fax", "email", "other"] = "voicemail"
    is_active: bool = True
    """Whether the indication is switched on, or off."""
    message_class: int | None = Field(default=None, ge=0, le=3)
    pid: int | None = Field(default=None, ge=0, le=255)
    """TP-PID as it is."""
    dcs: int | None = Field(default=None, ge=0, le=255)
    """TP-DCS as it is, also a wrong one."""
    ports: AppPorts | None = None
    concat_ref: int | None = Field(default=None, ge=0, le=65535)
    """Reference of the segments; chance without it."""
    concat_bits: Literal[8, 16] = 8
    order: list[int] | None = None
    """Which segments are sent, counted from 1, in which order; one may be missing or come twice."""

    def run(self, rack: Rack) -> Sent:
        """Do it."""
        letter = self._letter()
        return Sent(segments=rack.change(lambda network, now: network.post(letter, self.sender, self.to, now)))

    def _letter(self) -> Letter:
        kinds: dict[str, Callable[[], Letter]] = {
            "text": lambda: Letter(text=self._needed("text")),
            "flash": lambda: flash(self._needed("text")),
            "silent": silent,
            "replacement": lambda: replacement(self._needed("text"), self.replace_type),
            "binary": lambda: Letter(data=bytes.fromhex(self._needed("data"))),
            "wap_push": lambda: wap_push(self._needed("url"), self.title),
            "indication": lambda: indication(
                WaitingKind[self.waiting.upper()], is_active=self.is_active, text=self.text, is_stored=bool(self.text)
            ),
        }
        changes: dict[str, Any] = {
            "message_class": self.message_class,
            "pid": self.pid,
            "dcs": self.dcs,
            "ports": Ports(destination=self.ports.destination, source=self.ports.source) if self.ports else None,
            "concat_ref": self.concat_ref,
            "order": None if self.order is None else tuple(self.order),
        }
        given = {name: value for name, value in changes.items() if value is not None}
        return replace(kinds[self.kind](), concat_bits=self.concat_bits, **given)

    def _needed(self, field: str) -> str:
        value: str = getattr(self, field)
        if not value:
            raise ActionError(field, f"must not be empty for kind {self.kind}")
        return value


class Inject(Action):
    """Let the service centre send octets as they are to a number: any TPDU, or what is none."""

    path: ClassVar[str] = "/network/octets"
    example: ClassVar[dict[str, Any]] = {"to": "+33639980001", "tpdu": "00"}
    do: Literal["inject"] = "inject"
    to: str
    tpdu: Octets

    def run(self, rack: Rack) -> None:
        """Do it."""
        rack.change(lambda network, now: network.inject(self.to, bytes.fromhex(self.tpdu), now))


class Call(ModemAction):
    """Let somebody call a modem, until it answers or `ring_s` are over."""

    path: ClassVar[str] = "/modems/{modem}/call"
    example: ClassVar[dict[str, Any]] = {"caller": "+491711234567"}
    do: Literal["call"] = "call"
    caller: str | None = None
    """Without it the number is withheld."""
    ring_s: float = Field(default=30.0, gt=0, le=MOST_RING_S)
    every_s: float = Field(default=5.0, ge=0.1, le=MOST_RING_S)

    def run(self, rack: Rack) -> None:
        """Do it."""
        imsi = self.imsi(rack)
        is_ringing = rack.change(
            lambda network, now: network.call(self.caller, imsi, now, ring_s=self.ring_s, every_s=self.every_s)
        )
        if not is_ringing:
            raise ActionError("modem", "it has no service, or a call already", is_conflict=True)


class HangUp(ModemAction):
    """Let the other side of a modem's call hang up; nothing happens without a call."""

    path: ClassVar[str] = "/modems/{modem}/hang_up"
    do: Literal["hang_up"] = "hang_up"

    def run(self, rack: Rack) -> None:
        """Do it."""
        imsi = self.imsi(rack)
        rack.change(lambda network, _: network.hang_up(imsi))


ACTIONS: Final[tuple[type[Action], ...]] = (Write, Inject, Call, HangUp)
