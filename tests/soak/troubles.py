"""Everything that goes wrong on such a day: with one modem, the network, the box, the customer's server."""

from __future__ import annotations

import asyncio
import random
import sqlite3
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from modem.emulator.breakage.shelf import build
from modem.emulator.card.sim import Sim
from modem.emulator.network.cell import Congestion
from modem.emulator.network.chance import Window
from modem.emulator.numbering import SMSC_NUMBER, identity
from modem.emulator.radio import Registration

if TYPE_CHECKING:
    from tests.soak.day import Day

STAGES = ("command", "prompt", "body", "sent")
MINUTE = 60.0
# Their numbers are far from those of the modems' own cards.
SPARE_CARDS = 5000
HOT = 0.5
"""How often a SIM is changed in a modem at work."""


@dataclass(frozen=True)
class Trouble:
    """One kind; `weight` is how often it comes, `begin` ends when everything is as before. Those of the box have no
    modem: they get -1."""

    name: str
    weight: float
    begin: Callable[[Day, int, random.Random], Awaitable[None]]
    is_of_box: bool = False


def _fault(
    name: str, weight: float, make: Callable[[random.Random], dict[str, Any]], *, needs_person: bool = False
) -> Trouble:
    """A fault of the shelf; when it needs a person, one comes after a while and pulls the plug for a moment."""

    async def begin(day: Day, modem: int, chance: random.Random) -> None:
        table = make(chance)
        armed = day.rack.arm(modem, *build(table))
        await asyncio.sleep(chance.uniform(6, 20) * MINUTE if needs_person else table.get("lasting_s", 0) + 4 * MINUTE)
        if day.rack.disarm(modem, armed.number) and needs_person:
            await _pull_plug(day, modem, 5.0)

    return Trouble(name, weight, begin)


async def _pull_plug(day: Day, modem: int, seconds: float) -> None:
    day.rack.unplug(modem)
    await asyncio.sleep(seconds)
    day.rack.plug(modem)


def _submit(name: str, weight: float, **table: Any) -> Trouble:
    return _fault(name, weight, lambda _: {"on": "submit", **table})


def _at_any_stage(name: str, weight: float, *, needs_person: bool = False, **table: Any) -> Trouble:
    return _fault(
        name,
        weight,
        lambda chance: {"on": "submit", "stage": chance.choice(STAGES), **table},
        needs_person=needs_person,
    )


HANGS = (
    _at_any_stage("hangs 10 s in a submit", 4, fault="hang", lasting_s=10.0),
    _at_any_stage("hangs 60 s in a submit", 3, fault="hang", lasting_s=60.0),
    _fault("hangs 10 s", 2, lambda _: {"fault": "hang", "lasting_s": 10.0}),
    _fault("hangs 60 s, some lines come", 2, lambda _: {"fault": "hang", "lasting_s": 60.0, "has_urcs": True}),
    _at_any_stage("hangs until ESC", 2, fault="hang", cured_by="escape"),
    _at_any_stage("hangs until re-open", 3, fault="hang", cured_by="reopen"),
    _at_any_stage("hangs until CFUN", 3, fault="hang", cured_by="cfun", needs_person=True),
    _at_any_stage("hangs until power", 3, fault="hang", cured_by="power", needs_person=True),
    _fault("submits never end", 2, lambda c: {"fault": "half_hang", "sends": c.random() < 0.5}, needs_person=True),
    _fault("lists never end", 1, lambda _: {"fault": "half_hang", "commands": "+CMGL*"}, needs_person=True),
    _fault("port takes nothing", 2, lambda c: {"fault": "port_blocked", "stage": c.choice(STAGES)}, needs_person=True),
)

