"""What every profile owes: it is found, it knows its own model only, and its personality is a modem one can use."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import modem.profiles
from modem.at.responses import (
    read_bare,
    read_iccid,
    read_length,
    read_memories,
    read_memories_in_use,
    read_ranges,
    read_slot,
    read_stored,
)
from modem.at.urc import UNSOLICITED
from modem.driver.startup import choose_cnmi
from modem.pdu import Deliver, StatusReport, decode_incoming
from modem.profile import Profile
from modem.profiles import load_profiles
from modem.profiles.generic import PROFILE as GENERIC
from tests.modem.emulator.bench import Bench, lines

PERSON = "+491711234567"
PROFILES = list(load_profiles().values())
MODELS = [profile for profile in PROFILES if profile is not GENERIC]


def of_each(profiles: list[Profile]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("profile", profiles, ids=[profile.name for profile in profiles])


def receiving(profile: Profile) -> Bench:
    """Return a bench whose host has announcements and reports switched on as the profile says."""
    bench = Bench(personality=profile.personality)
    bench.at("+CMEE=1")
    ranges = read_ranges(bench.at("+CNMI=?")[0])
    assert ranges is not None
    assert any(bench.at(f"+CNMI={value}") == ["OK"] for value in choose_cnmi(ranges, profile))
    return bench


def stored_pdu(bench: Bench, notice: str) -> bytes:
    """Read what a notice announces, the way a driver does, and return its TPDU."""
    slot = read_slot(notice)
    assert slot is not None
    assert bench.at(f'+CPMS="{slot.memory}"')[-1] == "OK"
    found = read_stored(bench.at(f"+CMGR={slot.index}"))
    assert found is not None
    return tpdu_of(found.pdu)


def tpdu_of(pdu: str) -> bytes:
    octets = bytes.fromhex(pdu)
    return octets[1 + octets[0] :]


def test_the_shelf_holds_a_file_for_each_name() -> None:
    files = {path.stem for path in Path(modem.profiles.__file__).parent.glob("*.py")} - {"__init__"}

    assert {profile.name.replace("-", "_") for profile in PROFILES} == files
    assert len(PROFILES) >= 35


@of_each(MODELS)
def test_a_profile_knows_its_own_model_and_no_other_does(profile: Profile) -> None:
    personality = profile.personality

    assert [p.name for p in PROFILES if p.is_for(personality.manufacturer, personality.model)] == [profile.name]
    assert profile.is_for(personality.manufacturer.upper(), personality.model.lower())


def test_the_generic_profile_is_for_no_model_in_particular() -> None:
    assert not any(GENERIC.is_for(p.personality.manufacturer, p.personality.model) for p in PROFILES)
    assert not GENERIC.is_for("", "")


@pytest.mark.parametrize(
    ("manufacturer", "model", "name"),
    [
        ("huawei", "E1752", "huawei-e173"),
        ("huawei", "E3131", "huawei-e173"),
        ("huawei", "K3765", "huawei-e173"),
        ("huawei", "E3531", "huawei-e3372"),
        ("huawei", "E3276", "huawei-e3372"),
        ("huawei", "E8372", "huawei-e3372"),
        ("Huawei Technologies Co., Ltd.", "MU609", "huawei-me909"),
        ("Huawei Technologies Co., Ltd.", "ME909s-120", "huawei-me909"),
        ("ZTE INCORPORATED", "MF190", "zte-mf"),
        ("SIMCOM_Ltd", "SIMCOM_SIM808", "sim800"),
        ("SIMCOM_Ltd", "SIMCOM_SIM900", "sim900"),
        ("SIMCOM INCORPORATED", "A7670G-LLSE", "a7670"),
        ("INCORPORATED", "A7672E-FASE", "a7670"),
        ("SIMCOM INCORPORATED", "SIMCOM_SIM7500E", "sim7600"),
        ("SIMCOM INCORPORATED", "SIMCOM_SIM7100E", "sim7600"),
        ("SIMCOM_Ltd", "SIMCOM_SIM7000E", "sim7000"),
        ("SIMCOM INCORPORATED", "SIMCOM_SIM7070G", "sim7000"),
        ("Quectel", "EG25", "quectel-ec25"),
        ("Quectel", "EC20F", "quectel-ec25"),
        ("Quectel", "EG06", "quectel-ec25"),
        ("Quectel", "EM060K-GL", "quectel-ec25"),
        ("Quectel", "EC200U", "quectel-ec200"),
        ("Quectel", "EG915U", "quectel-ec200"),
        ("Quectel", "BG95-M3", "quectel-bg96"),
        ("Quectel", "RM520N-GL", "quectel-rm500q"),
        ("Quectel", "RG502Q-EA", "quectel-rm500q"),
        ("Quectel_Ltd", "Quectel_M66", "quectel-m95"),
        ("Sierra Wireless, Incorporated", "EM7455", "sierra-mc7455"),
        ("Sierra Wireless, Incorporated", "RC7611", "sierra-mc7455"),
        ("Sierra Wireless", "HL7800", "sierra-hl78"),
        ("Telit", "HE910-EUR", "telit-he910"),
        ("Telit", "UE910-EUR", "telit-he910"),
        ("Telit", "LE910C4-EU", "telit-le910"),
        ("Telit", "LM960A18", "telit-le910"),
        ("Telit", "FN980", "telit-le910"),
        ("Telit", "ML865C1-EA", "telit-me910"),
        ("Telit", "ME310G1-W1", "telit-me910"),
        ("Telit", "LE910S1-EAG", "telit-le910s1"),
        ("Telit", "LE910Q1-EU", "telit-le910s1"),
        ("Telit", "UC864-E", "telit-uc864"),
        ("Telit", "GE865-QUAD", "telit-uc864"),
        ("Telit", "GL865-QUAD", "telit-uc864"),
        ("Telit", "GM862-QUAD", "telit-uc864"),
        ("u-blox", "SARA-G350", "ublox-sara-u2"),
        ("u-blox", "LISA-U200", "ublox-sara-u2"),
        ("u-blox", "SARA-R412M-02B", "ublox-sara-r4"),
        ("u-blox", "SARA-N410", "ublox-sara-r4"),
        ("u-blox", "TOBY-R200", "ublox-lara"),
        ("u-blox", "TOBY-L210", "ublox-toby-l"),
        ("u-blox", "MPCI-L201", "ublox-toby-l"),
        ("u-blox", "LARA-R6001D", "ublox-lara-r6"),
        ("Cinterion", "BGS2-E", "cinterion-bgs2"),
        ("Cinterion", "EHS5-E", "cinterion-ehs6"),
        ("Cinterion", "PHS8-P", "cinterion-ehs6"),
        ("Gemalto", "ELS61-E", "cinterion-pls8"),
        ("Cinterion", "PLS62-W", "cinterion-pls8"),
        ("Cinterion", "MV31-W", "cinterion-pls8"),
        ("SIEMENS", "TC35", "siemens-tc35"),
        ("SIEMENS", "MC35i", "siemens-tc35"),
        ("SIEMENS", "MC55", "siemens-mc55"),
        ("SIEMENS", "TC65", "cinterion-mc75i"),
        ("WAVECOM MODEM", " MULTIBAND  900E  1800 ", "wavecom"),
        ("Fibocom Wireless Inc.", "FM160-CN", "fibocom-l8"),
        ("Fibocom Wireless Inc.", "Fibocom NL668 Modem", "fibocom-l8"),
        ("TCT Mobile Phones", "X230L", "alcatel-x"),
        ("SAMSUNG ELECTRONICS", "EC25-like", None),
        ("Nokia", "Nokia 6310i", None),
    ],
)
def test_relatives_of_a_model_have_its_profile(manufacturer: str, model: str, name: str | None) -> None:
    found = [profile.name for profile in PROFILES if profile.is_for(manufacturer, model)]

    assert found == ([name] if name else [])


@of_each(PROFILES)
def test_lines_that_a_profile_waits_for_are_never_taken_for_answers(profile: Profile) -> None:
    assert profile.restart_urcs | profile.ready_urcs | (profile.sim_urcs - {"+CPIN"}) <= UNSOLICITED
    assert not profile.restart_urcs & profile.ready_urcs


@of_each(PROFILES)
def test_what_a_model_says_at_a_start_tells_the_driver_what_the_profile_promises(profile: Profile) -> None:
    said = {re.split(r":", line)[0] for _, line in profile.personality.boot.lines}

    if profile is not GENERIC and said:
        assert said & (profile.restart_urcs | profile.ready_urcs)
        assert profile.boot_s > profile.personality.boot.at_s


@of_each(PROFILES)
def test_a_personality_boots_in_its_own_time(profile: Profile) -> None:
    bench = Bench(personality=profile.personality, boot_s=None)
    boot = profile.personality.boot
    bench.machines[0].power_off()
    bench.read()
    bench.machines[0].power_on(bench.now)

    bench.wait(boot.at_s * 0.9)
    assert not bench.machines[0].is_awake
    bench.wait(boot.at_s * 0.1 + 0.001)
    heard = bench.read() + bench.type(b"ATE0\r")
    assert heard.endswith(b"ATE0\r\r\nOK\r\n")
    refused = [
        bench.at(command)[-1]
        for command in ("+CPIN?", "+CMGL=4", "+CPMS?")
        if any(re.fullmatch(refusal.commands, command) for refusal in boot.refusals)
    ]
    assert all("ERROR" in result for result in refused)
    bench.wait(boot.length_s - boot.at_s)
    heard += bench.read()
    assert "+CPIN: READY" in bench.at("+CPIN?")
    assert bench.at("+CMGL=4")[-1] == "OK"
    positions = [heard.find(line.replace("{pin_state}", "READY").encode()) for _, line in boot.lines]
    assert -1 not in positions
    assert positions == sorted(positions)


@of_each(PROFILES)
def test_a_personality_says_who_it_is(profile: Profile) -> None:
    bench = Bench(personality=profile.personality)
    said = [
        read_bare(bench.at(command)[:-1], command) for command in ("+CGMI", "+CGMM", "+CGMR", "+CGSN", "+GMI", "+GMM")
    ]

    personality = profile.personality
    maker, model = personality.manufacturer, personality.model
    assert said == [maker, model, personality.revision, bench.equipment().identity.imei, maker, model]
    assert bench.at("I")[-1] == "OK"


@of_each(PROFILES)
def test_its_card_is_told_by_a_command_of_the_profile(profile: Profile) -> None:
    bench = Bench(personality=profile.personality)
    answers = [bench.at(command.removeprefix("AT")) for command in profile.iccid_commands]

    found = [read_iccid(line) for answer in answers for line in answer[:-1]]
    assert set(found) == {bench.equipment().sim.iccid}
    assert profile is GENERIC or answers[0][-1] == "OK"


@of_each(PROFILES)
def test_it_tells_the_tries_of_its_pin(profile: Profile) -> None:
    bench = Bench(personality=profile.personality)
    answers = [(query, bench.at(query.command.removeprefix("AT"))) for query in profile.pin_tries]

    assert {tries.left for query, answer in answers if (tries := query.read(answer[:-1])) is not None} == {3}
    assert answers[0][1][-1] == "OK"


@of_each(PROFILES)
def test_its_readings_can_be_read(profile: Profile) -> None:
    bench = Bench(personality=profile.personality)
    for reading, lowest, highest in ((profile.temperature_c, -40, 100), (profile.voltage_v, 3.2, 5.5)):
        if reading is not None:
            *lines, final = bench.at(reading.command.removeprefix("AT"))
            number = reading.read(lines)
            assert final == "OK"
            assert number is not None
            assert lowest <= number <= highest


@of_each(PROFILES)
def test_it_takes_the_commands_of_its_start(profile: Profile) -> None:
    bench = Bench(personality=profile.personality)

    assert [bench.at(command.removeprefix("AT"))[-1] for command in profile.init_commands] == ["OK"] * len(
        profile.init_commands
    )


@of_each(PROFILES)
def test_its_first_reset_command_restarts_it(profile: Profile) -> None:
    bench = Bench(personality=profile.personality)

    assert bench.at(profile.reset_commands[0].removeprefix("AT")) == ["OK"]
    assert not bench.machines[0].is_awake


@of_each(PROFILES)
def test_its_ranges_and_memories_can_be_read(profile: Profile) -> None:
    bench = Bench(personality=profile.personality)
    personality = profile.personality

    ranges = read_ranges(bench.at("+CNMI=?")[0])
    assert ranges is not None
    assert tuple(tuple(sorted(numbers)) for numbers in ranges) == personality.cnmi
    offered = read_memories(bench.at("+CPMS=?")[0])
    assert offered is not None
    assert set(offered) == set(personality.memories[0])
    in_use = read_memories_in_use(bench.at("+CPMS?")[0])
    assert in_use is not None
    assert set(in_use) == {"SM"}


@of_each(PROFILES)
def test_a_message_can_be_sent(profile: Profile) -> None:
    bench = Bench(personality=profile.personality)
    answer = bench.send(PERSON, "hello")

    assert answer[0].startswith("+CMGS: ")
    assert answer[-1] == "OK"
    assert bench.shown(PERSON) == ["hello"]


@of_each(PROFILES)
def test_a_message_is_announced_and_can_be_read_and_deleted(profile: Profile) -> None:
    bench = receiving(profile)
    bench.write(PERSON, "hello")
    (notice,) = lines(bench.read())

    message = decode_incoming(stored_pdu(bench, notice))
    assert isinstance(message, Deliver)
    assert notice == f'+CMTI: "SM",{profile.personality.first_index}'
    assert bench.at(f"+CMGD={profile.personality.first_index}") == ["OK"]
    assert bench.at("+CMGL=4") == ["OK"]


@of_each(PROFILES)
def test_a_report_comes(profile: Profile) -> None:
    bench = receiving(profile)
    said = bench.send(PERSON, "hello", report=True)
    header = next(number for number, line in enumerate(said) if line.startswith(("+CDS:", "+CDSI:")))

    is_routed = said[header].startswith("+CDS:")
    tpdu = tpdu_of(said[header + 1]) if is_routed else stored_pdu(bench, said[header])
    assert isinstance(decode_incoming(tpdu), StatusReport)
    assert not is_routed or read_length(said[header]) == len(tpdu)


@of_each(PROFILES)
def test_an_empty_slot_is_empty(profile: Profile) -> None:
    bench = Bench(personality=profile.personality)
    expected = profile.personality.empty_slot
    is_final = "ERROR" in expected

    assert bench.at(f"+CMGR={profile.personality.first_index}") == ([expected] if expected else []) + (
        [] if is_final else ["OK"]
    )


@of_each(PROFILES)
@pytest.mark.parametrize("command", ["+MODE=2", "+CPROT=?", "+SYNCML=?", "$TSSPCSW=?", "+MPBR=?", "^SQWE?", "^SBNR=?"])
def test_commands_that_switch_gammu_into_the_mode_of_a_phone_fail(profile: Profile, command: str) -> None:
    bench = Bench(personality=profile.personality)

    assert bench.at(command) == [profile.personality.unknown_command or "ERROR"]


@of_each(PROFILES)
def test_its_restarts_restart_it(profile: Profile) -> None:
    for command in (*sorted(profile.personality.restarts), "+CFUN=1,1"):
        bench = Bench(personality=profile.personality)
        assert bench.at(f"+CMEE=1;{command}") == ["OK"]
        assert not bench.machines[0].is_awake
        bench.wait(bench.machines[0].boot_s)
        bench.read()
        bench.at("E0")
        assert bench.at("+CMEE?") == ["+CMEE: 0", "OK"]


@of_each(PROFILES)
def test_it_can_be_switched_off(profile: Profile) -> None:
    for command, last_word in profile.personality.switches_off.items():
        bench = Bench(personality=profile.personality)
        said = bench.at(command)
        assert not last_word or said[-1] == last_word
        assert bench.type(b"AT\r") == b""


@of_each(PROFILES)
def test_its_own_commands_answer(profile: Profile) -> None:
    personality = profile.personality
    for command in personality.answers:
        bench = Bench(personality=personality)
        said = bench.at(command)
        assert said, command
        assert "{" not in "".join(said)
        if command not in personality.switches_off:
            assert said[-1] == "OK", command


def test_two_files_may_not_have_one_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("modem.profiles.wavecom.PROFILE", Profile(name="generic"))
    load_profiles.cache_clear()

    with pytest.raises(ValueError, match="generic"):
        load_profiles()
    monkeypatch.undo()
    load_profiles.cache_clear()
