"""What a model does otherwise than the common command set: its own commands, refusals, restarts and spellings."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from modem.at.command import parse_line
from modem.emulator.equipment import access
from modem.emulator.refusal import UnknownCommandError, refusal_in_words
from modem.pdu.semioctet import swap

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modem.at.command import Command
    from modem.emulator.equipment.equipment import Equipment
    from modem.emulator.machine.boot import Boot

# What only a card can tell; without one such a command is refused like those of the common set.
_OF_THE_CARD: Final = ("{imsi}", "{iccid", "{pin_", "{puk_")


class Manner:
    """The personality of one machine, asked before the common commands are."""

    def __init__(self, equipment: Equipment, boot: Boot) -> None:
        self._equipment = equipment
        self._personality = equipment.personality
        self._boot = boot
        # Set by a command that switches the modem off, with the line said then; the machine does it behind the answer.
        self.last_word: str | None = None
        spellings = [(re.compile(pattern), template) for pattern, template in self._personality.spellings]
        if spellings:
            equipment.device.spell = lambda line: _spelled(line, spellings)

    def meant(self, command: Command) -> Command:
        """Return the command of the common set that a command of the model stands for; itself when it is one."""
        alias = self._personality.aliases.get(command.text)
        return command if alias is None else parse_line(alias).commands[0]

    def answer(self, command: Command, now: float) -> Sequence[str] | None:
        """Return the lines of the model's own answer, None when the common command set answers; may refuse."""
        text = command.text
        personality = self._personality
        if (result := self._boot.refusal(text, now)) is not None:
            raise refusal_in_words(result)
        self._boot.hear(text)
        if is_restart := text in personality.restarts:
            self._equipment.is_reboot_due = True
        if is_end := text in personality.switches_off:
            self.last_word = personality.switches_off[text]
        answer = personality.answers.get(text)
        if answer is None:
            answer = personality.answers.get(command.name + command.form.value)
        if answer is None and (is_restart or is_end):
            answer = ()
        if answer is not None:
            if any(word in line for line in answer for word in _OF_THE_CARD):
                access.card(self._equipment)
            return [self.filled(line) for line in answer]
        if command.name in personality.missing:
            raise UnknownCommandError(personality.unknown_command)
        return None

    def filled(self, line: str) -> str:
        """Return a line of the personality with what is the machine's and the card's own in it."""
        if "{" not in line:
            return line
        card = self._equipment.sim
        return line.format(
            imei=self._equipment.identity.imei,
            imsi=card.imsi,
            iccid=card.iccid,
            iccid_swapped=swap(bytes.fromhex(card.iccid + "F" * (len(card.iccid) % 2))).hex().upper(),
            # Quectel EC2x and SIMCom SIM800 command manuals, +CPIN.
            pin_state=card.wanted.value if self._equipment.is_card_present else "NOT INSERTED",
            pin_tries=card.pin.tries_left,
            puk_tries=card.pin.unblock_tries_left,
        )


def _spelled(line: str, spellings: Sequence[tuple[re.Pattern[str], str]]) -> str:
    for pattern, template in spellings:
        line = pattern.sub(template, line, count=1)
    return line