ANSWERS = (
    _submit("answer lost, taken", 4, fault="lost_result", sends=True),
    _submit("answer lost, not taken", 4, fault="lost_result", sends=False),
    _submit("answer lost, deaf 40 s", 2, fault="lost_result", sends=True, busy_s=40.0),
    _submit("OK lost", 3, fault="lost_result", part="result"),
    _submit("+CMGS lost", 3, fault="lost_result", part="line"),
    _fault("answer late", 4, lambda c: {"fault": "late_result", "delay_s": c.uniform(5, 150), "is_busy": True}),
    _fault("answer late, free", 4, lambda c: {"fault": "late_result", "delay_s": c.uniform(5, 150), "is_busy": False}),
    _submit("OK late", 2, fault="late_result", part="result", delay_s=25.0),
    _submit("two OK", 2, fault="doubled_result"),
    _submit("report before answer", 3, fault="report_before_result", delay_s=6.0),
    _fault("+CMS error, not taken", 5, lambda c: {
        "fault": "send_error", "code": c.choice((38, 41, 42, 47, 69, 302, 310, 313, 331, 500, 512)), "sends": False}),
    _fault("+CMS error, taken", 3, lambda c: {"fault": "send_error", "code": c.choice((332, 513)), "sends": True}),
    _submit("+CMS error late, taken", 2, fault="send_error", code=500, sends=True, delay_s=40.0),
    _fault("all submits refused", 2, lambda c: {
        "fault": "send_error", "code": c.choice((38, 500)), "sends": False, "times": 0, "lasting_s": 600.0}),
    _submit("+CMS error after ESC", 1, fault="result_after_escape"),
    _submit("no prompt", 3, fault="prompt_missing"),
    _submit("no prompt, forgotten", 2, fault="prompt_missing", takes_body=False),
    _submit("prompt slow", 2, fault="prompt_slow", delay_s=8.0),
    _submit("prompt split", 1, fault="prompt_split"),
    _submit("prompt without blank", 1, fault="prompt_without_space"),
)  # fmt: skip

LINES = (
    _fault("garbage", 2, lambda c: {"fault": "garbage", "count": c.randint(1, 400)}),
    _fault("NULs", 1, lambda c: {"fault": "garbage", "count": c.randint(1, 400), "is_nul": True}),
    _fault("octet by octet", 2, lambda _: {"fault": "bytewise", "gap_s": 0.002, "lasting_s": 60.0}),
    _fault("slow line", 1, lambda _: {"fault": "slow_line", "lasting_s": 60.0}),
    _fault("echo on again", 2, lambda _: {"fault": "echo_on_again"}),
    _fault("numeric results", 2, lambda _: {"fault": "numeric_results"}),
    _fault("wrong speed until re-open", 1, lambda _: {"fault": "wrong_baud"}, needs_person=True),
    _fault("line in an answer", 2, lambda c: {
        "fault": "intrusion", "command": "*", "times": 5, "place": c.choice(("echo", "header", "result"))}),
    _submit("line at the prompt", 1, fault="intrusion", place="prompt"),
    _fault("rude lines", 2, lambda _: {"fault": "rude_urcs", "lasting_s": 300.0}),
    _fault("storm of lines", 2, lambda _: {"fault": "urc_storm", "every_s": 5.0, "times": 0, "lasting_s": 200.0}),
    _fault("lines lost", 2, lambda _: {"fault": "urcs_lost", "lasting_s": 300.0}),
    _fault("+CNMI lost", 2, lambda _: {"fault": "indications_lost"}),
    _fault("boot lines in a command", 1, lambda _: {"fault": "boot_burst"}),
    _fault("command refused", 2, lambda c: {
        "fault": "command_refused", "command": c.choice(("+CSQ*", "+CREG*", "+CMGL*", "+CMGR*", "+CMGD*", "*"))}),
    _fault("command unanswered", 2, lambda c: {
        "fault": "command_unanswered", "command": c.choice(("+CSQ*", "+CREG*", "+CMGL*", "+CMGR*", "+CMGD*", "*"))}),
)  # fmt: skip


async def _unplug(day: Day, modem: int, chance: random.Random) -> None:
    await _pull_plug(day, modem, chance.choice((3.0, 10.0, chance.uniform(60, 600))))


async def _replug_elsewhere(day: Day, modem: int, chance: random.Random) -> None:
    day.rack.unplug(modem)
    await asyncio.sleep(chance.uniform(2, 30))
    day.move_to_free_socket(modem)
    day.rack.plug(modem)
    await asyncio.sleep(MINUTE)


