"""Messages and reports: routed, announced, swept, deleted."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from modem.driver import Inbound, Lost, Ready, StoredAt
from modem.driver.inbox import is_status_report
from tests.modem.driver.driving import DELIVER, FAST, REPORT, driven
from tests.support.scripted_modem import PLAIN, WIRES, ScriptedModem, Wire, length_of

if TYPE_CHECKING:
    from pathlib import Path

OTHER = DELIVER.replace("F100", "F200")


def stored(memory: str, index: int, pdu: str = DELIVER) -> Inbound:
    return Inbound(pdu=pdu, length=length_of(pdu), stored=StoredAt(memory=memory, index=index), is_report=pdu == REPORT)


@pytest.mark.parametrize("wire", WIRES.values(), ids=WIRES.keys())
async def test_all_memories_are_swept_at_start(link: Path, wire: Wire) -> None:
    memories = {"SM": {1: DELIVER, 3: REPORT}, "ME": {0: OTHER}}
    async with (
        ScriptedModem(link=link, wire=wire, memories=memories) as scripted,
        driven(scripted) as (_, owner),
    ):
        await owner.until(Inbound, count=3)
        assert owner.all(Inbound) == [stored("SM", 1), stored("SM", 3, REPORT), stored("ME", 0, OTHER)]


@pytest.mark.parametrize("wire", WIRES.values(), ids=WIRES.keys())
async def test_announced_message_is_read_from_the_memory_it_names(link: Path, wire: Wire) -> None:
    async with ScriptedModem(link=link, wire=wire) as scripted, driven(scripted) as (_, owner):
        await scripted.until_heard("AT+CMGL=4", times=2)
        scripted.memories["SM"][5] = OTHER
        scripted.memories["ME"][5] = DELIVER
        scripted.say('+CMTI: "ME",5')
        assert await owner.until(Inbound) == stored("ME", 5)
        scripted.say('+CDSI: "SM",5')
        assert await owner.until(Inbound, count=2) == stored("SM", 5, OTHER)


@pytest.mark.parametrize("wire", WIRES.values(), ids=WIRES.keys())
async def test_routed_message_and_report_come_up_with_nothing_to_delete(link: Path, wire: Wire) -> None:
    async with ScriptedModem(link=link, wire=wire) as scripted, driven(scripted) as (_, owner):
        scripted.say_pdu("+CMT: ,24", DELIVER)
        scripted.say_pdu("+CDS: ,25", REPORT)
        await owner.until(Inbound, count=2)
        assert owner.all(Inbound) == [
            Inbound(pdu=DELIVER, length=24, stored=None, is_report=False),
            Inbound(pdu=REPORT, length=25, stored=None, is_report=True),
        ]


async def test_message_that_is_not_where_it_was_announced_is_looked_for_at_once(link: Path) -> None:
    # The name of a memory that +CPMS does not know, and an index that is another one in +CMGR.
    async with ScriptedModem(link=link) as scripted, driven(scripted) as (_, owner):
        await scripted.until_heard("AT+CMGL=4", times=2)
        scripted.memories["SM"][5] = DELIVER
        scripted.say('+CMTI: "MT",5')
        assert await owner.until(Inbound) == stored("SM", 5)
        scripted.memories["ME"][7] = OTHER
        scripted.say('+CMTI: "ME",6')
        assert await owner.until(Inbound, count=2) == stored("ME", 7, OTHER)


async def test_listing_that_knows_no_all_is_asked_for_unread_and_read(link: Path) -> None:
    listed = [f"+CMGL: 3,0,,{length_of(DELIVER)}", DELIVER, "OK"]
    answers = {**PLAIN, "AT+CMGL=4": ["+CMS ERROR: 303"], "AT+CMGL=0": listed, "AT+CMGL=1": ["OK"]}
    async with ScriptedModem(link=link, answers=answers) as scripted, driven(scripted) as (_, owner):
        assert await owner.until(Inbound) == stored("SM", 3)


async def test_memory_that_cannot_be_selected_is_one_place_whatever_it_is_called(link: Path) -> None:
    answers = {**PLAIN, "AT+CPMS?": ['+CPMS: "SM",0,10,"SM",0,10,"SM",0,10', "OK"]}
    for count in (1, 2, 3):
        for memory in ("SM", "ME"):
            answers["AT+CPMS=" + ",".join([f'"{memory}"'] * count)] = ["ERROR"]
    async with ScriptedModem(link=link, answers=answers) as scripted, driven(scripted) as (modem, owner):
        await scripted.until_heard("AT+CMGL=4")
        scripted.memories["SM"][5] = DELIVER
        scripted.say('+CMTI: "ME",5')
        assert await owner.until(Inbound) == stored("", 5)
        scripted.say('+CMTI: "SM",5', "RDY")
        await owner.until(Ready, count=2)
        await modem.delete(StoredAt(memory="", index=5))
        assert scripted.memories["SM"] == {}
        assert len(owner.all(Inbound)) == 1


async def test_report_announced_before_the_start_up_is_through_is_read(link: Path) -> None:
    # "SR" is not among the memories that +CPMS=? offers, so no sweep finds it.
    memories = {"SM": {}, "ME": {}, "SR": {3: REPORT}}
    answers = {**PLAIN, "AT+CNUM": ['+CDSI: "SR",3', "OK"]}
    async with (
        ScriptedModem(link=link, memories=memories, answers=answers) as scripted,
        driven(scripted) as (_, owner),
    ):
        assert await owner.until(Inbound) == stored("SR", 3, REPORT)


async def test_delete_takes_the_slot_of_the_right_memory(link: Path) -> None:
    memories = {"SM": {1: DELIVER}, "ME": {1: OTHER}}
    async with ScriptedModem(link=link, memories=memories) as scripted, driven(scripted) as (modem, owner):
        await owner.until(Inbound, count=2)
        assert await modem.delete(StoredAt(memory="SM", index=1))
        assert scripted.memories == {"SM": {}, "ME": {1: OTHER}}


async def test_delete_says_that_it_could_not(link: Path) -> None:
    async with ScriptedModem(link=link, memories={"SM": {1: DELIVER}}) as scripted, driven(scripted) as (modem, owner):
        await owner.until(Inbound)
        scripted.unplug()
        await owner.until(Lost)
        assert not await modem.delete(StoredAt(memory="SM", index=1))


async def test_message_that_took_the_place_of_another_in_the_modem_is_not_deleted_for_it(link: Path) -> None:
    # TP-PID 41, 23.040 9.2.3.9: the modem itself overwrites the older one where it is stored.
    old, new = (DELIVER[:20] + "41" + DELIVER[22:-2] + end for end in ("1D", "1E"))
    async with ScriptedModem(link=link, memories={"SM": {1: old}}) as scripted, driven(scripted) as (modem, owner):
        assert await owner.until(Inbound) == stored("SM", 1, old)
        scripted.memories["SM"][1] = new
        await modem.delete(StoredAt(memory="SM", index=1))
        assert await owner.until(Inbound, count=2) == stored("SM", 1, new)
        assert scripted.memories["SM"] == {1: new}
        await modem.delete(StoredAt(memory="SM", index=1))
        assert scripted.memories["SM"] == {}


async def test_delete_is_tried_again(link: Path) -> None:
    answers = {**PLAIN, "AT+CMGD=1": ["+CMS ERROR: 314"]}
    async with (
        ScriptedModem(link=link, answers=answers, memories={"SM": {1: DELIVER}}) as scripted,
        driven(scripted) as (modem, owner),
    ):
        await owner.until(Inbound)
        deleting = asyncio.create_task(modem.delete(StoredAt(memory="SM", index=1)))
        await scripted.until_heard("AT+CMGD=1")
        del scripted.answers["AT+CMGD=1"]
        await deleting
        assert scripted.memories["SM"] == {}


async def test_message_is_handed_up_once_until_its_place_is_used_again(link: Path) -> None:
    options = replace(FAST, sweep_interval_s=0.02)
    async with (
        ScriptedModem(link=link, memories={"SM": {1: DELIVER}}) as scripted,
        driven(scripted, options=options) as (modem, owner),
    ):
        await scripted.until_heard("AT+CMGL=4", times=4)
        assert owner.all(Inbound) == [stored("SM", 1)]
        await modem.delete(StoredAt(memory="SM", index=1))
        scripted.memories["SM"][1] = DELIVER
        assert await owner.until(Inbound, count=2) == stored("SM", 1)


async def test_message_of_the_same_sim_is_not_handed_up_again_after_a_restart(link: Path) -> None:
    async with (
        ScriptedModem(link=link, memories={"SM": {1: DELIVER}}) as scripted,
        driven(scripted) as (_, owner),
    ):
        await owner.until(Inbound)
        scripted.say("RDY")
        await owner.until(Ready, count=2)
        await scripted.until_heard("AT+CMGL=4", times=2)
        assert len(owner.all(Inbound)) == 1


async def test_message_of_another_sim_in_the_same_place_is_handed_up(link: Path) -> None:
    async with (
        ScriptedModem(link=link, memories={"SM": {1: DELIVER}}) as scripted,
        driven(scripted) as (_, owner),
    ):
        await owner.until(Inbound)
        scripted.answers["AT+CCID"] = ["+CCID: 8949020000099999999", "OK"]
        scripted.say("RDY")
        await owner.until(Inbound, count=2)


async def test_own_messages_in_the_memory_are_left_alone(link: Path) -> None:
    answers = {
        **PLAIN,
        "AT+CMGL=4": ["+CMGL: 1,2,,24", DELIVER, "+CMGL: 2,3,,24", OTHER, "+CMGL: 3,0,,24", REPORT, "OK"],
    }
    async with ScriptedModem(link=link, answers=answers, memories={"SM": {}}) as s, driven(s) as (_, owner):
        assert (await owner.until(Inbound)).stored == StoredAt(memory="SM", index=3)


async def test_modem_without_announcements_is_swept_often(link: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("modem.driver.session._SWEEP_UNANNOUNCED_S", 0.05)
    answers = {command: answer for command, answer in PLAIN.items() if not command.startswith("AT+CNMI")}
    async with ScriptedModem(link=link, answers=answers) as scripted, driven(scripted) as (_, owner):
        await scripted.until_heard("AT+CMGL=4")
        scripted.memories["SM"][2] = DELIVER
        await owner.until(Inbound)


async def test_modem_without_memories_still_gives_its_messages(link: Path) -> None:
    answers = {**PLAIN, "AT+CMGL=4": ["+CMGL: 7,0,,24", DELIVER, "OK"]}
    del answers["AT+CPMS=?"]
    async with ScriptedModem(link=link, answers=answers, memories={}) as scripted, driven(scripted) as (_, owner):
        assert (await owner.until(Inbound)).stored == StoredAt(memory="", index=7)


FULL_LINES = ['^SMMEMFULL:"SM"', "^SMGO: 2", "+SMS FULL", "#SMSFULL", "+WMGF", '+QIND: "smsfull","SM"']


@pytest.mark.parametrize("line", FULL_LINES)
async def test_full_memory_is_looked_through_at_once(link: Path, line: str) -> None:
    async with ScriptedModem(link=link) as scripted, driven(scripted) as (_, owner):
        await scripted.until_heard("AT+CMGL=4", times=2)
        scripted.memories["SM"] = dict.fromkeys(range(10), DELIVER)
        scripted.say(line)
        await owner.until(Inbound, count=10)


async def test_message_whose_announcement_was_lost_is_missed_when_the_levels_are_asked(link: Path) -> None:
    options = replace(FAST, poll_interval_s=0.05)
    async with ScriptedModem(link=link) as scripted, driven(scripted, options=options) as (modem, owner):
        await scripted.until_heard("AT+CMGL=4", times=2)
        for index in (4, 5):  # the second one too, after the first was found and deleted
            scripted.memories["ME"][index] = DELIVER
            assert await owner.until(Inbound, count=index - 3) == stored("ME", index)
            await modem.delete(StoredAt(memory="ME", index=index))


async def test_levels_that_never_agree_with_the_list_cause_no_endless_looking(link: Path) -> None:
    options = replace(FAST, poll_interval_s=0.05)
    answers = {**PLAIN, "AT+CPMS?": ['+CPMS: "SM",7,10,"SM",7,10,"SM",7,10', "OK"]}
    async with ScriptedModem(link=link, answers=answers) as scripted, driven(scripted, options=options) as (_, _owner):
        await scripted.until_heard("AT+CPMS?", times=8)
        assert scripted.heard.count("AT+CMGL=4") <= 4  # two memories: at the start, and once more


async def test_report_announced_in_another_memory_than_its_own_is_found(link: Path) -> None:
    # Quectel EC25: +CDSI: "SM",0 while the report is in SR, and a text is in SM 0.
    memories: dict[str, dict[int, str]] = {"SM": {}, "ME": {}, "SR": {}}
    answers = {**PLAIN, "AT+CPMS=?": ['+CPMS: ("SM","ME","SR"),("SM"),("SM")', "OK"]}
    async with (
        ScriptedModem(link=link, memories=memories, answers=answers) as scripted,
        driven(scripted) as (_, owner),
    ):
        await scripted.until_heard("AT+CMGL=4", times=3)
        scripted.memories["SM"][0] = DELIVER
        scripted.memories["SR"][2] = REPORT
        scripted.say('+CDSI: "SM",0')
        await owner.until(Inbound, count=2)
        assert owner.all(Inbound) == [stored("SM", 0), stored("SR", 2, REPORT)]


async def test_own_message_of_unknown_status_is_left_alone(link: Path) -> None:
    own = "000100039121F30000036F7719"  # a SUBMIT
    answers = {**PLAIN, "AT+CMGL=4": ["+CMGL: 1,,,12", own, f"+CMGL: 2,,,{length_of(DELIVER)}", DELIVER, "OK"]}
    async with ScriptedModem(link=link, answers=answers, memories={"SM": {}}) as s, driven(s) as (_, owner):
        assert await owner.until(Inbound) == stored("SM", 2)
        assert len(owner.all(Inbound)) == 1


async def test_what_noise_made_of_a_message_is_read_again(link: Path) -> None:
    async with ScriptedModem(link=link) as scripted, driven(scripted) as (_, owner):
        await scripted.until_heard("AT+CMGL=4", times=2)
        scripted.memories["SM"][5] = DELIVER
        cut = DELIVER[:-20]  # still hex, and no message
        scripted.answers["AT+CMGR=5"] = [f"+CMGR: 0,,{length_of(DELIVER)}", cut, "OK"]
        scripted.say('+CMTI: "SM",5')
        assert await owner.until(Inbound) == stored("SM", 5)
        assert len(owner.all(Inbound)) == 1


async def test_what_is_damaged_where_it_is_stored_is_handed_up_when_it_is_so_twice(link: Path) -> None:
    options = replace(FAST, sweep_interval_s=0.05)
    answers = {**PLAIN, "AT+CMGL=4": ["+CMGL: 1,1,,24", "0004XX", "OK"]}
    async with (
        ScriptedModem(link=link, answers=answers, memories={"SM": {}}) as scripted,
        driven(scripted, options=options) as (_, owner),
    ):
        expected = Inbound(pdu="0004XX", length=24, stored=StoredAt(memory="SM", index=1), is_report=False)
        assert await owner.until(Inbound) == expected
        assert scripted.heard.count("AT+CMGL=4") >= 2


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param(['+CMT: "+491711234567",,"24/05/01,12:00:00+08"', "Hello"], id="+CMT"),
        pytest.param(['+CMT: "+491711234567",,"24/05/01,12:00:00+08"', "CAFE"], id="+CMT, a text that looks like hex"),
        pytest.param(['+CDS: 6,11,,,"24/05/01,12:00:00+08","24/05/01,12:00:09+08",0'], id="+CDS"),
    ],
)
async def test_what_comes_in_text_mode_is_kept_as_it_is_and_the_modem_set_up_again(
    link: Path, lines: list[str]
) -> None:
    async with ScriptedModem(link=link) as scripted, driven(scripted) as (_, owner):
        await scripted.until_heard("AT+CMGL=4", times=2)
        scripted.say_raw(("\r\n" + "\r\n".join(lines) + "\r\n").encode())
        found = await owner.until(Inbound)
        assert (found.pdu, found.stored) == ("\r\n".join(lines), None)
        await owner.until(Ready, count=2)
        assert scripted.heard.count("AT+CMGF=0") == 2


async def test_list_in_text_mode_has_the_modem_set_up_again_and_nothing_is_taken_for_a_pdu(link: Path) -> None:
    options = replace(FAST, sweep_interval_s=0.05)
    listed = ['+CMGL: 1,"REC UNREAD","+491711234567",,"24/05/01,12:00:00+08"', "CAFE", "OK"]
    async with ScriptedModem(link=link) as scripted, driven(scripted, options=options) as (_, owner):
        await scripted.until_heard("AT+CMGL=4", times=2)
        scripted.answers["AT+CMGL=4"] = listed
        await scripted.until_heard("AT+CMGF=0", times=2)
        del scripted.answers["AT+CMGL=4"]
        scripted.memories["SM"][1] = DELIVER
        await owner.until(Inbound)
        assert owner.all(Inbound) == [stored("SM", 1)]


@pytest.mark.parametrize("answer", ["+CMS ERROR: 321", "+CME ERROR: 21", "+CME ERROR: 22"])
async def test_slot_that_is_empty_already_needs_no_deleting(link: Path, answer: str) -> None:
    answers = {**PLAIN, "AT+CMGD=1": [answer]}
    async with (
        ScriptedModem(link=link, answers=answers, memories={"SM": {1: DELIVER}}) as scripted,
        driven(scripted) as (modem, owner),
    ):
        await owner.until(Inbound)
        await modem.delete(StoredAt(memory="SM", index=1))
        assert scripted.heard.count("AT+CMGD=1") == 1


@pytest.mark.parametrize(
    ("pdu", "length", "expected"),
    [
        (DELIVER, 24, False),
        (REPORT, 25, True),
        pytest.param("079194710167000006" + "0B", 2, True, id="SMSC field present"),
        pytest.param("060B0B91", 4, True, id="SMSC field missing"),
        pytest.param("FF", None, False, id="cut off"),
        pytest.param("", None, False, id="empty"),
        pytest.param("XY", None, False, id="no hex"),
    ],
)
def test_report_is_told_from_message(pdu: str, length: int | None, expected: bool) -> None:
    assert is_status_report(pdu, length) is expected
