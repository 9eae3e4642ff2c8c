"""USSD, calls and SIMs with emulated modems of several models, behind real ports."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from modem.driver import (
    Accepted,
    IncomingCall,
    Modem,
    ModemState,
    NotReady,
    Ready,
    SimOptions,
    UssdFailed,
    UssdReply,
    UssdSaid,
    UssdStatus,
)
from modem.driver.pins import MemoryPinLedger
from modem.emulator.actions.card import EjectSim, LockSim
from modem.emulator.actions.people import Call
from modem.emulator.actions.ussd import BeginUssd
from modem.emulator.breakage.shelf import build
from modem.emulator.card.sim import Sim
from modem.emulator.numbering import identity
from modem.emulator.rack.rack import Rack
from modem.profiles import generic, huawei_e173, quectel_ec25, sim800
from tests.modem.driver.driving import FAST, Owner
from tests.modem.driver.test_sim import Pin
from tests.modem.emulator.faults.sending import TPDU
from tests.support.waiting import until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from modem.driver import ModemOptions
    from modem.profile import Profile

E173 = replace(huawei_e173.PROFILE, is_ussd_packed=True)


@contextlib.asynccontextmanager
async def driven(
    directory: Path, profile: Profile, options: ModemOptions = FAST, *, is_ready_expected: bool = True
) -> AsyncIterator[tuple[Rack, Modem, Owner]]:
    rack = Rack(count=1, directory=directory, boot_s=0, personalities=(profile.personality,))
    await rack.start()
    owner = Owner()
    modem = Modem(str(rack.ports[0]), on_event=owner.take, options=options, profile=profile)
    if not is_ready_expected:
        LockSim(modem=0, pin="4711").run(rack)
    running = asyncio.create_task(modem.run())
    try:
        if is_ready_expected:
            await owner.until(Ready)
        yield rack, modem, owner
    finally:
        await modem.close()
        await running
        await rack.stop()


MODELS = pytest.mark.parametrize(
    "profile", [generic.PROFILE, E173, quectel_ec25.PROFILE, sim800.PROFILE], ids=lambda profile: profile.name
)


@MODELS
async def test_balance_and_menu_by_ussd(tmp_path: Path, profile: Profile) -> None:
    async with driven(tmp_path, profile) as (_, modem, _owner):
        balance = await modem.ussd("*100#")
        assert isinstance(balance, UssdReply)
        assert (balance.status, (balance.text or "")[:16]) == (UssdStatus.DONE, "Your balance is ")
        menu = await modem.ussd("*101#")
        assert menu == UssdReply(status=UssdStatus.ANSWER_WANTED, text="1 Balance\n2 My number\n0 End")
        number = await modem.ussd("2", is_answer=True)
        assert number == UssdReply(status=UssdStatus.ANSWER_WANTED, text="Your number is +33639980001.\n9 Back")
        await modem.cancel_ussd()
        assert await modem.ussd("9", is_answer=True) == UssdFailed(reason="no USSD dialogue is open any more")
        unknown = await modem.ussd("*999#")
        assert unknown == UssdReply(status=UssdStatus.NOT_SUPPORTED, text=None)
        assert isinstance(await modem.submit(TPDU), Accepted)


async def test_network_that_begins_a_dialogue_is_heard_and_answered(tmp_path: Path) -> None:
    async with driven(tmp_path, generic.PROFILE) as (rack, modem, owner):
        pages = {"start": {"text": "Please rate us.", "choices": {"*": "end"}}, "end": {"text": "Thank you: 5 €"}}
        BeginUssd.model_validate({"modem": 0, "service": {"code": "*0#", "pages": pages}}).run(rack)
        said = await owner.until(UssdSaid)
        assert said.reply == UssdReply(status=UssdStatus.ANSWER_WANTED, text="Please rate us.")
        assert await modem.ussd("5", is_answer=True) == UssdReply(status=UssdStatus.DONE, text="Thank you: 5 €")


async def test_caller_is_told_and_refused_and_a_submit_goes_out(tmp_path: Path) -> None:
    async with driven(tmp_path, sim800.PROFILE) as (rack, modem, owner):
        Call(modem=0, caller="+491711234567", every_s=0.2).run(rack)
        assert await owner.until(IncomingCall) == IncomingCall(number="+491711234567")
        assert isinstance(await modem.submit(TPDU), Accepted)
        await until(lambda: rack.machines[0].equipment.call is None)
        Call(modem=0).run(rack)
        assert await owner.until(IncomingCall, count=2) == IncomingCall(number=None)


@pytest.mark.parametrize("profile", [generic.PROFILE, E173, quectel_ec25.PROFILE], ids=lambda one: one.name)
async def test_pin_is_entered_or_refused_once(tmp_path: Path, profile: Profile) -> None:
    sims = {"8933010000000000010": SimOptions(pin=Pin("1111"))}
    options = replace(FAST, sims=sims, pin_ledger=MemoryPinLedger())
    async with driven(tmp_path, profile, options, is_ready_expected=False) as (rack, modem, owner):
        await owner.until(NotReady, matching=lambda event: "refused the configured PIN" in event.reason)
        assert modem.identity is not None
        assert rack.machines[0].equipment.sim.pin.tries_left == 2
        sims["8933010000000000010"] = SimOptions(pin=Pin("4711"))
        await owner.until(Ready)
        assert rack.machines[0].equipment.sim.pin.tries_left == 3


OTHER = identity(4000)


@pytest.mark.parametrize(
    "profile", [generic.PROFILE, E173, quectel_ec25.PROFILE, sim800.PROFILE], ids=lambda one: one.name
)
async def test_sim_that_is_taken_out_and_another_put_in_is_noticed(tmp_path: Path, profile: Profile) -> None:
    options = replace(FAST, poll_interval_s=0.2)
    async with driven(tmp_path, profile, options) as (rack, _, owner):
        EjectSim(modem=0).run(rack)
        await owner.until(NotReady, matching=lambda event: event.state is ModemState.NOT_READY)
        card = Sim(OTHER, smsc="+33639980000")
        rack.handle(0, lambda machine, _: machine.equipment.insert(card))
        ready = await owner.until(Ready, matching=lambda event: event.identity.iccid != identity(0).iccid)
        assert (ready.identity.iccid, ready.identity.imsi) == (OTHER.iccid, OTHER.imsi)
        assert ready.identity.imei == identity(0).imei


async def test_sim_that_needs_its_puk_or_is_busy_for_long_is_told(tmp_path: Path) -> None:
    profile = replace(generic.PROFILE, sim_busy_s=0.3)
    async with driven(tmp_path, profile, replace(FAST, poll_interval_s=0.2)) as (rack, _, owner):
        LockSim(modem=0, has_blocked_pin=True).run(rack)
        await owner.until(NotReady, matching=lambda event: event.reason.startswith("the SIM wants its PUK"))
        LockSim(modem=0, pin="1234").run(rack)
        await owner.until(NotReady, matching=lambda event: "none is configured for ICCID 8933" in event.reason)
        rack.arm(0, *build({"fault": "sim_busy", "lasting_s": 30}))
        await owner.until(NotReady, matching=lambda event: event.reason == "the SIM stays busy")
