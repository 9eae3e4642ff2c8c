"""A crude modem on a PTY, written from 3GPP TS 27.005 alone and sharing no code with this project.

It is a program of its own: `python crude_modem.py LINK MANNER`, MANNER a JSON object of the names in `MANNER` below.
It holds some messages at the start, announces one more once +CNMI is set, and takes whatever is submitted. At its end
(SIGTERM) it writes on standard output, as JSON, what it still holds and what was submitted.
"""

from __future__ import annotations

import json
import os
import select
import signal
import sys
import time
import tty
from pathlib import Path
from typing import Any

MANNER: dict[str, Any] = {
    "imei": "490154203237518",
    "texts": [],  # held at the start
    "late_text": "",  # arrives, and is announced, after that
    "memories": ["SM", "ME"],  # [] for a modem without +CPMS
    "announced_as": "",  # the memory that +CMTI names, "" for the right one
    "base": 1,  # number of the first slot
    "header": "{stat},,{length}",  # of +CMGR
    "list_header": "{index},{stat},,{length}",  # of +CMGL
    "length_error": 0,  # added to each <length>
    "empty": "OK",  # what +CMGR says to an empty slot
    "lists_all": True,  # False: +CMGL=4 is refused
    "has_cnmi": True,
    "has_smsc": True,  # False: PDUs without the service centre's field
    "prompt": "\r\n> ",
    "is_echoing": False,  # for ever
    "is_lower_case": False,
    "mr_first": True,  # False: OK comes before +CMGS
    "has_ok": True,  # behind +CMGS
    "between": "",  # a line that falls between header and PDU, and between +CMGS and OK
}


