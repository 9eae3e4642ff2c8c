"""The driver in dispatch's words: how a modem is, and what was learnt about bringing one back."""

from __future__ import annotations

import asyncio
from pathlib import Path

from gateway.config.settings import Settings
from gateway.core.history import Cure
from gateway.core.span import NetworkStanding, SpanState
from gateway.dispatch.radio import NotReady, RadioEvent, Ready
from gateway.modem_ports import ModemPorts
from gateway.modem_radio import RadioMaker
from modem.driver import Rung, Symptom
from modem.driver.pins import MemoryPinLedger
from modem.emulator.numbering import identity
from modem.emulator.rack.rack import Rack
from tests.support.waiting import until

WHERE_IS_IT = "the port is not there: the modem is unplugged, or the port has another name"
MODEL = "gsm-gateway Emulated modem"


async def test_what_earlier_processes_learnt_is_known_and_what_is_learnt_is_told() -> None:
    remembered: list[Cure] = []
    maker = RadioMaker(Settings(), ModemPorts(Settings().modems), MemoryPinLedger(), remember=remembered.append)
    maker.begin_with(
        [
            Cure(model=MODEL, symptom="SILENT", step="REBOOT"),
            # Words of another version.
            Cure(model=MODEL, symptom="NO_SUCH_SYMPTOM", step="REOPEN"),
            Cure(model=MODEL, symptom="NO_SIGNAL", step="NO_SUCH_STEP"),
        ]
    )
    experience = maker._experience
    assert experience.recall(MODEL, Symptom.SILENT) is Rung.REBOOT
    assert experience.recall(MODEL, Symptom.NO_SIGNAL) is None
    assert remembered == []
    experience.learn(MODEL, Symptom.NO_SIGNAL, Rung.RADIO)
    experience.unlearn(MODEL, Symptom.SILENT, Rung.REBOOT)
    assert remembered == [
        Cure(model=MODEL, symptom="NO_SIGNAL", step="RADIO"),
        Cure(model=MODEL, symptom="SILENT", step=""),
    ]


async def test_health_is_what_the_modem_says_of_itself(tmp_path: Path) -> None:
    rack = Rack(count=1, directory=tmp_path / "modems", boot_s=0)
    await rack.start()
    events: list[RadioEvent] = []
    radio = RadioMaker(Settings(), ModemPorts(Settings().modems), MemoryPinLedger(), remember=lambda _: None)(
        str(rack.ports[0]), 0.0, events.append
    )
    running = asyncio.create_task(radio.run())
    try:
        await until(lambda: any(isinstance(event, Ready) for event in events))
        await radio.submit(bytes.fromhex("0100039121F30000036F7719"), is_more_coming=False, on_air=lambda: None)
        # Memories are looked at between submits.
        await until(lambda: {memory.name for memory in radio.health.memories} >= {"SM", "ME"})
        health = radio.health
        assert (health.model, health.imei) == (MODEL, identity(0).imei)
        assert (health.registration, health.standing) == ("registered in the home network", NetworkStanding.HOME)
        assert (health.accepted, health.refused) == (1, 0)
    finally:
        await radio.close()
        await running
        await rack.stop()


async def test_port_that_is_not_there_is_missing(tmp_path: Path) -> None:
    events: list[RadioEvent] = []
    radio = RadioMaker(Settings(), ModemPorts(Settings().modems), MemoryPinLedger(), remember=lambda _: None)(
        str(tmp_path / "nothing"), 0.0, events.append
    )
    running = asyncio.create_task(radio.run())
    await until(lambda: bool(events))
    await radio.close()
    await running
    assert events[0] == NotReady(reason=WHERE_IS_IT, identity=None, state=SpanState.MISSING)
