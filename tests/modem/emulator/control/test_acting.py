"""Every action is a route, and does what it says."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from modem.emulator.action import load_actions
from modem.emulator.control.route import load_routes
from modem.emulator.radio import Registration
from modem.pdu import Address, format_pdu, plan, submits
from tests.modem.emulator.host import Host
from tests.support.waiting import until

if TYPE_CHECKING:
    import aiohttp

    from modem.emulator.rack.rack import Rack

PERSON = "+491711234567"
ACTIONS = [models[0] for models in load_actions().values()]


async def ask(door: aiohttp.ClientSession, method: str, path: str, body: object = None) -> tuple[int, Any]:
    async with door.request(method, path, json=body) as response:
        return response.status, await response.json()


@pytest.mark.parametrize("action", [action for action in ACTIONS if action.example], ids=lambda action: action.__name__)
async def test_the_example_of_an_action_is_accepted(rack: Rack, door: aiohttp.ClientSession, action: Any) -> None:
    path = action.path.format(modem=0, sender=PERSON, number=PERSON)
    if action.__name__ == "Disarm":
        await ask(door, "POST", "/faults", {"modem": 0, "fault": "late_result", "delay_s": 5})

    status, answer = await ask(door, action.method, path, action.example)

    assert status in (200, 201), answer


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.__name__)
async def test_an_unknown_key_is_refused(rack: Rack, door: aiohttp.ClientSession, action: Any) -> None:
    path = action.path.format(modem=0, sender=PERSON, number=0)
    body = {**action.example, "nonsense": 1}

    status, answer = await ask(door, action.method, path, body)

    assert status == 400
    assert "nonsense" in [mistake["field"] for mistake in answer["errors"]]


async def test_a_modem_is_switched_off_and_on_behind_its_port(rack: Rack, door: aiohttp.ClientSession) -> None:
    with Host(rack.ports[0]) as host:
        await host.ask("+CMEE=2")
        status, state = await ask(door, "POST", "/modems/0/power_cycle")
        assert (status, state["is_plugged"], state["registration"]) == (200, True, "none")
        await until(lambda: rack.machines[0].equipment.registration is Registration.HOME)
        assert await host.ask("+CMEE?") == ["+CMEE: 0"]
    await ask(door, "POST", "/modems/0/unplug")
    status, answer = await ask(door, "POST", "/modems/0/power_cycle")

    assert (status, answer["field"]) == (409, "modem")


async def test_a_sim_is_taken_out_put_in_and_locked(rack: Rack, door: aiohttp.ClientSession) -> None:
    _, out = await ask(door, "POST", "/modems/0/sim/eject")
    again, _ = await ask(door, "POST", "/modems/0/sim/eject")
    _, back = await ask(door, "POST", "/modems/0/sim/insert")
    _, locked = await ask(door, "POST", "/modems/0/sim/lock", {"pin": "4711"})
    with Host(rack.ports[0]) as host:
        assert await host.ask("+CPIN?") == ["+CPIN: SIM PIN"]
        await host.ask('+CPIN="4711"')
        opened = rack.machines[0].equipment.registration
    _, blocked = await ask(door, "POST", "/modems/0/sim/lock", {"has_blocked_pin": True})

    assert (out["sim"]["is_present"], out["registration"], again) == (False, "none", 409)
    assert (back["sim"]["is_present"], back["registration"]) == (True, "home")
    assert (locked["sim"]["waits_for"], locked["registration"]) == ("SIM PIN", "none")
    assert opened is Registration.HOME
    assert blocked["sim"]["waits_for"] == "SIM PUK"


async def test_a_message_on_the_air_ends_when_the_sim_is_taken_out(rack: Rack, door: aiohttp.ClientSession) -> None:
    await ask(door, "POST", "/network/radio_time", {"radio_time": 3600})
    with Host(rack.ports[0]) as host:
        tpdu = submits(plan("hello"), Address.parse(PERSON), concat_ref=1)[0].encode()
        host.write(b"AT+CMGS=%d\r" % len(tpdu))
        await host.hear(b"\r\n> ")
        host.write(format_pdu(tpdu).encode() + b"\x1a")
        await host.hear(format_pdu(tpdu).encode())  # the echo: it is on the air
        await ask(door, "POST", "/modems/0/sim/eject")
        await host.hear(b"\r\n+CMS ERROR: 310\r\n")  # SIM not inserted, 3GPP TS 27.005 3.2.5
        await host.ask("")


async def test_registration_signal_and_cell_are_what_the_modem_sees(rack: Rack, door: aiohttp.ClientSession) -> None:
    await ask(door, "POST", "/network/cells", {"cell": {"name": "cellar", "identity": {"cell_id": "0000ABCD"}}})
    await ask(door, "POST", "/modems/0/cell", {"cell": "cellar"})
    await ask(door, "POST", "/modems/0/registration", {"registration": "roaming"})
    _, state = await ask(door, "POST", "/modems/0/signal", {"rssi": 7, "ber": 3})
    with Host(rack.ports[0]) as host:
        assert await host.ask("+CSQ") == ["+CSQ: 7,3"]
        await host.ask("+CREG=2")
        assert await host.ask("+CREG?") == ['+CREG: 2,5,"00A1","0000ABCD",7']

    assert (state["cell"], state["registration"], state["signal"]) == ("cellar", "roaming", {"rssi": 7, "ber": 3})


async def test_a_fault_is_armed_seen_and_removed(rack: Rack, door: aiohttp.ClientSession) -> None:
    body = {"modem": 1, "fault": "send_error", "code": 511, "times": 0, "sends": False}
    status, armed = await ask(door, "POST", "/faults", body)
    _, faults = await ask(door, "GET", "/faults")
    gone, _ = await ask(door, "DELETE", f"/faults/1/{armed['number']}")
    missing, answer = await ask(door, "DELETE", f"/faults/1/{armed['number']}")

    assert (status, armed["state"]) == (201, "waiting")
    (shown,) = faults["armed"]
    assert (shown["modem"], shown["fault"], shown["table"]["code"]) == (1, "send_error", 511)
    assert (gone, rack.machines[1].faults, missing, answer["field"]) == (200, (), 404, "number")


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"modem": 0}, ["fault"]),
        ({"modem": 0, "fault": "thirst"}, ["fault"]),
        ({"modem": 7, "fault": "hang", "cured_by": "prayer", "times": -1}, ["modem", "times", "cured_by"]),
        ({"modem": 0, "fault": "late_result", "delay_s": "long"}, ["delay_s"]),
        ({"modem": 0, "fault": "hang", "after_submits": 1, "after_commands": 1}, ["after_submits"]),
    ],
)
async def test_all_mistakes_of_a_fault_are_named(
    door: aiohttp.ClientSession, body: dict[str, Any], fields: list[str]
) -> None:
    status, answer = await ask(door, "POST", "/faults", body)

    assert status == 400
    assert sorted(mistake["field"] for mistake in answer["errors"]) == sorted(fields)


async def test_each_kind_of_message_goes_out(rack: Rack, door: aiohttp.ClientSession) -> None:
    to = rack.machines[0].equipment.sim.number
    for body in (
        {"kind": "flash", "text": "now"},
        {"kind": "silent"},
        {"kind": "replacement", "text": "news", "replace_type": 2},
        {"kind": "binary", "data": "0A0B", "ports": {"destination": 5000, "source": 5001}},
        {"kind": "wap_push", "url": "example.com", "title": "Look"},
        {"kind": "indication", "waiting": "fax"},
        {"text": "x" * 200, "order": [2], "concat_ref": 77, "concat_bits": 16},
    ):
        status, answer = await ask(door, "POST", f"/handsets/{PERSON}/messages", {"to": to, **body})
        assert (status, answer) == (201, {"segments": 1})
    octets = [entry.octets for entry in rack.network.ledger]

    # TP-PID and TP-DCS stand behind first octet, length, type and six octets of number: 3GPP TS 23.040 9.2.2.1.
    assert [(tpdu[9], tpdu[10]) for tpdu in octets[:3]] == [(0x00, 0x10), (0x40, 0x00), (0x42, 0x00)]
    assert octets[3].endswith(bytes.fromhex("060504138813890A0B"))
    assert bytes.fromhex("060804004D0202") in octets[6]


async def test_a_behaviour_holds_and_is_shown(rack: Rack, door: aiohttp.ClientSession) -> None:
    body = {"recipient": {"refusal": 67, "transit": 0.5}}
    await ask(door, "POST", f"/handsets/{PERSON}/behaviour", body)
    await ask(door, "POST", f"/handsets/{PERSON}/messages", {"to": "+33639980001", "text": "hello"})
    _, handset = await ask(door, "GET", f"/handsets/{PERSON}")
    wrong, answer = await ask(door, "POST", f"/handsets/{PERSON}/behaviour", {"recipient": {"refusal": 1, "copies": 0}})

    assert (handset["behaviour"]["refusal"], handset["behaviour"]["transit"]["least_s"]) == (67, 0.5)
    assert [message["recipient"] for message in handset["written"]] == ["+33639980001"]
    assert wrong == 400
    assert [mistake["field"] for mistake in answer["errors"]] == ["recipient.refusal", "recipient.copies"]


async def test_the_network_shows_what_was_set(door: aiohttp.ClientSession) -> None:
    await ask(door, "POST", "/network/radio_time", {"radio_time": "gsm"})
    await ask(door, "POST", "/network/report_delay", {"report_delay": 3})
    await ask(door, "POST", "/network/congestion", {"congestions": [{"refused": 0.5}]})
    await ask(door, "POST", "/network/rules", {"rule": {"answer": {"cause": 38}}})
    _, shown = await ask(door, "GET", "/network")
    await ask(door, "DELETE", "/network/rules")
    _, after = await ask(door, "GET", "/network")
    missing, answer = await ask(door, "POST", "/network/radio_time", {"radio_time": 1, "cell": "moon"})

    (home,) = shown["cells"]
    assert home["radio_time"]["first"] == {"least_s": 3.0, "most_s": 6.0, "usual_s": 4.0}
    assert (home["congestions"][0]["refused"], shown["centre"]["report_delay"]["least_s"]) == (0.5, 3.0)
    assert (shown["rules"][0]["answer"]["cause"], after["rules"]) == (38, [])
    assert (missing, answer["field"]) == (400, "cell")


async def test_a_modem_rings_once_at_a_time(rack: Rack, door: aiohttp.ClientSession) -> None:
    with Host(rack.ports[0]) as host:
        status, _ = await ask(door, "POST", "/modems/0/call", {"caller": PERSON})
        await host.hear(b"\r\nRING\r\n")
        again, answer = await ask(door, "POST", "/modems/0/call")
        await ask(door, "POST", "/modems/0/hang_up")
        await host.hear(b"NO CARRIER")

    assert (status, again, answer["field"]) == (200, 409, "modem")


async def test_a_modem_is_added(rack: Rack, door: aiohttp.ClientSession) -> None:
    status, state = await ask(door, "POST", "/modems", {"model": "generic"})
    with Host(rack.ports[2]) as host:
        assert await host.ask("+CGSN") == [state["imei"]]
    wrong, answer = await ask(door, "POST", "/modems", {"model": "abacus"})

    assert (status, state["index"], wrong, answer["field"]) == (201, 2, 400, "model")


def test_no_two_ways_in_are_the_same() -> None:
    ways = [(route.method, route.path) for route in load_routes()] + [(each.method, each.path) for each in ACTIONS]

    assert len(ways) == len(set(ways))


def test_examples_are_json() -> None:
    for action in ACTIONS:
        assert json.loads(json.dumps(action.example)) == action.example