class CrudeModem:
    """One modem; everything it knows is in `manner`."""

    def __init__(self, manner: dict[str, Any]) -> None:
        self.manner: dict[str, Any] = {**MANNER, **manner}
        names = self.manner["memories"] or ["SM"]
        self.memories: dict[str, dict[int, list[Any]]] = {name: {} for name in names}
        self.selected = names[0]
        for text in self.manner["texts"]:
            self.keep(names[-1], text)
        self.submitted: list[str] = []
        self.is_body = False
        self.buffer = b""
        self.master, slave = os.openpty()
        tty.setraw(slave)
        self.slave_name = os.ttyname(slave)
        self.late_at: float | None = None

    def keep(self, memory: str, text: str) -> int:
        slots = self.memories[memory]
        index: int = next(i for i in range(self.manner["base"], 99) if i not in slots)
        slots[index] = [0, self.deliver(text)]
        return index

    def deliver(self, text: str) -> str:
        data = text.encode("utf-16-be").hex().upper()
        tpdu = "040B911346610089F60008" + "42306201000000" + f"{len(data) // 2:02X}" + data
        pdu = ("07911326040000F0" if self.manner["has_smsc"] else "") + tpdu
        return pdu.lower() if self.manner["is_lower_case"] else pdu

    def length(self, pdu: str) -> int:
        return len(pdu) // 2 - (8 if self.manner["has_smsc"] else 0) + int(self.manner["length_error"])

    def say(self, *lines: str) -> None:
        os.write(self.master, "".join(f"\r\n{line}\r\n" for line in lines).encode())

    def run(self) -> None:
        while True:
            wait = 0.05 if self.late_at is None else max(0.0, self.late_at - time.monotonic())
            if select.select([self.master], [], [], wait)[0]:
                try:
                    data = os.read(self.master, 1024)
                except OSError:
                    time.sleep(0.05)
                    continue
                if self.manner["is_echoing"]:
                    os.write(self.master, data)
                for octet in data:
                    self.take(bytes([octet]))
            if self.late_at is not None and time.monotonic() >= self.late_at and not self.is_body:
                self.late_at = None
                self.arrive()

    def arrive(self) -> None:
        memory = list(self.memories)[-1]
        index = self.keep(memory, self.manner["late_text"])
        if self.manner["has_cnmi"]:
            self.say(f'+CMTI: "{self.manner["announced_as"] or memory}",{index}')

    def take(self, octet: bytes) -> None:
        if self.is_body and octet in b"\x1a\x1b":
            body, self.buffer, self.is_body = self.buffer.decode(), b"", False
            if octet == b"\x1a":
                self.submit(body)
            else:
                self.say("OK")
        elif octet == b"\r" and not self.is_body:
            command, self.buffer = self.buffer.decode("latin-1").strip(), b""
            if command:
                self.obey(command)
        elif octet not in b"\n\x1b":
            self.buffer += octet

    def submit(self, body: str) -> None:
        self.submitted.append(body)
        lines = [f"+CMGS: {len(self.submitted) % 256}"]
        if self.manner["between"]:
            lines.append(self.manner["between"])
        if self.manner["has_ok"]:
            lines.append("OK")
        self.say(*(lines if self.manner["mr_first"] else lines[::-1]))

    def obey(self, command: str) -> None:
        name, _, value = command.partition("=")
        imei = self.manner["imei"]
        answers: dict[str, list[str]] = {
            "AT": [], "ATE0": [], "AT+CMGF=0": [], "AT+CGMI": ["Crude"], "AT+CGMM": ["One"], "AT+CGSN": [imei],
            "AT+CPIN?": ["+CPIN: READY"], "AT+CIMI": ["26201" + imei[-10:]], "AT+CREG?": ["+CREG: 0,1"],
            "AT+CSQ": ["+CSQ: 20,99"],
        }  # fmt: skip
        if command in answers:
            self.say(*answers[command], "OK")
        elif name == "AT+CMGS":
            self.is_body = True
            os.write(self.master, self.manner["prompt"].encode())
        elif name == "AT+CNMI" and self.manner["has_cnmi"]:
            self.say(*(["+CNMI: (0-2),(0,1),(0),(0-2),(0,1)"] if value == "?" else []), "OK")
            self.late_at = time.monotonic() + 1.5
        elif name.startswith("AT+CPMS") and self.manner["memories"]:
            self.choose(command, value)
        elif name == "AT+CMGL":
            self.enumerate(value)
        elif name == "AT+CMGR":
            self.read(int(value))
        elif name == "AT+CMGD":
            self.memories[self.selected].pop(int(value), None)
            self.say("OK")
        else:
            self.say("ERROR")

    def choose(self, command: str, value: str) -> None:
        if command == "AT+CPMS=?":
            names = ",".join(f'"{name}"' for name in self.memories)
            self.say(f"+CPMS: ({names}),({names}),({names})", "OK")
        elif command == "AT+CPMS?":
            self.say(
                "+CPMS: " + ",".join(f'"{name}",{len(self.memories[name])},20' for name in [self.selected] * 3), "OK"
            )
        elif (memory := value.split(",", maxsplit=1)[0].strip('"')) in self.memories:
            self.selected = memory
            self.say("+CPMS: " + ",".join([f"{len(self.memories[memory])},20"] * 3), "OK")
        else:
            self.say("+CMS ERROR: 302")

    def enumerate(self, value: str) -> None:
        if not self.manner["has_cnmi"] and self.late_at is None and self.manner["late_text"] and not self.submitted:
            self.late_at = time.monotonic() + 1.5
        if value == "4" and not self.manner["lists_all"]:
            self.say("+CMS ERROR: 303")
            return
        lines = []
        for index, slot in self.memories[self.selected].items():
            if value == "4" or int(value) == slot[0]:
                lines += self.shown("+CMGL: " + self.manner["list_header"], index, slot)
        self.say(*lines, "OK")

    def read(self, index: int) -> None:
        slot = self.memories[self.selected].get(index)
        if slot is not None:
            self.say(*self.shown("+CMGR: " + self.manner["header"], index, slot), "OK")
        elif self.manner["empty"].startswith("+CMGR"):
            self.say(self.manner["empty"], "OK")
        else:
            self.say(self.manner["empty"])

    def shown(self, header: str, index: int, slot: list[Any]) -> list[str]:
        stat, slot[0] = slot[0], 1
        lines = [header.format(index=index, stat=stat, length=self.length(slot[1]))]
        if self.manner["between"]:
            lines.append(self.manner["between"])
        return [*lines, slot[1]]

    def end(self, *_: object) -> None:
        held = sum(len(slots) for slots in self.memories.values())
        print(json.dumps({"held": held, "submitted": self.submitted}), flush=True)
        os._exit(0)


if __name__ == "__main__":
    modem = CrudeModem(json.loads(sys.argv[2]))
    Path(sys.argv[1]).symlink_to(modem.slave_name)
    signal.signal(signal.SIGTERM, modem.end)
    modem.run()