PLUGS = (
    Trouble("unplugged 3 s to 10 min", 5, _unplug),
    Trouble("plugged in elsewhere", 4, _replug_elsewhere),
    _at_any_stage("unplugged 3 s in a submit", 4, fault="unplug", returns_after_s=3.0),
    _at_any_stage("port lost, power kept", 2, fault="unplug", returns_after_s=2.0, keeps_power=True),
    _at_any_stage("restarts in a submit", 4, fault="restart"),
    _fault("restarts", 2, lambda _: {"fault": "restart"}),
    _fault("restarts with numeric results", 1, lambda _: {"fault": "restart", "numeric": True}),
)


async def _eject(day: Day, modem: int, chance: random.Random) -> None:
    card = _take_card(day, modem)
    if card is not None:
        await asyncio.sleep(chance.uniform(10, 600))
        _put_card(day, modem, card)
        await asyncio.sleep(MINUTE)


async def _swap_card(day: Day, modem: int, chance: random.Random) -> None:
    """Put a SIM in that nobody has seen before, and the first one back in later."""
    if not day.rack.machines[modem].equipment.is_card_present:
        return
    own = day.rack.machines[modem].equipment.sim
    for card in (Sim(identity(SPARE_CARDS + modem), smsc=SMSC_NUMBER), own):
        await _change_cards(day, {modem: card}, is_hot=chance.random() < HOT)
        await asyncio.sleep(chance.uniform(3, 15) * MINUTE)


async def _exchange_cards(day: Day, modem: int, chance: random.Random) -> None:
    """Let two modems have each other's SIM for a while."""
    other = day.reserve_another(chance)
    if other is None:
        return
    try:
        for _ in range(2):
            one_card, other_card = (day.rack.machines[index].equipment.sim for index in (modem, other))
            await _change_cards(day, {modem: other_card, other: one_card}, is_hot=chance.random() < HOT)
            await asyncio.sleep(chance.uniform(3, 15) * MINUTE)
    finally:
        day.release(other)


async def _change_cards(day: Day, cards: dict[int, Sim], *, is_hot: bool) -> None:
    """Give modems these SIMs: at work (`is_hot`), as into a drawer, or pulled out and plugged in again."""
    for modem in cards:
        if not is_hot:
            day.rack.unplug(modem)
        _take_card(day, modem)
    await asyncio.sleep(10)
    for modem, card in cards.items():
        _put_card(day, modem, card)
        if not is_hot:
            day.rack.plug(modem)


def _take_card(day: Day, modem: int) -> Sim | None:
    machine = day.rack.machines[modem]
    if not machine.equipment.is_card_present:
        return None
    card = machine.equipment.sim
    day.rack.handle(modem, lambda machine, now: machine.eject(now))
    return card


def _put_card(day: Day, modem: int, card: Sim) -> None:
    day.rack.handle(modem, lambda machine, now: machine.insert(card, now))


async def _lock_sim(day: Day, modem: int, chance: random.Random) -> None:
    """The SIM wants a PIN that nobody has given us; later somebody unlocks it in a phone."""
    day.rack.arm(modem, *build({"fault": "sim_locked"}))
    await _pull_plug(day, modem, 5.0)
    await asyncio.sleep(chance.uniform(3, 10) * MINUTE)
    day.rack.unplug(modem)
    await asyncio.sleep(5)
    day.rack.machines[modem].equipment.sim.is_pin_asked = False
    day.rack.plug(modem)
    await asyncio.sleep(MINUTE)


async def _register(day: Day, modem: int, chance: random.Random) -> None:
    imsi = identity(modem).imsi
    registration = chance.choice((Registration.SEARCHING, Registration.DENIED, Registration.NONE))
    day.rack.change(lambda network, now: network.register(imsi, registration, now))
    await asyncio.sleep(chance.choice((10.0, chance.uniform(30, 900))))
    day.rack.change(lambda network, now: network.register(imsi, Registration.HOME, now))


