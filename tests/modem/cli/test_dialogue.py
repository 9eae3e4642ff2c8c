"""A dialogue for a person, over TCP with a modem that the test plays octet by octet."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from modem.at.host import Answer, CommandTimeout, Prompt, Stray, Urc
from modem.cli.dialogue import Dialogue
from modem.errors import PortError, PortLostError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from modem.cli.dialogue import News

PATIENCE_S = 10.0


class Played:
    """A modem behind a TCP port, and the dialogue with it."""

    def __init__(self) -> None:
        self.news: asyncio.Queue[News] = asyncio.Queue()
        self.dialogue = Dialogue(self.news.put_nowait)
        self._connected: asyncio.Future[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = (
            asyncio.get_running_loop().create_future()
        )

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._connect, "127.0.0.1", 0)
        port = self._server.sockets[0].getsockname()[1]
        await self.dialogue.open(f"socket://127.0.0.1:{port}", baudrate=115200)
        self.reader, self.writer = await asyncio.wait_for(self._connected, PATIENCE_S)

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._connected.set_result((reader, writer))

    async def hears(self, octets: bytes) -> None:
        assert await asyncio.wait_for(self.reader.readexactly(len(octets)), PATIENCE_S) == octets

    def says(self, octets: bytes) -> None:
        self.writer.write(octets)

    async def told(self) -> News:
        return await asyncio.wait_for(self.news.get(), PATIENCE_S)

    async def stop(self) -> None:
        await self.dialogue.close()
        self.writer.close()
        self._server.close()


@pytest.fixture
async def played() -> AsyncIterator[Played]:
    played = Played()
    await played.start()
    yield played
    await played.stop()


async def test_nothing_is_written_that_was_not_asked_for(played: Played) -> None:
    asking = asyncio.create_task(played.dialogue.command("AT+CSQ", timeout_s=PATIENCE_S))
    await played.hears(b"AT+CSQ\r")
    played.says(b"\r\n+CSQ: 20,99\r\n\r\nOK\r\n")

    answer = await asking
    assert isinstance(answer, Answer)
    assert (answer.lines, answer.is_ok) == (("+CSQ: 20,99",), True)


async def test_a_prompt_is_given_to_the_caller_and_waits_without_a_limit(played: Played) -> None:
    asking = asyncio.create_task(played.dialogue.command('AT+CMGS="1"', timeout_s=0.2))
    await played.hears(b'AT+CMGS="1"\r')
    played.says(b"\r\n> ")
    assert await asking == Prompt(is_expected=False)

    sending = asyncio.create_task(played.dialogue.body(b"one\rtwo", timeout_s=PATIENCE_S))
    await played.hears(b"one\rtwo\x1a")
    # Text mode prompts again for each line of the body.
    played.says(b"\r\n> \r\n+CMGS: 7\r\n\r\nOK\r\n")
    answer = await sending
    assert isinstance(answer, Answer)
    assert (answer.lines, answer.is_body_sent) == (("+CMGS: 7",), True)
    assert played.news.empty()


async def test_a_body_can_be_given_up(played: Played) -> None:
    asking = asyncio.create_task(played.dialogue.command("AT+CMGS=17", timeout_s=PATIENCE_S))
    await played.hears(b"AT+CMGS=17\r")
    played.says(b"\r\n> ")
    await asking

    cancelling = asyncio.create_task(played.dialogue.cancel_body(timeout_s=PATIENCE_S))
    await played.hears(b"\x1b")
    played.says(b"\r\nOK\r\n")
    answer = await cancelling
    assert isinstance(answer, Answer)
    assert answer.is_ok


async def test_what_nobody_asked_for_is_news(played: Played) -> None:
    played.says(b'\r\n+CMTI: "SM",3\r\n')

    assert await played.told() == Urc(line='+CMTI: "SM",3', name="+CMTI")


async def test_a_late_answer_is_news(played: Played) -> None:
    outcome = await played.dialogue.command("AT+COPS=?", timeout_s=0.01)
    assert isinstance(outcome, CommandTimeout)
    played.dialogue.give_up()
    played.says(b"\r\nOK\r\n")

    assert await played.told() == Stray(line="OK")


@pytest.mark.parametrize("result", ["NO CARRIER", "BUSY", "NO ANSWER"])
async def test_a_call_ends_with_its_own_result(played: Played, result: str) -> None:
    # V.250 6.3.1: these end a dial command.
    asking = asyncio.create_task(played.dialogue.command("ATD123;", timeout_s=PATIENCE_S))
    await played.hears(b"ATD123;\r")
    played.says(f"\r\n{result}\r\n".encode())

    answer = await asking
    assert isinstance(answer, Answer)
    assert answer.final is not None
    assert (answer.final.line, answer.is_ok) == (result, False)


async def test_a_lost_port_ends_what_is_under_way_and_is_news(played: Played) -> None:
    asking = asyncio.create_task(played.dialogue.command("AT", timeout_s=PATIENCE_S))
    await played.hears(b"AT\r")
    played.writer.close()

    with pytest.raises(PortLostError):
        await asking
    assert isinstance(await played.told(), PortLostError)
    with pytest.raises(PortLostError):
        await played.dialogue.command("AT", timeout_s=PATIENCE_S)


async def test_a_port_that_cannot_be_opened_is_said() -> None:
    with pytest.raises(PortError):
        await Dialogue(lambda _: None).open("socket://nowhere", baudrate=115200)
