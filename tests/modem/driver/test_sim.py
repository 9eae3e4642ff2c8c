"""PIN, busy and missing SIMs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
import structlog

from modem.driver import ModemOptions, NotReady, Ready, SimOptions
from modem.driver.pins import MemoryPinLedger, PinUnavailableError
from modem.profiles.generic import PROFILE
from tests.modem.driver.driving import FAST, driven
from tests.support.scripted_modem import ICCID, PLAIN, ScriptedModem

if TYPE_CHECKING:
    from pathlib import Path


class Pin:
    """A PIN as a test has it, or why there is none."""

    def __init__(self, pin: str, reason: str = "") -> None:
        self.pin, self.reason = pin, reason

    async def read(self) -> str:
        if self.reason:
            raise PinUnavailableError(self.reason)
        return self.pin


def with_pin(pin: str = "1234", reason: str = "") -> ModemOptions:
    return replace(FAST, sims={ICCID: SimOptions(pin=Pin(pin, reason))}, pin_ledger=MemoryPinLedger())


ENTER = 'AT+CPIN="1234"'
LOCKED = {**PLAIN, "AT+CPIN?": ["+CPIN: SIM PIN", "OK"], ENTER: ["OK"]}


class LockedModem(ScriptedModem):
    """Says READY once the right PIN was entered."""

    def _obey(self, command: str) -> None:
        if command == ENTER and self.answers[ENTER] == ["OK"]:
            self.answers["AT+CPIN?"] = PLAIN["AT+CPIN?"]
        super()._obey(command)


@pytest.mark.parametrize(
    "counter",
    [
        {'AT+CPINR="SIM PIN"': ["+CPINR: SIM PIN,3,3", "OK"]},
        {"AT^CPIN?": ["^CPIN:SIM PIN,,10,3,10,3", "OK"]},
        {'AT+CSIM=10,"0020000100"': ['+CSIM: 4,"63C3"', "OK"]},
        {},
    ],
    ids=["+CPINR", "Huawei", "+CSIM", "counter not told"],
)
async def test_pin_is_entered_once(link: Path, counter: dict[str, list[str]]) -> None:
    async with LockedModem(link=link, answers={**LOCKED, **counter}) as scripted, driven(scripted, options=with_pin()):
        assert scripted.heard.count(ENTER) == 1


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        (
            {'AT+CPINR="SIM PIN"': ["+CPINR: SIM PIN,2,3", "OK"]},
            "the SIM has only 2 PIN tries left; the configured PIN is not risked",
        ),
        ({'AT+CSIM=10,"0020000100"': ['+CSIM: 4,"63C1"', "OK"]}, "the SIM has only 1 PIN tries left"),
        ({"AT+CPIN?": ["+CPIN: SIM PUK", "OK"]}, "the SIM wants its PUK"),
        ({"AT+CPIN?": ["+CME ERROR: 12"]}, "the SIM wants its PUK"),
        ({"AT+CPIN?": ["+CPIN: PH-SIM PIN", "OK"]}, "the modem is locked to another SIM"),
        ({"AT+CPIN?": ["+CPIN: PH-NET PIN", "OK"]}, "the modem is locked to the SIMs of another network"),
        ({"AT+CCID": ["ERROR"]}, "the SIM wants its PIN and does not tell its ICCID before; no PIN is risked"),
        ({"AT+CPIN?": ["+CPIN: NOT INSERTED", "OK"]}, "no SIM inserted"),
        ({"AT+CPIN?": ["+CME ERROR: 10"]}, "no SIM inserted"),
        ({"AT+CPIN?": ["+CME ERROR: SIM failure"]}, "SIM failure"),
    ],
    ids=[
        "two tries left",
        "one try left",
        "PUK",
        "PUK as an error",
        "PH-SIM",
        "PH-NET",
        "no ICCID before the PIN",
        "no SIM, SIMCom",
        "no SIM",
        "SIM failure",
    ],
)
async def test_sim_that_needs_a_person_is_told_and_no_pin_is_risked(
    link: Path, answers: dict[str, list[str]], reason: str
) -> None:
    async with (
        LockedModem(link=link, answers={**LOCKED, **answers}) as scripted,
        driven(scripted, options=with_pin(), is_ready_expected=False) as (_, owner),
    ):
        await owner.until(NotReady, matching=lambda event: event.reason.startswith(reason))
        assert ENTER not in scripted.heard


async def test_missing_pin_is_told(link: Path) -> None:
    async with (
        LockedModem(link=link, answers=dict(LOCKED)) as scripted,
        driven(scripted, is_ready_expected=False) as (_, owner),
    ):
        await owner.until(NotReady, matching=lambda event: "none is configured" in event.reason)


async def test_refused_pin_is_never_tried_again(link: Path) -> None:
    answers = {**LOCKED, ENTER: ["+CME ERROR: 16"]}
    async with (
        LockedModem(link=link, answers=answers) as scripted,
        driven(scripted, options=with_pin(), is_ready_expected=False) as (_, owner),
    ):
        await owner.until(NotReady, matching=lambda event: "refused" in event.reason)
        scripted.say("RDY")
        await scripted.until_heard("AT+CPIN?", times=2)
        await scripted.until_heard("AT+CMEE=1", times=2)
        assert scripted.heard.count(ENTER) == 1


async def test_inserted_sim_starts_the_modem_up(link: Path) -> None:
    answers = {**PLAIN, "AT+CPIN?": ["+CME ERROR: 10"]}
    async with (
        ScriptedModem(link=link, answers=answers) as scripted,
        driven(scripted, is_ready_expected=False) as (_, owner),
    ):
        await owner.until(NotReady, matching=lambda event: event.reason == "no SIM inserted")
        scripted.answers["AT+CPIN?"] = PLAIN["AT+CPIN?"]
        scripted.say("+CPIN: READY")
        await owner.until(Ready)


async def test_busy_sim_is_asked_again_when_it_says_that_it_is_ready(link: Path) -> None:
    answers = {**PLAIN, "AT+CPIN?": ["+CME ERROR: 14"], "AT+CIMI": ["+CME ERROR: 515"]}
    async with (
        ScriptedModem(link=link, answers=answers) as scripted,
        driven(scripted, is_ready_expected=False) as (modem, owner),
    ):
        await scripted.until_heard("AT+CPIN?")
        scripted.answers.update(PLAIN)
        scripted.say("SMS Ready")
        await owner.until(Ready)
        assert modem.identity is not None
        assert modem.identity.imsi == "262010000000001"


async def test_pin_of_another_sim_is_not_risked(link: Path) -> None:
    options = replace(FAST, sims={"8949000000000000000": SimOptions(pin=Pin("1234"))})
    async with (
        LockedModem(link=link, answers=LOCKED) as scripted,
        driven(scripted, options=options, is_ready_expected=False) as (
            _,
            owner,
        ),
    ):
        await owner.until(NotReady, matching=lambda event: "none is configured for ICCID" in event.reason)
        assert ENTER not in scripted.heard


@pytest.mark.parametrize("state", ["READY", '"READY"', "Ready"])
async def test_sim_without_a_pin_is_ready_however_it_is_written(link: Path, state: str) -> None:
    answers = {**PLAIN, "AT+CPIN?": [f"+CPIN: {state}", "OK"]}
    async with ScriptedModem(link=link, answers=answers) as scripted, driven(scripted) as (modem, _):
        assert modem.is_ready


async def test_reason_is_told_with_the_modem_and_sim_that_have_it(link: Path) -> None:
    async with (
        LockedModem(link=link, answers=dict(LOCKED)) as scripted,
        driven(scripted, is_ready_expected=False) as (modem, owner),
    ):
        await owner.until(NotReady, matching=lambda event: "none is configured" in event.reason)
        assert modem.identity is not None
        assert (modem.identity.imei, modem.identity.iccid, modem.identity.imsi) == ("490154203237518", ICCID, None)


async def test_pin_that_cannot_be_had_is_told_and_costs_no_try(link: Path) -> None:
    reason = "/etc/pin cannot be read: Permission denied"
    async with (
        LockedModem(link=link, answers=dict(LOCKED)) as scripted,
        driven(scripted, options=with_pin(reason=reason), is_ready_expected=False) as (_, owner),
    ):
        await owner.until(NotReady, matching=lambda event: event.reason == reason)
        assert ENTER not in scripted.heard


async def test_rejected_pin_is_not_tried_in_another_modem_but_a_corrected_one_is(link: Path) -> None:
    wrong = with_pin("1111")
    answers = {**LOCKED, 'AT+CPIN="1111"': ["+CME ERROR: 16"], 'AT+CPINR="SIM PIN"': ["+CPINR: SIM PIN,3,3", "OK"]}
    async with (
        LockedModem(link=link, answers=answers) as scripted,
        driven(scripted, options=wrong, is_ready_expected=False) as (_, owner),
    ):
        await owner.until(NotReady, matching=lambda event: "refused" in event.reason)
    answers['AT+CPINR="SIM PIN"'] = ["+CPINR: SIM PIN,2,3", "OK"]
    async with (
        LockedModem(link=link.with_name("other"), answers=answers) as scripted,
        driven(scripted, options=wrong, is_ready_expected=False) as (_, owner),
    ):
        await owner.until(NotReady, matching=lambda event: "refused" in event.reason)
        assert 'AT+CPIN="1111"' not in scripted.heard
    corrected = replace(wrong, sims={ICCID: SimOptions(pin=Pin("1234"))})
    async with LockedModem(link=link, answers=answers) as scripted, driven(scripted, options=corrected):
        assert scripted.heard.count(ENTER) == 1


async def test_lost_answer_to_the_pin_is_made_up_for_by_the_counter(link: Path) -> None:
    """The modem restarts over its PIN; the card shows that it took no try."""
    answers = {**LOCKED, ENTER: [], 'AT+CPINR="SIM PIN"': ["+CPINR: SIM PIN,3,3", "OK"]}
    async with (
        LockedModem(link=link, answers=answers) as scripted,
        driven(scripted, options=with_pin(), is_ready_expected=False) as (_, owner),
    ):
        await scripted.until_heard(ENTER)
        scripted.unplug()
        scripted.answers[ENTER] = ["OK"]
        scripted.plug()
        await owner.until(Ready)
        assert scripted.heard.count(ENTER) == 2


async def test_lost_answer_to_the_pin_without_a_counter_is_the_end(link: Path) -> None:
    answers = {**LOCKED, ENTER: []}
    async with (
        LockedModem(link=link, answers=answers) as scripted,
        driven(scripted, options=with_pin(), is_ready_expected=False) as (_, owner),
    ):
        await scripted.until_heard(ENTER)
        scripted.unplug()
        scripted.plug()
        await owner.until(NotReady, matching=lambda event: "the answer to the configured PIN was lost" in event.reason)
        assert scripted.heard.count(ENTER) == 1


async def test_busy_answer_to_the_pin_costs_no_try(link: Path) -> None:
    async with (
        LockedModem(link=link, answers={**LOCKED, ENTER: ["+CME ERROR: 14"]}) as scripted,
        driven(scripted, options=with_pin(), is_ready_expected=False) as (_, owner),
    ):
        await owner.until(NotReady, matching=lambda event: event.reason == "the SIM stays busy")
        scripted.answers[ENTER] = ["OK"]
        await owner.until(Ready)


async def test_sim_that_is_open_only_a_while_after_its_pin_is_waited_for(link: Path) -> None:
    class Slow(LockedModem):
        def _obey(self, command: str) -> None:
            ScriptedModem._obey(self, command)
            if command == "AT+CPIN?" and self.heard.count(command) == 3:
                self.answers["AT+CPIN?"] = PLAIN["AT+CPIN?"]

    async with Slow(link=link, answers=dict(LOCKED)) as scripted, driven(scripted, options=with_pin()):
        assert scripted.heard.count(ENTER) == 1


async def test_pin_is_entered_again_when_the_modem_asks_again(link: Path) -> None:
    profile = replace(PROFILE, restart_urcs=frozenset({"RDY"}))
    async with (
        LockedModem(link=link, answers=dict(LOCKED)) as scripted,
        driven(scripted, options=with_pin(), profile=profile) as (_, owner),
    ):
        scripted.answers["AT+CPIN?"] = LOCKED["AT+CPIN?"]
        scripted.say("RDY")
        await owner.until(Ready, count=2)
        assert scripted.heard.count(ENTER) == 2


# -- service centre ------------------------------------------------------------------------------------------------


def with_smsc(smsc: str | None) -> ModemOptions:
    return replace(FAST, sims={ICCID: SimOptions(smsc=smsc)})


@pytest.mark.parametrize(
    "answer",
    [
        ['+CSCA: "+491710760000",145', "OK"],
        ['+CSCA: "491710760000",145', "OK"],
        ['+CSCA: "002B003400390031003700310030003700360030003000300030",145', "OK"],
        ["ERROR"],
    ],
    ids=["as it was set", "without +", "left in UCS2", "not told"],
)
async def test_service_centre_of_the_settings_is_read_back(link: Path, answer: list[str]) -> None:
    answers = {**PLAIN, 'AT+CSCA="+491710760000",145': ["OK"], "AT+CSCA?": answer}
    async with (
        ScriptedModem(link=link, answers=answers) as scripted,
        driven(scripted, options=with_smsc("+491710760000")),
    ):
        assert 'AT+CSCA="+491710760000",145' in scripted.heard


@pytest.mark.parametrize(
    ("smsc", "answers", "reason"),
    [
        (
            "+491710760000",
            {"AT+CSCA?": ['+CSCA: "+491722270000",145', "OK"], 'AT+CSCA="+491710760000",145': ["OK"]},
            "the service centre +491710760000 of the settings is not taken: the modem has +491722270000",
        ),
        (
            "+491710760000",
            {"AT+CSCA?": ["ERROR"], 'AT+CSCA="+491710760000",145': ["ERROR"]},
            "the service centre +491710760000 of the settings is not taken: the modem has none",
        ),
    ],
    ids=["another one stays", "not known"],
)
async def test_service_centre_that_is_not_taken_is_told(
    link: Path, monkeypatch: pytest.MonkeyPatch, smsc: str | None, answers: dict[str, list[str]], reason: str
) -> None:
    monkeypatch.setattr("modem.driver.sim._BUSY_RETRY_S", 0.01)
    async with (
        ScriptedModem(link=link, answers={**PLAIN, **answers}) as scripted,
        driven(scripted, options=with_smsc(smsc), is_ready_expected=False) as (_, owner),
    ):
        await owner.until(NotReady, matching=lambda event: event.reason == reason)


async def test_sim_without_a_service_centre_is_told_of_and_used(link: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Over IMS messages go without one."""
    monkeypatch.setattr("modem.driver.sim._BUSY_RETRY_S", 0.01)
    answers = {**PLAIN, "AT+CSCA?": ['+CSCA: "",129', "OK"]}
    with structlog.testing.capture_logs() as lines:
        async with ScriptedModem(link=link, answers=answers) as scripted, driven(scripted) as (modem, _):
            assert modem.is_ready
    assert "smsc_missing" in {line["action"] for line in lines}