CARDS_AND_AIR = (
    Trouble("SIM out and in", 4, _eject),
    Trouble("another SIM for a while", 2, _swap_card),
    Trouble("SIMs of two modems exchanged", 2, _exchange_cards),
    Trouble("SIM locked for a while", 2, _lock_sim),
    _fault("SIM busy", 2, lambda c: {"fault": "sim_busy", "lasting_s": c.uniform(5, 60)}),
    _fault("SIM fails until power", 1, lambda c: {"fault": "sim_absent", "has_failed": c.random() < 0.5},
           needs_person=True),
    Trouble("not registered or denied", 5, _register),
    _fault("no service for a while", 3, lambda c: {
        "fault": "no_service", "state": c.choice(("searching", "denied", "none")), "lasting_s": c.uniform(10, 300)}),
    _fault("signal not known", 1, lambda _: {"fault": "no_signal", "lasting_s": 300.0}),
    _fault("memory of the SIM full", 3, lambda c: {"fault": "storage_full", "leaves": c.choice((0, 0, 2))}),
    _fault("memory of the modem full", 1, lambda _: {"fault": "storage_full", "memory": "ME"}),
)  # fmt: skip


# -- the box, the network as a whole, the customer ---------------------------------------------------


async def _restart_service(day: Day, _modem: int, chance: random.Random) -> None:
    async with day.service_is_mine:
        await day.stop_service()
        await asyncio.sleep(chance.choice((0.0, chance.uniform(0.5, 60))))
        await day.start_service()


async def _kill_service(day: Day, _modem: int, chance: random.Random) -> None:
    async with day.service_is_mine:
        if chance.random() < 0.7:
            # In the middle of something: most times of a day nothing at all is under way.
            await day.until_submits(chance.randint(1, 6))
        day.kill_service()
        await asyncio.sleep(chance.choice((0.5, chance.uniform(1, 60))))
        await day.start_service()


async def _fill_disk(day: Day, _modem: int, chance: random.Random) -> None:
    async with day.service_is_mine:
        await day.service.order("fill_disk", is_full=True)
        await asyncio.sleep(chance.uniform(5, 120))
        await day.service.order("fill_disk", is_full=False)


async def _lock_database(day: Day, _modem: int, chance: random.Random) -> None:
    """Another program has the database, as a backup tool may."""
    async with day.service_is_mine:
        with sqlite3.connect(day.database, isolation_level=None, timeout=1) as other:
            other.execute("BEGIN IMMEDIATE")
            await asyncio.sleep(chance.uniform(2, 60))
            other.execute("ROLLBACK")
        other.close()


async def _receiver_trouble(day: Day, _modem: int, chance: random.Random) -> None:
    async with day.receiver_is_mine:
        mood = chance.choice(("down", "broken", "asleep"))
        if mood == "down":
            await day.receiver.stop()
            await asyncio.sleep(chance.uniform(30, 1200))
            await day.receiver.start()
        else:
            day.receiver.mood = mood
            await asyncio.sleep(chance.uniform(30, 1200))
            day.receiver.mood = "ok"


async def _congest(day: Day, _modem: int, chance: random.Random) -> None:
    async with day.cell_is_mine:
        now = day.rack.clock.now()
        until_s = now + chance.uniform(60, 600)
        window = Window(from_s=now, until_s=until_s)
        congestion = Congestion(window=window, refused=chance.uniform(0.1, 0.9), slowdown=chance.uniform(1, 4))
        day.set_congestion((congestion,))
        await asyncio.sleep(until_s - now)
        day.set_congestion(())


KILLED = "service killed"
BOX = (
    Trouble("service stopped and started", 3, _restart_service, is_of_box=True),
    Trouble(KILLED, 3, _kill_service, is_of_box=True),
    Trouble("disk full", 2, _fill_disk, is_of_box=True),
    Trouble("database locked", 2, _lock_database, is_of_box=True),
    Trouble("customer's server down", 3, _receiver_trouble, is_of_box=True),
    Trouble("cell congested", 2, _congest, is_of_box=True),
)

TROUBLES = (*HANGS, *ANSWERS, *LINES, *PLUGS, *CARDS_AND_AIR, *BOX)
