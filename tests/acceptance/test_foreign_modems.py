"""A gateway with modems that share no code with it and have manners seen in the field; sources beside each.

Field captures: Gammu's tests (tests/at-sms); the forms of empty slots: smstools3 and Gammu.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.support import crude_modem
from tests.support.box import running_box
from tests.support.waiting import until

MANNERS: dict[str, dict[str, object]] = {
    "standard": {},
    "no alpha": {"header": "{stat},{length}", "list_header": "{index},{stat},{length}"},
    "index first": {"header": "{index},{stat},,{length}"},
    "length only": {"header": "{length}"},
    "no status": {"header": ",,{length}"},
    "a name with a comma": {
        "header": '{stat},"Doe, J",{length}',
        "list_header": '{index},{stat},"Doe, J",{length}',
    },
    "wrong length, slots from 0": {"length_error": 7, "base": 0},
    "no length, empty slot is 321": {"header": "{stat},,", "empty": "+CMS ERROR: 321"},
    "without service centre, empty slot is 500": {"has_smsc": False, "empty": "+CMS ERROR: 500"},
    "small letters, empty slot has a header": {"is_lower_case": True, "empty": "+CMGR: 0,,0"},
    "news everywhere": {"between": "^RSSI:18"},
    "announces in another memory": {"announced_as": "SM", "base": 0},
    "announces in an unknown memory": {"announced_as": "MT"},
    "knows no list of all": {"lists_all": False},
    "no +CPMS": {"memories": []},
    "no +CNMI": {"has_cnmi": False},
    "echo for ever, bare prompt": {"is_echoing": True, "prompt": "\r\n>"},
    "OK before +CMGS": {"mr_first": False},
    "no OK behind +CMGS": {"has_ok": False},
}


@contextlib.asynccontextmanager
async def _crude_modems(folder: Path) -> AsyncIterator[tuple[list[Path], dict[str, dict[str, Any]]]]:
    """Start one modem per manner; afterwards the second value says what each of them told at its end."""
    links, processes = [], {}
    for number, (name, manner) in enumerate(MANNERS.items()):
        links.append(folder / f"modem{number}")
        given = {
            **manner,
            "imei": f"4901542032{number:05}",
            "texts": [f"{name} {index}" for index in range(3)],
            "late_text": f"{name} late",
        }
        processes[name] = await asyncio.create_subprocess_exec(
            sys.executable, crude_modem.__file__, str(links[-1]), json.dumps(given), stdout=asyncio.subprocess.PIPE
        )
    await until(lambda: all(link.is_symlink() for link in links))
    told: dict[str, dict[str, Any]] = {}
    try:
        yield links, told
    finally:
        for name, process in processes.items():
            process.terminate()
            output, _ = await process.communicate()
            told[name] = json.loads(output)


@pytest.mark.timeout(150)
async def test_modems_of_every_manner_send_and_receive_each_message_once(tmp_path: Path) -> None:
    expected = Counter(f"{name} {index}" for name in MANNERS for index in (0, 1, 2, "late"))
    received: Counter[str] = Counter()
    async with (
        _crude_modems(tmp_path) as (links, told),
        running_box(tmp_path, ports=[str(link) for link in links]) as box,
    ):
        await box.until_spans_ready(len(MANNERS))
        for span in (await box.post("sms/get_valid_spans"))["data"]:
            for index in range(3):
                await box.send(f"+4917100000{index}", "hello", spans=[span["port"]])
        rows = await box.until_outbox(
            lambda rows: len(rows) == 3 * len(MANNERS) and all(row["status"] == "SENT" for row in rows), timeout_s=60
        )
        async with asyncio.timeout(60):
            while not expected <= received:
                received = Counter(row["message"] for row in (await box.post("smsinbox/get", page_size=500))["data"])
                await asyncio.sleep(0.2)  # the inbox is somebody else's API here
    assert len(rows) == 3 * len(MANNERS)
    assert received == expected
    assert {name: (end["held"], len(end["submitted"])) for name, end in told.items()} == dict.fromkeys(MANNERS, (0, 3))
