"""What an operator is promised, on the installed package and real USB. The tests build on each other, in this order."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path

import pytest

from tests.usb.conftest import IDENTITIES, Note
from tests.usb.guest import Guest, interface_of, later_revision, socket_of, stopped, until
from tests.usb.rack import Rack

pytestmark = [pytest.mark.usb, pytest.mark.timeout(900)]

# The interface with the AT port of each identity, by usbbox's table of models.
AT_INTERFACE = {"ec25": 2, "sim7600": 2, "e173": 0, "ublox": 0, "ftdi": 0}
HUB = "/sys/bus/usb/devices/1-1:1.0"
UNIT = "gsm-gateway.service"


def recipients(count: int, test: int) -> list[str]:
    """Give numbers that no other test uses."""
    return [f"+49171{test:02}{index:05}" for index in range(count)]


def seconds_since(began: float) -> str:
    return f"{time.monotonic() - began:.1f} s"


def test_installation_makes_the_user_and_starts_nothing(guest: Guest, note: Note) -> None:
    assert guest.run("systemctl is-active gsm-gateway || true") == "inactive"
    assert guest.run("id -Gn gsm-gateway").split() == ["gsm-gateway", "dialout"]
    assert guest.run("stat -c '%a %U %G' /etc/gsm-gateway /etc/gsm-gateway/gateway.toml /var/lib/gsm-gateway") == (
        "750 root gsm-gateway\n640 root gsm-gateway\n750 gsm-gateway gsm-gateway"
    )
    assert "settings are right" in guest.run("runuser -u gsm-gateway -- gsm-gateway check")
    note("package installed", "user, folders, unit, rules; nothing started")


def test_a_modem_that_modem_manager_had_is_ours_without_a_hand(service: Guest, mixed: Rack, note: Note) -> None:
    assert service.run("systemctl is-active ModemManager") == "active"
    assert "No modems" in service.run("mmcli -L")
    service.until_ready(mixed, [0])
    note("modem that ModemManager had before", "let go of at the installation, ready when the service started")


def test_every_model_is_found_on_its_at_port(service: Guest, mixed: Rack, note: Note) -> None:
    service.unplug_all()
    service.forget_writes()  # ModemManager's, from before the installation
    began = time.monotonic()
    for number, model in enumerate(IDENTITIES):
        service.plug(number, mixed, number, model=model)
    spans = service.until_ready(mixed, list(range(len(IDENTITIES))), timeout_s=240)
    took = seconds_since(began)
    for number, model in enumerate(IDENTITIES):
        span = spans[number]
        assert socket_of(span.path) == number, (model, span)
        assert interface_of(span.path) == AT_INTERFACE[model], (model, span)
        number_there = f"+4917101{number:05}"
        service.send(number_there, f"from {model}", port=span.port)
        service.until_sent({number_there})
        assert mixed.sender(number_there) == number
        note(f"{model} found", f"{span.path.rpartition('/')[2]}, span {span.port}, sent a message")
    note("five models plugged to all ready", took)


def test_nothing_but_at_ports_is_written_to(service: Guest, note: Note) -> None:
    assert service.foreign_writes() == []
    assert service.run("systemctl is-active ModemManager") == "active"
    assert "No modems" in service.run("mmcli -L")
    note("other ports (diagnostics, GPS, audio)", "no octet written, by gateway or ModemManager")


def test_service_runs_without_root(service: Guest, note: Note) -> None:
    pid = service.shows("MainPID")
    status = dict(re.findall(r"^(\w+):\s*(.*)$", service.run(f"cat /proc/{pid}/status"), re.MULTILINE))
    uid, dialout = service.run("id -u gsm-gateway"), service.run("getent group dialout | cut -d: -f3")
    assert set(status["Uid"].split()) == {uid}
    assert dialout in status["Groups"].split()
    assert {status[name] for name in ("CapPrm", "CapEff", "CapBnd", "CapAmb")} == {"0" * 16}
    assert status["NoNewPrivs"] == "1"
    assert service.run("stat -c %U:%G:%a /dev/ttyUSB2") == "root:dialout:660"
    note("permissions", "user gsm-gateway, group dialout, no capability")


def test_modem_pulled_in_mid_send_comes_back_under_another_terminal(
    service: Guest, mixed: Rack, alike: Rack, note: Note
) -> None:
    service.unplug_all()
    service.plug(0, alike, 0, model="ec25")
    span = service.until_ready(alike, [0])[0]
    before = service.terminal(span.path)
    alike.set_radio_time(8)
    (recipient,) = recipients(1, 4)
    service.send(recipient, "pulled while it is sent", port=span.port)
    until(
        lambda: service.query(f"select 1 from attempt where port = {span.port} and outcome = 'open'"),
        timeout_s=30,
        what="the message under way",
    )
    service.unplug(0)
    until(lambda: span.port not in service.ready_ports(), timeout_s=20, what="the loss noticed")
    # The decoy takes the lowest free terminals.
    service.plug(1, mixed, 1, model="sim7600")
    until(lambda: service.does(f"test -e {before}"), timeout_s=20, what="the decoy's terminals")
    alike.set_radio_time(0.5)
    began = time.monotonic()
    service.plug(0, alike, 0, model="ec25")
    again = service.until_ready(alike, [0])[0]
    took = seconds_since(began)
    after = service.terminal(again.path)
    assert (again.port, again.path) == (span.port, span.path)
    assert after != before
    (row,) = service.until_sent({recipient})
    count = alike.on_air()[recipient]
    assert count == 1 or (count == 2 and row["resent_segment"] is not None), row
    note(
        "pulled in mid-send, back on another terminal",
        f"{before} -> {after}, ready {took} after the plug, on the air {count}x",
    )


def test_modem_comes_back_after_its_hub_port_lost_power(service: Guest, alike: Rack, note: Note) -> None:
    span = service.until_ready(alike, [0])[0]
    service.run(f"echo 1 >{HUB}/1-1-port1/disable")
    until(lambda: span.port not in service.ready_ports(), timeout_s=20, what="the loss noticed")
    service.run(f"echo 0 >{HUB}/1-1-port1/disable")
    began = time.monotonic()
    again = service.until_ready(alike, [0])[0]
    assert again.port == span.port
    (recipient,) = recipients(1, 5)
    service.send(recipient, "after the power came back", port=again.port)
    service.until_sent({recipient})
    note("hub port switched off and on", f"sending {seconds_since(began)} after the power")


def asked_of_the_helper(guest: Guest, user: str, request: dict[str, str]) -> dict[str, str]:
    """Ask the part with rights for a step as `user`; gives its answer."""
    code = (
        "import socket; s = socket.socket(socket.AF_UNIX); s.connect('/run/gsm-gateway-usb.sock'); "
        "s.send(input().encode() + bytes([10])); print(s.makefile().readline())"
    )
    said = guest.run(f"runuser -u {user} -- python3 -c \"{code}\" <<<'{json.dumps(request)}' 2>&1 || true")
    answer: dict[str, str] = json.loads(said) if said.startswith("{") else {"error": said}
    return answer


def test_helper_resets_modems_for_the_gateway_alone(service: Guest, alike: Rack, note: Note) -> None:
    span = service.until_ready(alike, [0])[0]
    allowed = {"do": "reauthorise", "device": "1-1.1"}
    assert "PermissionError" in asked_of_the_helper(service, "nobody", allowed)["error"]
    assert "hub" in asked_of_the_helper(service, "gsm-gateway", {"do": "reauthorise", "device": "1-1"})["refused"]
    assert "1-1.1" in asked_of_the_helper(service, "gsm-gateway", allowed)["done"]
    until(lambda: span.port not in service.ready_ports(), timeout_s=30, what="the loss noticed")
    service.until_ready(alike, [0])
    for step in ("usb-reset", "power-cycle"):
        assert "done" in asked_of_the_helper(service, "gsm-gateway", {**allowed, "do": step})
        service.until_ready(alike, [0])
    note("privileged helper", "resets a modem and switches its power for gsm-gateway, no hub, and for nobody else")


def test_restart_of_the_service_loses_nothing(service: Guest, alike: Rack, note: Note) -> None:
    span = service.until_ready(alike, [0])[0]
    alike.set_radio_time(2)
    numbers = recipients(6, 6)
    for recipient in numbers:
        service.send(recipient, "across a restart", port=span.port)
    began = time.monotonic()
    service.run("systemctl restart gsm-gateway", timeout_s=200)
    restarted = seconds_since(began)
    alike.set_radio_time(0.5)
    service.until_ready(alike, [0])
    service.until_sent(set(numbers))
    air = alike.on_air()
    assert [air[recipient] for recipient in numbers] == [1] * 6
    note("service restarted in mid-send", f"in {restarted}; 6 of 6 messages sent once")


def test_eight_identical_modems_are_told_apart(service: Guest, alike: Rack, note: Note) -> None:
    service.unplug_all()
    began = time.monotonic()
    for modem in range(8):
        service.plug(modem, alike, modem, model="ec25")
    spans = service.until_ready(alike, list(range(8)), timeout_s=240)
    took = seconds_since(began)
    assert len({span.port for span in spans.values()}) == 8
    assert {modem: socket_of(span.path) for modem, span in spans.items()} == {modem: modem for modem in range(8)}
    for modem, recipient in enumerate(recipients(8, 7)):
        service.send(recipient, f"by modem {modem}", port=spans[modem].port)
    service.until_sent(set(recipients(8, 7)))
    assert [alike.sender(recipient) for recipient in recipients(8, 7)] == list(range(8))
    note("eight EC25 without serial number", f"told apart, plugged to all ready {took}")


def test_modems_that_change_sockets_keep_their_spans(service: Guest, alike: Rack, note: Note) -> None:
    before = service.until_ready(alike, list(range(8)))
    service.unplug(0)
    service.unplug(1)
    until(lambda: len(service.ready_ports()) == 6, timeout_s=20, what="the losses noticed")
    service.plug(0, alike, 1, model="ec25")
    service.plug(1, alike, 0, model="ec25")
    after = service.until_ready(alike, list(range(8)))
    assert {modem: span.port for modem, span in after.items()} == {modem: span.port for modem, span in before.items()}
    assert (socket_of(after[0].path), socket_of(after[1].path)) == (1, 0)
    note("two of them swapped", "each kept its span number")


def test_nothing_but_at_ports_was_ever_written_to(service: Guest) -> None:
    assert service.foreign_writes() == []


def test_blocked_modems_trip_no_watchdog_and_hold_nobody_up(service: Guest, alike: Rack, note: Note) -> None:
    spans = service.until_ready(alike, list(range(8)))
    pid = service.shows("MainPID")
    limit_s = int(service.shows("WatchdogUSec").rstrip("s"))
    alike.ask("POST", "/faults", modem=2, fault="hang", lasting_s=60)
    with stopped(service.device_process(3)):
        for modem in (2, 3):
            service.send(recipients(2, 8)[modem - 2], "into a blocked modem", port=spans[modem].port)
        began = time.monotonic()
        others = iter(recipients(100, 9))
        used = []
        while time.monotonic() - began < limit_s * 1.5:
            used.append(next(others))
            service.send(used[-1], "meanwhile", port=spans[4 + len(used) % 4].port)
            service.until_sent({used[-1]}, timeout_s=15)
    assert (service.shows("MainPID"), service.shows("NRestarts")) == (pid, "0")
    note("one modem deaf, one blocked on USB", f"for {limit_s * 1.5:.0f} s; {len(used)} messages by others, no restart")


def test_watchdog_restarts_a_process_that_stands_still(service: Guest, alike: Rack, note: Note) -> None:
    pid = service.shows("MainPID")
    began = time.monotonic()
    service.run(f"kill -STOP {pid}")
    until(lambda: service.shows("MainPID") not in {pid, "0"}, timeout_s=120, what="a new process", look_every_s=1)
    restarted = seconds_since(began)
    service.until_ready(alike, [0, 1, 4, 5, 6, 7])
    assert "watchdog" in service.run(f"journalctl -b -o cat --no-pager _PID=1 UNIT={UNIT} | tail -40").lower()
    note(
        "process stopped (SIGSTOP)",
        f"systemd started a new one {restarted} later, modems ready after {seconds_since(began)}",
    )


def test_power_cut_in_mid_run_loses_nothing(service: Guest, alike: Rack, note: Note) -> None:
    service.unplug_all()
    for modem in range(8):
        service.plug(modem, alike, modem, model="ec25")
    service.until_ready(alike, list(range(8)), timeout_s=240)
    alike.set_radio_time(2)
    # One modem falls silent with its message sent: whether it went out is then an open question.
    alike.ask("POST", "/faults", modem=0, fault="hang", on="submit", after_submits=1, stage="sent")
    numbers = recipients(48, 10)
    for recipient in numbers:
        service.send(recipient, "accepted before the cut")
    until(lambda: sum(alike.on_air()[number] for number in numbers) >= 16, timeout_s=60, what="a third of them sent")
    service.cut()
    at_cut = sum(alike.on_air()[number] for number in numbers)
    boot_s = service.start()
    began = time.monotonic()
    alike.set_radio_time(0.5)
    for modem in range(8):
        service.plug(modem, alike, modem, model="ec25")
    rows = {row["recipient"]: row for row in service.until_sent(set(numbers), timeout_s=240)}
    took = seconds_since(began)
    air = alike.on_air()
    assert [number for number in numbers if not air[number]] == []
    twice = [number for number in numbers if air[number] > 1]
    assert [number for number in twice if rows[number]["resent_segment"] is None] == []
    assert max(air[number] for number in numbers) <= 2
    assert len(twice) <= 8
    note(
        "power cut in mid-run",
        f"{at_cut} of 48 sent before, boot {boot_s:.0f} s, all sent {took} later; 0 lost, {len(twice)} twice, marked",
    )


def test_upgrade_keeps_messages_and_settings(
    service: Guest, package: Path, alike: Rack, note: Note, tmp_path: Path
) -> None:
    settings = service.run("cat /etc/gsm-gateway/gateway.toml")
    (before,) = service.query("select count(*) as messages from message")
    newer = later_revision(package, tmp_path)
    service.machine.put(str(newer), "/root")
    pid = service.shows("MainPID")
    service.run(f"apt-get -q install -y /root/{newer.name}", timeout_s=300)
    assert service.shows("MainPID") not in {pid, "0"}
    assert service.run("cat /etc/gsm-gateway/gateway.toml") == settings
    assert service.query("select count(*) as messages from message") == [before]
    service.until_ready(alike, list(range(8)), timeout_s=240)
    note("upgrade of the package", f"{before['messages']} messages and the settings kept, service restarted")


def test_removal_keeps_data_and_purge_leaves_nothing(service: Guest, note: Note) -> None:
    service.run("apt-get -q remove -y gsm-gateway", timeout_s=200)
    assert not service.does("pgrep -u gsm-gateway")
    service.run("test -s /var/lib/gsm-gateway/gateway.db && test -s /etc/gsm-gateway/gateway.toml")
    assert not service.does("test -e /usr/bin/gsm-gateway")
    assert (
        service.run("find /usr/lib/gsm-gateway /usr/lib/systemd /usr/lib/udev -name '*gsm*' 2>/dev/null || true") == ""
    )
    service.run("apt-get -q purge -y gsm-gateway", timeout_s=200)
    left = service.run(
        "find / -xdev -not -path '/proc/*' -name '*gsm-gateway*' -not -name '*.deb' 2>/dev/null || true"
    ).split()
    assert [path for path in left if not path.startswith("/var/lib/systemd/")] == []
    note("removal and purge", "removal keeps messages and settings, purge leaves nothing")
