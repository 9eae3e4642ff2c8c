"""Other people's gateways on the same emulated modems, started unmodified and set up for speed.

Each is told what makes it faster by its manual: no log beyond errors, no pauses, no polling for incoming messages, no
checks of network and battery. None of them waits for the disk when it takes a message.
"""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

import aiohttp
from yarl import URL

from tests.bench.gateways import Gateway, Maker
from tests.interop.program import daemon
from tests.support.ports import free_port
from tests.support.waiting import until

PATIENCE_S: Final = 60.0
GAMMU_TABLES: Final = Path("/usr/share/doc/gammu-smsd/examples/sqlite.sql")
KANNEL_TOOK_IT: Final = 202
KANNEL_CONNECTIONS: Final = 16

# --- smstools ---------------------------------------------------------------------------------------------------------

SMSTOOLS_HEAD: Final = """\
devices = {devices}
outgoing = {home}/outgoing
checked = {home}/checked
incoming = {home}/incoming
sent = {home}/sent
failed = {home}/failed
logfile = {home}/smsd.log
loglevel = 3
infofile = {home}/smsd.working
pidfile = {home}/smsd.pid
delaytime = 1
delaytime_mainprocess = 1
sleeptime_mainprocess = 0
errorsleeptime = 1
store_sent_pdu = 0
receive_before_send = no
"""
SMSTOOLS_MODEM: Final = """\
[{name}]
device = {port}
incoming = no
check_network = 0
init = AT+CNMI=2,0,0,0,0
send_delay = 0
read_delay = 0
communication_delay = 0
baudrate = 115200
"""


class Smstools:
    """smsd with its folder of outgoing files."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._count = 0

    async def take(self, recipients: Sequence[str], text: str) -> None:
        """Put files where the main process would move them, as it moves only one every half second."""
        for recipient in recipients:
            self._post(recipient, text, "checked")

    async def send(self, recipient: str, text: str) -> None:
        """Hand over one file, complete at once, as the manual says."""
        self._post(recipient, text, "outgoing")

    def _post(self, recipient: str, text: str, folder: str) -> None:
        self._count += 1
        fresh = self._home / f"message{self._count:06}"
        fresh.write_text(f"To: {recipient.removeprefix('+')}\n\n{text}", encoding="ascii")
        fresh.rename(self._home / folder / fresh.name)


@contextlib.asynccontextmanager
async def smstools(home: Path, ports: Sequence[str], recipients: Sequence[str], text: str) -> AsyncIterator[Gateway]:
    """Run smsd on all ports, with messages for `recipients` waiting."""
    for folder in ("outgoing", "checked", "incoming", "sent", "failed"):
        (home / folder).mkdir()
    names = [f"GSM{index}" for index in range(len(ports))]
    config = home / "smsd.conf"
    config.write_text(
        SMSTOOLS_HEAD.format(devices=", ".join(names), home=home)
        + "".join(SMSTOOLS_MODEM.format(name=name, port=port) for name, port in zip(names, ports, strict=True)),
        encoding="utf-8",
    )
    gateway = Smstools(home)
    await gateway.take(recipients, text)
    async with daemon("smsd", "-t", "-c", str(config), home=home):
        yield gateway


# --- gammu-smsd -------------------------------------------------------------------------------------------------------

GAMMU: Final = """\
[gammu]
port = {port}
connection = at115200
[smsd]
service = sql
driver = sqlite3
dbdir = {home}
database = smsd.db
logfile = {home}/smsd.log
debuglevel = 0
commtimeout = 1
loopsleep = 1
multiplecommtimeout = 1
receivefrequency = 0
statusfrequency = 0
checkbattery = 0
checksignal = 0
checknetwork = 0
checksecurity = 0
deliveryreport = no
"""
GAMMU_POST: Final = """\
INSERT INTO outbox (DestinationNumber, TextDecoded, CreatorID, Coding, DeliveryReport)
VALUES (?, ?, 'bench', 'Default_No_Compression', 'no')
"""


class GammuSmsd:
    """One gammu-smsd for each modem, each with a database of its own, as one modem is all that one can serve."""

    def __init__(self, databases: Sequence[Path]) -> None:
        self._databases = databases
        self._next = 0

    async def take(self, recipients: Sequence[str], text: str) -> None:
        """Put rows into the outboxes in turn."""
        lots: dict[Path, list[tuple[str, str]]] = {}
        for recipient in recipients:
            database = self._databases[self._next % len(self._databases)]
            self._next += 1
            lots.setdefault(database, []).append((recipient, text))
        for database, rows in lots.items():
            with contextlib.closing(sqlite3.connect(database, timeout=PATIENCE_S)) as connection, connection:
                connection.executemany(GAMMU_POST, rows)

    async def send(self, recipient: str, text: str) -> None:
        """Put one row into the next outbox."""
        await self.take([recipient], text)


@contextlib.asynccontextmanager
async def gammu_smsd(home: Path, ports: Sequence[str], recipients: Sequence[str], text: str) -> AsyncIterator[Gateway]:
    """Run one daemon a port, with messages for `recipients` waiting."""
    homes = [home / f"modem{index}" for index in range(len(ports))]
    for one, port in zip(homes, ports, strict=True):
        one.mkdir()
        (one / "smsdrc").write_text(GAMMU.format(home=one, port=port), encoding="utf-8")
        with contextlib.closing(sqlite3.connect(one / "smsd.db")) as database:
            database.executescript(GAMMU_TABLES.read_text(encoding="utf-8"))
    gateway = GammuSmsd([one / "smsd.db" for one in homes])
    await gateway.take(recipients, text)
    async with contextlib.AsyncExitStack() as stack:
        for one in homes:
            await stack.enter_async_context(daemon("gammu-smsd", "-c", str(one / "smsdrc"), home=one))
        yield gateway


# --- Kannel -----------------------------------------------------------------------------------------------------------

KANNEL_HEAD: Final = """\
group = core
admin-port = {admin}
admin-password = secret
admin-interface = 127.0.0.1
smsbox-port = {boxes}
smsbox-interface = 127.0.0.1
box-allow-ip = 127.0.0.1
store-type = spool
store-location = {home}/store
log-level = 1

