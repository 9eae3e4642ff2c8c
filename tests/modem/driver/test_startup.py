"""The start-up dialogue, over every wire and with modems of several families (transcripts)."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from structlog.testing import capture_logs

from modem.driver import Accepted, Identity, Lost, ModemState, NotReady, Ready, Rung, StepBegun
from modem.driver.startup import choose_cnmi
from modem.profile import Profile
from modem.profiles.generic import PROFILE
from tests.modem.driver.driving import TPDU, driven
from tests.support.scripted_modem import ICCID, PLAIN, WIRES, ScriptedModem, Wire, read_transcript

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("wire", WIRES.values(), ids=WIRES.keys())
async def test_modem_becomes_ready_over_any_wire(link: Path, wire: Wire) -> None:
    async with ScriptedModem(link=link, wire=wire) as scripted, driven(scripted) as (modem, _):
        assert modem.is_ready
        assert modem.identity == Identity(
            manufacturer="Example",
            model="Scripted",
            revision="1.0",
            imei="490154203237518",
            imsi="262010000000001",
            iccid=ICCID,
            own_number=None,
        )


@pytest.mark.parametrize("wire", [WIRES["whole"], WIRES["echo, byte at a time"]], ids=["whole", "echo, byte at a time"])
@pytest.mark.parametrize(
    ("transcript", "identity", "operator", "dbm", "heard"),
    [
        (
            "sim800.at",
            ("SIMCOM_Ltd", "865067020123456", "460011586703000", "8986011586007030005", "+8613800100500"),
            "CHN-UNICOM",
            -79,
            {"AT+CNMI=2,1,0,1,0", 'AT+CPMS="SM","SM","SM"'},
        ),
        (
            "huawei_e173.at",
            ("huawei", "351911041234567", "262011234567890", "89490200001234567890", None),
            "o2 - de",
            -51,
            {"AT^CURC=0", "AT+CNMI=1,1,0,1,0", 'AT+CPMS="ME","ME","ME"'},
        ),
        (
            "quectel_ec25.at",
            ("Quectel", "861107031234564", "262021234567890", "8949010112345678901", "+491511234567"),
            "Telekom.de",
            None,
            {"AT+CFUN=1", "AT+CSMS=0", "AT+CNMI=2,1,0,1,0"},
        ),
        (
            "numeric.at",
            ("WAVECOM MODEM", "354056000123456", "208011234567890", "8933019100000000000", None),
            None,
            -89,
            {'AT+CPMS="SM","SM"', "AT+CNMI=2,1,0,1,0"},
        ),
        ("minimal.at", ("", None, None, None, None), None, None, {"AT+CMGF=0"}),
    ],
    ids=["SIM800", "Huawei stick", "EC25", "numeric results", "minimal"],
)
async def test_modem_of_a_family_starts_up(
    link: Path,
    wire: Wire,
    transcript: str,
    identity: tuple[str | None, ...],
    operator: str | None,
    dbm: int | None,
    heard: set[str],
) -> None:
    answers, boot = read_transcript(transcript)
    async with ScriptedModem(link=link, wire=wire, answers=answers, memories={}) as scripted:
        scripted.say(*boot)
        async with driven(scripted) as (modem, _):
            await scripted.until_heard("AT+CMGL=4")
            found = modem.identity
            assert found is not None
            assert (found.manufacturer, found.imei, found.imsi, found.iccid, found.own_number) == identity
            assert (modem.operator, modem.signal_dbm) == (operator, dbm)
            assert heard <= set(scripted.heard)
            result = await modem.submit(TPDU)
            assert scripted.bodies == ["00" + TPDU.hex().upper()]
            assert result is not None


@pytest.mark.parametrize(
    ("test", "wanted"),
    [
        pytest.param(['+CPMS: "ME","MT","SM"', "OK"], "ME", id="no brackets (Huawei MU609)"),
        pytest.param(['+CPMS: (("SM","BM","SR"),("SM"))', "OK"], "SM", id="double brackets (Wavecom Q2)"),
        pytest.param(["+CPMS: (),(),()", "OK"], "SM", id="empty lists (Nokia C6)"),
        pytest.param(['+CPMS: ("SM_P","ME_P","SM"),("SM")', "OK"], "SM_P", id="one list missing"),
        pytest.param(["OK"], "SM", id="nothing"),
        pytest.param(["ERROR"], "SM", id="refused"),
    ],
)
async def test_memories_are_asked_not_assumed(link: Path, test: list[str], wanted: str) -> None:
    """Answers of +CPMS=? in Gammu's and ModemManager's tests and in oFono; +CPMS? keeps silent about those in use."""
    choice = f'AT+CPMS="{wanted}","{wanted}"'
    answers = {**PLAIN, "AT+CPMS=?": test, "AT+CPMS?": ["ERROR"], choice: ["+CPMS: 0,20,0,20", "OK"]}
    async with ScriptedModem(link=link, answers=answers, memories={}) as scripted, driven(scripted):
        chosen = [command for command in scripted.heard if command.startswith("AT+CPMS=") and "?" not in command]
        assert chosen[:2] == [f'{choice},"{wanted}"', choice]


@pytest.mark.parametrize(
    ("ranges", "value"),
    [
        pytest.param("(0-3),(0,1),(0,2,3),(0,2),(1)", "2,1,0,2,1", id="MC75i: no routed reports, buffer only 1"),
        pytest.param("(0,1,2,3),(0,1,2,3),(0,2),(0,1),(0,1)", "2,1,0,1,0", id="SIM800: no stored reports"),
        pytest.param("(1,2),(0-3),(0-3),(0-2)", "2,1,0,1", id="four lists"),
        pytest.param("(0-2),(0,1),(0),(),(1)", "2,1,0,0,1", id="an empty list"),
    ],
)
async def test_indications_are_asked_not_assumed(link: Path, ranges: str, value: str) -> None:
    answers = {**PLAIN, "AT+CNMI=?": [f"+CNMI: {ranges}", "OK"], f"AT+CNMI={value}": ["OK"]}
    answers["AT+CNMI?"] = [f"+CNMI: {value}", "OK"]
    async with ScriptedModem(link=link, answers=answers) as scripted, driven(scripted) as (modem, _):
        assert modem.profile is PROFILE
        assert next(command for command in scripted.heard if command.startswith("AT+CNMI=2")) == f"AT+CNMI={value}"


async def test_indications_that_the_modem_did_not_keep_are_tried_otherwise(link: Path) -> None:
    """It says OK to routed reports and keeps none; to stored ones it says OK and keeps them."""
    answers = {**PLAIN, "AT+CNMI?": ["+CNMI: 2,1,0,0,0", "OK"], "AT+CNMI=1,1,0,1,0": ["OK"]}
    answers["AT+CNMI=2,1,0,2,0"] = ["OK"]
    async with (
        ScriptedModem(link=link, answers=answers) as scripted,
        driven(scripted, is_ready_expected=False) as (modem, owner),
    ):
        await scripted.until_heard("AT+CNMI=1,1,0,1,0")
        scripted.answers["AT+CNMI?"] = ["+CNMI: 2,1,0,2,0", "OK"]
        await owner.until(Ready)
        tried = [command for command in scripted.heard if command.startswith("AT+CNMI=") and "?" not in command]
        assert tried[:2] == ["AT+CNMI=2,1,0,1,0", "AT+CNMI=1,1,0,1,0"]
        assert tried[-1] != "AT+CNMI=1,1"
        assert modem.is_ready


async def test_message_service_that_still_starts_is_waited_for(link: Path) -> None:
    """EC25, SIM7600: +CMS ERROR: 302 until SMS DONE; no message may be given to the modem before."""
    answers = {**PLAIN, "AT+CPMS=?": ["+CMS ERROR: 302"]}
    async with (
        ScriptedModem(link=link, answers=answers) as scripted,
        driven(scripted, is_ready_expected=False) as (_, owner),
    ):
        await scripted.until_heard("AT+CPMS=?")
        assert not owner.all(Ready)
        scripted.answers["AT+CPMS=?"] = PLAIN["AT+CPMS=?"]
        scripted.say("SMS DONE")
        await owner.until(Ready)
        assert 'AT+CPMS="SM","SM","SM"' in scripted.heard


async def test_modem_that_boots_slowly_is_waited_for(link: Path) -> None:
    async with (
        ScriptedModem(link=link, is_silent=True) as scripted,
        driven(scripted, is_ready_expected=False) as (_, o),
    ):
        await o.until(NotReady)
        await asyncio.sleep(0.05)
        scripted.is_silent = False
        await o.until(Ready)


async def test_prompt_left_open_by_another_program_is_escaped_and_nothing_is_sent(link: Path) -> None:
    async with ScriptedModem(link=link) as scripted:
        scripted._obey("AT+CMGS=15")
        scripted._incoming = b"0001000A81"
        async with driven(scripted):
            assert scripted.bodies == []


async def test_modem_that_never_answers_is_closed_and_tried_again(link: Path) -> None:
    profile = replace(PROFILE, boot_s=0.1)
    async with (
        ScriptedModem(link=link, is_silent=True) as scripted,
        driven(scripted, profile=profile, is_ready_expected=False) as (modem, owner),
    ):
        await owner.until(Lost)
        await owner.until(StepBegun, matching=lambda event: event.rung is Rung.REBOOT)
        assert modem.state is not ModemState.READY


async def test_modem_that_keeps_silent_at_what_it_does_not_know_becomes_ready(
    link: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("modem.driver.standstill._PATIENCE_S", (0.1, 0.1))
    answers, _ = read_transcript("minimal.at")
    async with (
        ScriptedModem(link=link, answers=answers, memories={}, is_ignoring=True) as scripted,
        driven(scripted) as (modem, _),
    ):
        assert await modem.submit(TPDU) == Accepted(mr=1)
        # One silence answers for all the ways to set memories and indications.
        assert [command for command in scripted.heard if command.startswith("AT+CPMS")] == ["AT+CPMS=?", "AT+CPMS?"]
        assert "AT+CNMI=2,1" not in scripted.heard


async def test_program_that_reads_whole_lines_gets_line_feeds(link: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("modem.driver.startup._AT_TIMEOUT_S", 0.1)
    monkeypatch.setattr("modem.driver.link._SETTLE_TIMEOUT_S", 0.1)
    async with ScriptedModem(link=link, line_end=b"\n") as scripted, driven(scripted) as (modem, _):
        assert await modem.submit(TPDU) == Accepted(mr=1)


async def test_reports_are_asked_for_before_it_is_given_up_to_have_them(link: Path) -> None:
    answers = {**PLAIN, "AT+CNMI=?": ["ERROR"], "AT+CNMI=2,2,0,1,0": ["OK"]}
    del answers["AT+CNMI=2,1,0,1,0"]
    async with ScriptedModem(link=link, answers=answers) as scripted, driven(scripted):
        assert not [command for command in scripted.heard if command in {"AT+CNMI=2,1,0,0,0", "AT+CNMI=2,1"}]


async def test_pdu_mode_that_cannot_be_set_because_it_is_the_only_one_will_do(link: Path) -> None:
    answers = {**PLAIN, "AT+CMGF=0": ["ERROR"], "AT+CMGF?": ["+CMGF: 0", "OK"]}
    async with ScriptedModem(link=link, answers=answers) as scripted, driven(scripted) as (modem, _):
        assert modem.is_ready


@pytest.mark.parametrize(
    ("answers", "lacking"),
    [
        (
            {
                "AT+CNMI=?": ["+CNMI: (0-2),(0,1),(0),(0),(0)", "OK"],
                "AT+CNMI=2,1,0,0,0": ["OK"],
                "AT+CNMI?": ["+CNMI: 2,1,0,0,0", "OK"],
            },
            "the modem gives no delivery reports",
        ),
        (
            {"AT+CNMI=?": ["ERROR"], "AT+CNMI=2,1,0,1,0": ["ERROR"], "AT+CNMI?": ["ERROR"]},
            "the modem refuses +CNMI: messages are looked for, delivery reports may not come",
        ),
    ],
)
async def test_modem_that_gives_no_reports_is_named_in_the_log(
    link: Path, answers: dict[str, list[str]], lacking: str
) -> None:
    answers = {**PLAIN, **answers}
    with capture_logs() as logs:
        async with ScriptedModem(link=link, answers=answers) as scripted, driven(scripted):
            pass
    assert [line["log_level"] for line in logs if line["event"] == lacking] == ["warning"]


async def test_indications_that_are_not_as_set_are_not_believed(link: Path) -> None:
    # OK to a value that it does not carry out, as +CNMI? tells: the next one is tried.
    answers = {**PLAIN, "AT+CNMI?": ["+CNMI: 2,0,0,0,0", "OK"], "AT+CNMI=1,1,0,1,0": ["OK"]}
    async with ScriptedModem(link=link, answers=answers) as scripted, driven(scripted):
        await scripted.until_heard("AT+CMGL=4")
        tried = [command for command in scripted.heard if command.startswith("AT+CNMI=") and "?" not in command]
        assert tried[:2] == ["AT+CNMI=2,1,0,1,0", "AT+CNMI=1,1,0,1,0"]


async def test_pdu_mode_is_needed(link: Path) -> None:
    answers = {**PLAIN, "AT+CMGF=0": ["+CMS ERROR: 303"]}
    async with (
        ScriptedModem(link=link, answers=answers) as scripted,
        driven(scripted, is_ready_expected=False) as (modem, owner),
    ):
        await scripted.until_heard("AT+CMGF=0", times=2)
        assert not modem.is_ready
        assert not owner.all(Ready)
        scripted.answers["AT+CMGF=0"] = ["OK"]
        await owner.until(Ready)


async def test_phase_2_that_cannot_be_left_is_acknowledged(link: Path) -> None:
    answers = {**PLAIN, "AT+CSMS?": ["+CSMS: 1,1,1,1", "OK"], "AT+CNMA": ["OK"]}
    async with ScriptedModem(link=link, answers=answers) as scripted, driven(scripted) as (modem, _):
        assert "AT+CSMS=0" in scripted.heard
        assert await modem.acknowledge()
        assert "AT+CNMA" in scripted.heard
        scripted.answers["AT+CNMA"] = ["+CMS ERROR: 340"]  # "no +CNMA acknowledgement expected", 27.005 3.2.5
        assert not await modem.acknowledge()
        scripted.unplug()
        assert not await modem.acknowledge()


async def test_nothing_is_acknowledged_in_service_0(link: Path) -> None:
    async with ScriptedModem(link=link) as scripted, driven(scripted) as (modem, _):
        assert await modem.acknowledge()
        assert "AT+CNMA" not in scripted.heard


async def test_sms_ready_repeats_a_start_up_that_came_too_early(link: Path) -> None:
    answers = {**PLAIN, "AT+CNMI=2,1,0,1,0": ["ERROR"]}
    async with ScriptedModem(link=link, answers=answers) as scripted, driven(scripted) as (_, owner):
        scripted.answers["AT+CNMI=2,1,0,1,0"] = ["OK"]
        scripted.say("SMS Ready")
        await owner.until(Ready, count=2)
        assert scripted.heard.count("AT+CNMI=2,1,0,1,0") == 2


@pytest.mark.parametrize(
    ("ranges", "first"),
    [
        ([(0, 1, 2), (0, 1, 2, 3), (0, 2), (0, 1, 2), (0, 1)], "2,1,0,1,0"),
        pytest.param([(0, 1, 2), (0, 1), (0,), (0, 1), (1,)], "2,1,0,1,1", id="buffer only 1 (MC75i)"),
        pytest.param([(0, 1), (0, 2), (0,), (0, 2), (0,)], "1,2,0,2,0", id="routed only"),
        pytest.param([(2,), (0,), (0,), (0,), (0,)], "2,0,0,0,0", id="nothing to choose"),
        pytest.param([(0,), (0, 1), (0,), (0,), (0,)], "2,1,0,1,0", id="mode 0 only: fall-backs"),
        pytest.param([], "2,1,0,1,0", id="not told"),
    ],
)
def test_indications_are_chosen_from_what_is_advertised(ranges: list[tuple[int, ...]], first: str) -> None:
    values = choose_cnmi(ranges, Profile(name="test"))
    assert values[0] == first
    assert values[-1] == "1,1"
