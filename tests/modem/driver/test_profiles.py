"""Every model on the shelf, emulated: the driver finds out which it is, and it starts, sends, receives and reports."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from modem.driver import Accepted, Inbound, Modem, Ready
from modem.emulator.rack.rack import Rack
from modem.pdu import Address, Deliver, StatusReport, decode_incoming, plan, submits
from modem.profiles import load_profiles
from tests.modem.driver.driving import FAST, Owner

if TYPE_CHECKING:
    from pathlib import Path

    from modem.profile import Profile

PERSON = "+491711234567"
PROFILES = load_profiles()


def decoded(inbound: Inbound) -> Deliver | StatusReport:
    octets = bytes.fromhex(inbound.pdu)
    return decode_incoming(octets[1 + octets[0] :])


@pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES.keys())
async def test_the_driver_starts_sends_receives_and_gets_the_report(tmp_path: Path, profile: Profile) -> None:
    rack = Rack(count=1, directory=tmp_path, personalities=(profile.personality,))
    await rack.start()
    owner = Owner()
    modem = Modem(str(rack.ports[0]), on_event=owner.take, options=FAST)
    running = asyncio.create_task(modem.run())
    try:
        identity = (await owner.until(Ready)).identity
        assert modem.profile is profile
        assert identity.profile == profile.name
        machine = rack.machines[0].equipment
        assert (identity.manufacturer, identity.model) == (profile.personality.manufacturer, profile.personality.model)
        assert (identity.imei, identity.imsi, identity.iccid) == (
            machine.identity.imei,
            machine.sim.imsi,
            machine.sim.iccid,
        )

        (submit,) = submits(plan("hello"), Address.parse(PERSON), concat_ref=1, request_report=True)
        assert isinstance(await modem.submit(submit.encode()), Accepted)
        (shown,) = await rack.messages(PERSON)
        assert shown.text == "hello"
        report = await owner.until(Inbound, matching=lambda inbound: inbound.is_report)
        assert isinstance(decoded(report), StatusReport)

        rack.write(PERSON, shown.sender, "thank you")
        inbound = await owner.until(Inbound, matching=lambda inbound: not inbound.is_report)
        assert isinstance(decoded(inbound), Deliver)
        assert inbound.stored is not None
        await modem.delete(inbound.stored)
        assert machine.memory(inbound.stored.memory).get(inbound.stored.index) is None
    finally:
        await modem.close()
        await running
        await rack.stop()


@pytest.mark.parametrize("name", [name for name, profile in PROFILES.items() if profile.personality.boot.refusals])
async def test_the_driver_waits_for_a_model_that_is_still_starting(tmp_path: Path, name: str) -> None:
    """Half a second for a start that takes the model nine: its order and its refusals are what matters here."""
    rack = Rack(count=1, directory=tmp_path, personalities=(PROFILES[name].personality,), boot_s=0.5)
    await rack.start()
    rack.unplug(0)
    rack.plug(0)
    owner = Owner()
    modem = Modem(str(rack.ports[0]), on_event=owner.take, options=FAST)
    running = asyncio.create_task(modem.run())
    try:
        assert (await owner.until(Ready)).identity.profile == name
        (submit,) = submits(plan("hello"), Address.parse(PERSON), concat_ref=1)
        assert isinstance(await modem.submit(submit.encode()), Accepted)
    finally:
        await modem.close()
        await running
        await rack.stop()
