"""Messages and reports a modem has for us: routed ones from their URC, stored ones read from their memory.

A stored message is handed up and stays where it is until the owner has it safe and calls `delete`.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Final, Protocol

import structlog

from modem.at.responses import (
    Slot,
    StoredPdu,
    is_text_mode,
    read_length,
    read_listing,
    read_slot,
    read_stored,
    read_usage,
)
from modem.at.urc import TWO_LINE
from modem.at.values import value_of
from modem.driver.events import Inbound, StoredAt
from modem.errors import DecodeError
from modem.pdu import Deliver, decode_incoming, is_whole, parse_pdu

if TYPE_CHECKING:
    from collections.abc import Callable

    from modem.at.host import Answer, Urc
    from modem.driver.health import Storage
    from modem.driver.link import Link
    from modem.driver.startup import Started

log = structlog.get_logger(__name__)

_LIST_TIMEOUT_S: Final = 30.0  # without a line: a full memory of 255 takes over 10 s, but its lines come meanwhile
_READ_TIMEOUT_S: Final = 25.0
_SELECT_TIMEOUT_S: Final = 40.0
_DELETE_ATTEMPTS: Final = 3
_DELETE_RETRY_S: Final = 1.0
# What modems say to the deletion of a slot that is empty: 27.005 3.2.5, 27.007 9.2.
_EMPTY_SLOT: Final = frozenset({("cms", 321), ("cme", 21), ("cme", 22)})
# Offered again when it is still there: whoever took it did not get it safe.
_OFFER_AGAIN_S: Final = 600.0
# <stat> 0 and 1: received unread and read; 2 and 3 are messages of our own side. 27.005 3.1.
_RECEIVED: Final = frozenset({0, 1})
_SUBMIT: Final = 0b01
_STATUS_REPORT: Final = 0b10


class OnList(Protocol):
    """Told of each list of messages."""

    def __call__(self, *, is_ended: bool) -> None:
        """The modem gave or refused it, or neither."""


class Inbox:
    """The memories of one modem, over one link after another."""

    def __init__(self, *, on_inbound: Callable[[Inbound], None], on_list: OnList, storage: Storage) -> None:
        self._on_inbound = on_inbound
        self._on_list = on_list
        self._storage = storage
        # Selecting a memory and reading from it must not be torn apart by another reader.
        self._lock = asyncio.Lock()
        self._offered: dict[StoredAt, tuple[str, float]] = {}
        self._memories: tuple[str, ...] = ()
        self._in_use: tuple[str, ...] = ()
        self._selected: str | None = None
        self._is_selectable = True
        self._is_phase2 = False
        # How many messages each memory held when it was last looked through, with what came and went since.
        self._counts: dict[str, int] = {}
        # How many the modem says there are, where that made us look: if they are not found, that is its way to count.
        self._told: dict[str, int] = {}
        # What was no message: offered when it is the same at the next look, so that it was no noise on the line.
        self._odd: dict[StoredAt, str] = {}
        self.is_in_text_mode = False

    def start(self, started: Started, *, is_same_sim: bool) -> None:
        """Begin a session: nothing is known of what is selected. Another SIM's messages are all new."""
        self._memories = started.memories
        self._in_use = started.memories_in_use
        self._selected = None
        self._counts.clear()
        self._told.clear()
        self.is_in_text_mode = False
        self._is_selectable = started.is_selectable
        self._is_phase2 = started.is_phase2
        if not is_same_sim:
            self._offered.clear()

    def route(self, urc: Urc, *, is_old: bool) -> Slot | None:
        """Take a URC about messages: hand up what it carries, or return where it says that something is stored.

        `is_old`: it may have waited in the port since before we opened it, and then nothing tells that it was not cut
        but its own length.
        """
        if urc.name in TWO_LINE and is_text_mode(urc.line):
            self._take_text_mode(urc)
        elif urc.name in {"+CMT", "+CDS"}:
            if urc.body is None:
                log.warning("the modem routed a message and did not say it", action="cut_off", line=urc.line)
            elif is_old and not _is_sound(urc.body, read_length(urc.line)):
                log.warning("what waited in the port of a message is not all of it", action="cut_off", line=urc.line)
            else:
                is_report = urc.name == "+CDS" or is_status_report(urc.body, read_length(urc.line))
                self._on_inbound(Inbound(pdu=urc.body, length=read_length(urc.line), stored=None, is_report=is_report))
        return read_slot(urc.line) if urc.name in {"+CMTI", "+CDSI"} else None

    def _take_text_mode(self, urc: Urc) -> None:
        """Keep what came in text mode as it is, and note that the modem has to be set up again."""
        self.is_in_text_mode = True
        text = urc.line if urc.body is None else f"{urc.line}\r\n{urc.body}"
        if urc.name != "+CBM":
            self._on_inbound(Inbound(pdu=text, length=None, stored=None, is_report=urc.name == "+CDS"))

    @property
    def is_behind(self) -> bool:
        """Whether a memory holds more than was found in it: messages that were not announced."""
        behind = False
        for memory, level in self._storage.levels.items():
            if memory not in self._counts:
                continue
            if level.used > self._counts[memory]:
                behind = True
                self._told[memory] = level.used
            self._counts[memory] = min(self._counts[memory], level.used)
        return behind

    async def read(self, link: Link, slot: Slot) -> bool:
        """Read one announced message and hand it up; return whether it was where the modem said."""
        async with self._lock:
            if not await self._reach(link, slot.memory):
                return False  # another memory's slot of that number would be read
            answer = await link.ask(f"AT+CMGR={slot.index}", timeout_s=_READ_TIMEOUT_S)
        found = read_stored(self._of_pdu_mode(answer)) if answer is not None and answer.is_ok else None
        if found is None:
            return False
        is_offered = self._offer(StoredAt(memory=self._known_as(slot.memory), index=slot.index), found)
        if is_offered and slot.memory in self._counts:
            self._counts[slot.memory] += 1
        # EC25 says +CDSI: "SM",0 of a report that is elsewhere, and something else is there.
        return is_offered and (not slot.is_report or is_status_report(found.pdu, found.length))

    async def sweep(self, link: Link) -> None:
        """Look through all memories and hand up what is there and was not handed up before."""
        for memory in dict.fromkeys(self._known_as(memory) for memory in self._memories or ("",)):
            async with self._lock:
                if not await self._reach(link, memory):
                    continue
                listing = await self._list(link)
            if listing is None:
                log.info("memory not listed", action="list_refused", memory=memory)
            else:
                self._counts[memory] = max(len(listing), self._told.pop(memory, 0))
            for found in listing or ():
                if found.index is not None:
                    self._offer(StoredAt(memory=memory, index=found.index), found)

    async def _list(self, link: Link) -> list[StoredPdu] | None:
        """Return what is in the memory, None when the modem refuses to tell; 27.005 4.1."""
        answer = await link.ask("AT+CMGL=4", timeout_s=_LIST_TIMEOUT_S)
        self._on_list(is_ended=answer is not None)
        if answer is not None and answer.is_ok:
            return read_listing(self._of_pdu_mode(answer))
        # A modem that does not know "all" may know "unread" and "read".
        answers = [await link.ask(f"AT+CMGL={stat}", timeout_s=_LIST_TIMEOUT_S) for stat in sorted(_RECEIVED)]
        listings = [
            read_listing(self._of_pdu_mode(answer)) for answer in answers if answer is not None and answer.is_ok
        ]
        return [found for listing in listings for found in listing] if listings else None

    async def delete(self, link: Link, stored: StoredAt) -> bool:
        """Delete one slot by its index; return whether that message is gone. Given up, it is offered again one day."""
        for attempt in range(_DELETE_ATTEMPTS):
            if attempt:
                await asyncio.sleep(_DELETE_RETRY_S)
            async with self._lock:
                if not await self._reach(link, stored.memory):
                    continue
                if await self._is_replaced(link, stored):
                    return True
                answer = await link.ask(f"AT+CMGD={stored.index}", timeout_s=_READ_TIMEOUT_S)
            failure = answer.final.failure if answer is not None and answer.final is not None else None
            is_empty = failure is not None and (failure.kind.value, failure.code) in _EMPTY_SLOT
            if answer is not None and (failure is None or is_empty):
                self._offered.pop(stored, None)
                self._odd.pop(stored, None)
                if stored.memory in self._counts:
                    self._counts[stored.memory] -= 1
                return True
        log.warning("not deleted", action="delete_failed", memory=stored.memory, index=stored.index)
        return False

    async def acknowledge(self, link: Link) -> bool:
        """Acknowledge what was routed, where phase 2+ asks for it; return whether nothing is left to. 27.005 4.7."""
        if not self._is_phase2:
            return True
        answer = await link.ask("AT+CNMA")
        return answer is not None and answer.is_ok

    async def _is_replaced(self, link: Link, stored: StoredAt) -> bool:
        """Look whether another message took the place of one that may be replaced in the modem; hand it up if so."""
        pdu, _ = self._offered.get(stored, ("", 0.0))
        if not _may_be_replaced(pdu):
            return False
        answer = await link.ask(f"AT+CMGR={stored.index}", timeout_s=_READ_TIMEOUT_S)
        found = read_stored(self._of_pdu_mode(answer)) if answer is not None and answer.is_ok else None
        return found is not None and found.pdu != pdu and self._offer(stored, found)

    def _of_pdu_mode(self, answer: Answer) -> tuple[str, ...]:
        """Give the lines of an answer, and note when they are those of text mode."""
        self.is_in_text_mode = self.is_in_text_mode or any(map(is_text_mode, answer.lines))
        return answer.lines

    def _offer(self, stored: StoredAt, found: StoredPdu) -> bool:
        """Hand up what was not handed up before; return whether it is something to be handed up at all."""
        if found.stat not in _RECEIVED and (found.stat is not None or _type_of(found.pdu, found.length) == _SUBMIT):
            return False
        if not _is_message(found) and self._odd.get(stored) != found.pdu:
            self._odd[stored] = found.pdu
            return False
        now = asyncio.get_running_loop().time()
        pdu, offered_at = self._offered.get(stored, ("", 0.0))
        if pdu == found.pdu and now - offered_at < _OFFER_AGAIN_S:
            return True
        self._offered[stored] = (found.pdu, now)
        is_report = is_status_report(found.pdu, found.length)
        self._on_inbound(Inbound(pdu=found.pdu, length=found.length, stored=stored, is_report=is_report))
        return True

    def _known_as(self, memory: str) -> str:
        """Return the name of a memory, none where a modem without +CPMS has only one, whatever it calls it."""
        return memory if self._is_selectable else ""

    async def _reach(self, link: Link, memory: str) -> bool:
        return not self._is_selectable or not memory or await self._select(link, memory)

    async def _select(self, link: Link, memory: str) -> bool:
        """Make `memory` the one that is read and deleted from, and leave the others of +CPMS as they are."""
        if memory == self._selected:
            return True
        for names in dict.fromkeys(((memory,), (memory, *self._in_use[1:2]), (memory, *self._in_use[1:3]))):
            parameters = ",".join(f'"{name}"' for name in names)
            answer = await link.ask(f"AT+CPMS={parameters}", timeout_s=_SELECT_TIMEOUT_S)
            if answer is not None and answer.is_ok:
                self._selected = memory
                self._note_level(memory, answer.lines)
                return True
        return False

    def _note_level(self, memory: str, lines: tuple[str, ...]) -> None:
        with contextlib.suppress(StopIteration):
            used, total = read_usage(next(line for line in lines if value_of(line, "+CPMS") is not None))
            if used is not None and total is not None:
                self._storage.note(memory, used, total)