group = modems
id = generic
name = Generic

group = smsbox
bearerbox-host = 127.0.0.1
bearerbox-port = {boxes}
sendsms-port = {door}
sendsms-interface = 127.0.0.1
log-level = 1

group = sendsms-user
username = user
password = secret
default-sender = 10000
"""
KANNEL_MODEM: Final = """
group = smsc
smsc = at
smsc-id = modem{index}
modemtype = generic
device = {port}
speed = 115200
"""


class Kannel:
    """Both boxes, and the address that takes messages."""

    def __init__(self, door: int) -> None:
        self.door = door

    def path(self, recipient: str, text: str) -> str:
        """The request for one message."""
        query = urlencode({"username": "user", "password": "secret", "to": recipient, "text": text})
        return f"/cgi-bin/sendsms?{query}"

    async def take(self, recipients: Sequence[str], text: str) -> None:
        """Send one request for each message over a few connections."""
        waiting = list(reversed(recipients))
        async with aiohttp.ClientSession() as session:
            await asyncio.gather(*(self._empty(session, waiting, text) for _ in range(KANNEL_CONNECTIONS)))

    async def send(self, recipient: str, text: str) -> None:
        """Send one request."""
        async with aiohttp.ClientSession() as session:
            await self._empty(session, [recipient], text)

    async def _empty(self, session: aiohttp.ClientSession, waiting: list[str], text: str) -> None:
        while waiting:
            address = URL(f"http://127.0.0.1:{self.door}{self.path(waiting.pop(), text)}", encoded=True)
            async with session.get(address) as answer:
                if answer.status != KANNEL_TOOK_IT:
                    raise AssertionError(await answer.text())


@contextlib.asynccontextmanager
async def kannel(home: Path, ports: Sequence[str], recipients: Sequence[str], text: str) -> AsyncIterator[Gateway]:
    """Run bearerbox and smsbox on all ports; what waits is handed over once they are up."""
    door = free_port()
    (home / "store").mkdir()
    config = home / "kannel.conf"
    config.write_text(
        KANNEL_HEAD.format(admin=free_port(), boxes=free_port(), door=door, home=home)
        + "".join(KANNEL_MODEM.format(index=index, port=port) for index, port in enumerate(ports)),
        encoding="utf-8",
    )
    async with daemon("bearerbox", str(config), home=home) as bearerbox:
        opened = "AT SMSC successfully opened"
        await until(lambda: bearerbox.read_text(errors="replace").count(opened) == len(ports), timeout_s=PATIENCE_S)
        async with daemon("smsbox", str(config), home=home) as smsbox:
            await until(lambda: "Connected to bearerbox" in smsbox.read_text(errors="replace"), timeout_s=PATIENCE_S)
            gateway = Kannel(door)
            await gateway.take(recipients, text)
            yield gateway


KANNEL: Final = Maker("Kannel", ("bearerbox", "smsbox"), kannel)
PEERS: Final = (
    Maker("smstools", ("smsd",), smstools),
    Maker("gammu-smsd", ("gammu-smsd",), gammu_smsd, (GAMMU_TABLES,)),
    KANNEL,
)