# -- another SIM without a word ------------------------------------------------------------------------------------

OTHER_ICCID = "8949020000012345686"


async def test_sim_that_was_changed_while_the_network_was_away_is_found_before_anything_is_sent(link: Path) -> None:
    async with ScriptedModem(link=link) as scripted, driven(scripted) as (_, owner):
        scripted.say("+CREG: 0")
        await owner.until(NotReady, matching=lambda event: "not searching" in event.reason)
        scripted.answers["AT+CCID"] = [f"+CCID: {OTHER_ICCID}", "OK"]
        scripted.answers["AT+CIMI"] = ["262010000000002", "OK"]
        scripted.say("+CREG: 1")
        again = await owner.until(Ready, count=2)
        assert (again.identity.iccid, again.identity.imsi) == (OTHER_ICCID, "262010000000002")
        assert [ready.identity.iccid for ready in owner.all(Ready)] == [ICCID, OTHER_ICCID]


async def test_same_sim_is_ready_again_without_another_start_up(link: Path) -> None:
    async with ScriptedModem(link=link) as scripted, driven(scripted) as (_, owner):
        scripted.say("+CREG: 2")
        await owner.until(NotReady, matching=lambda event: "searching" in event.reason)
        scripted.say("+CREG: 5")
        await owner.until(Ready, count=2)
        assert scripted.heard.count("AT+CMEE=1") == 1
        assert scripted.heard.count("AT+CCID") == 2


async def test_other_modem_behind_the_same_port_is_found_too(link: Path) -> None:
    async with ScriptedModem(link=link) as scripted, driven(scripted) as (_, owner):
        scripted.say("+CREG: 0")
        await owner.until(NotReady, matching=lambda event: "not searching" in event.reason)
        scripted.answers["AT+CGSN"] = ["490154203237526", "OK"]
        scripted.say("+CREG: 1")
        again = await owner.until(Ready, count=2)
        assert again.identity.imei == "490154203237526"


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (["+CPIN: SIM PUK", "OK"], "the SIM wants its PUK"),
        (["+CME ERROR: 10"], "no SIM inserted"),
        (["+CPIN: NOT INSERTED", "OK"], "no SIM inserted"),
    ],
    ids=["PUK", "out", "out, SIMCom"],
)
async def test_sim_is_looked_at_when_the_network_is_lost_without_a_word_about_it(
    link: Path, answer: list[str], reason: str
) -> None:
    async with ScriptedModem(link=link) as scripted, driven(scripted) as (_, owner):
        scripted.answers["AT+CPIN?"] = answer
        scripted.say("+CREG: 0")
        await owner.until(NotReady, matching=lambda event: event.reason.startswith(reason))