def _is_message(found: StoredPdu) -> bool:
    return _is_decodable(found.pdu, found.length)


def _is_sound(pdu: str, length: int | None) -> bool:
    """Tell a routed line that is all there, and a message or a report, from half of one or an echo between lines."""
    return length is not None and is_whole(pdu, length=length) and _is_decodable(pdu, length)


def _is_decodable(pdu: str, length: int | None) -> bool:
    try:
        decode_incoming(parse_pdu(pdu, length=length).tpdu)
    except DecodeError:
        return False
    return True


def _may_be_replaced(pdu: str) -> bool:
    """Tell a message of a replace type, which a modem overwrites in its place; TS 23.040 9.2.3.9."""
    try:
        message = decode_incoming(parse_pdu(pdu).tpdu)
    except DecodeError:
        return False
    return isinstance(message, Deliver) and message.replace_type is not None


def is_status_report(pdu: str, length: int | None) -> bool:
    """Tell a STATUS-REPORT from a DELIVER; `length` helps with the phones that leave the SMSC field out."""
    return _type_of(pdu, length) == _STATUS_REPORT


def _type_of(pdu: str, length: int | None) -> int | None:
    """Return TP-MTI, the two low bits of the first octet, None where there is none; TS 23.040 9.2.3.1."""
    try:
        octets = bytes.fromhex(pdu)
    except ValueError:
        return None
    start = 0 if len(octets) == length else 1 + octets[0] if octets else 0
    return octets[start] & 0b11 if start < len(octets) else None
