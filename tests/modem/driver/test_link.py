"""Commands over one line: one at a time, settled after silence, ended with the port."""

from __future__ import annotations

import asyncio

import pytest

from modem.at.host import Urc
from modem.driver.link import Link, ModemSilentError
from modem.errors import ModemTimeoutError, PortLostError


class Line:
    """The far end of a link: keeps what is written, answers what it is told to."""

    def __init__(self) -> None:
        self.written: list[bytes] = []
        self.urcs: list[Urc] = []
        self.late: list[str] = []
        self.prompts = 0
        self.answers: dict[bytes, bytes] = {b"AT\r": b"\r\nOK\r\n"}
        self.link = Link(
            name="test", on_urc=self.urcs.append, on_late_result=self.late.append, on_prompt=self._count_prompt
        )
        self.link.attach(self)
        self._loop = asyncio.get_running_loop()

    def write(self, data: bytes) -> None:
        self.written.append(data)
        answer = self.answers.get(data.removeprefix(b"\x1b"))
        if answer is not None:
            self._loop.call_soon(self.link.receive_data, answer)

    async def close(self) -> None:
        raise AssertionError("not the link's to do")

    def _count_prompt(self) -> None:
        self.prompts += 1


async def test_answer_comes_back_with_its_lines() -> None:
    line = Line()
    line.answers[b"AT+CSQ\r"] = b"\r\n+CSQ: 1,0\r\n\r\nOK\r\n"
    answer = await line.link.command("AT+CSQ")
    assert (answer.lines, answer.is_ok) == (("+CSQ: 1,0",), True)


async def test_commands_wait_for_one_another() -> None:
    line = Line()
    line.answers.update({b"AT+A?\r": b"+A: 1\r\nOK\r\n", b"AT+B?\r": b"+B: 2\r\nOK\r\n"})
    first, second = await asyncio.gather(line.link.command("AT+A?"), line.link.command("AT+B?"))
    assert (first.lines, second.lines) == (("+A: 1",), ("+B: 2",))


async def test_line_is_settled_after_a_command_without_answer() -> None:
    line = Line()
    with pytest.raises(ModemTimeoutError):
        await line.link.command("AT+SLOW", timeout_s=0.01)
    line.answers[b"AT+CSQ\r"] = b"\r\n+CSQ: 1,0\r\n\r\nOK\r\n"
    line.answers[b"AT\r"] = b"\r\nERROR\r\n\r\nOK\r\n"  # the late result first
    answer = await line.link.command("AT+CSQ")
    assert answer.lines == ("+CSQ: 1,0",)
    assert line.written == [b"AT+SLOW\r", b"AT\r", b"AT+CSQ\r"]


async def test_optional_command_without_answer_is_nothing() -> None:
    assert await Line().link.ask("AT+SLOW", timeout_s=0.01) is None


async def test_modem_that_keeps_silent_at_the_unknown_is_found_out_by_a_bare_at(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("modem.driver.standstill._PATIENCE_S", (0.01, 0.01))
    line = Line()
    line.answers[b"AT+CSQ\r"] = b"\r\n+CSQ: 1,0\r\n\r\nOK\r\n"
    assert await line.link.ask("AT+UNKNOWN", timeout_s=10) is None
    answer = await line.link.ask("AT+CSQ", timeout_s=60)
    assert answer is not None
    assert answer.lines == ("+CSQ: 1,0",)
    assert line.written == [b"AT+UNKNOWN\r", b"AT\r", b"AT+CSQ\r"]


@pytest.mark.parametrize(
    ("late", "lines"),
    [
        (b"\r\nOK\r\n", ()),
        (b"\r\n+CCID: 8949020000012345678\r\n\r\nOK\r\n", ("+CCID: 8949020000012345678",)),
        (b"\r\n262010000000001\r\n\r\nOK\r\n", ("262010000000001",)),
    ],
    ids=["OK only", "named line", "bare line"],
)
async def test_answer_that_comes_after_the_bare_at_is_not_lost_and_not_taken_for_another(
    monkeypatch: pytest.MonkeyPatch, late: bytes, lines: tuple[str, ...]
) -> None:
    monkeypatch.setattr("modem.driver.standstill._PATIENCE_S", (0.01, 0.01))
    line = Line()
    line.answers[b"AT\r"] = late + b"\r\nOK\r\n"  # a parser that was busy answers both, one after the other
    answer = await line.link.ask("AT+CCID", timeout_s=10)
    assert answer is not None
    assert (answer.lines, answer.is_ok) == (lines, True)
    line.answers[b"AT\r"] = b"\r\nOK\r\n"
    line.answers[b"AT+CSQ\r"] = b"\r\n+CSQ: 1,0\r\n\r\nOK\r\n"
    answer = await line.link.ask("AT+CSQ")
    assert answer is not None
    assert answer.lines == ("+CSQ: 1,0",)


async def test_list_of_messages_is_not_disturbed_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("modem.driver.standstill._PATIENCE_S", (0.01, 0.01))
    line = Line()
    listing = asyncio.create_task(line.link.ask("AT+CMGL=4", timeout_s=120))
    await asyncio.sleep(0.05)
    line.link.receive_data(b"\r\nOK\r\n")
    answer = await listing
    assert answer is not None
    assert line.written == [b"AT+CMGL=4\r"]


async def test_escape_does_not_spoil_every_at() -> None:
    line = Line()
    line.answers.clear()
    for _ in range(4):
        assert not await line.link.answers("AT", timeout_s=0.01, is_prompt_possible=True)
    assert line.written == [b"\x1bAT\r", b"AT\r", b"\x1bAT\r", b"AT\r"]


async def test_results_that_a_booting_modem_still_owes_are_waited_for() -> None:
    line = Line()
    line.answers[b"AT\r"] = b""
    for _ in range(3):
        assert not await line.link.answers("AT", timeout_s=0.01, is_prompt_possible=False)
    line.answers[b"AT\r"] = b"\r\nOK\r\n"
    assert await line.link.answers("AT", timeout_s=1, is_prompt_possible=False)
    waiting = asyncio.create_task(line.link.quiet())
    for _ in range(3):
        await asyncio.sleep(0)
        assert not waiting.done()
        line.link.receive_data(b"\r\nOK\r\n")
    await waiting
    assert line.late == ["OK"] * 3


async def test_modem_that_cannot_be_settled_is_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("modem.driver.link._SETTLE_TIMEOUT_S", 0.01)
    line = Line()
    line.answers.clear()
    with pytest.raises(ModemTimeoutError):
        await line.link.command("AT+SLOW", timeout_s=0.01)
    with pytest.raises(ModemSilentError):
        await line.link.ask("AT+CSQ")


async def test_lost_port_ends_the_pending_command_and_all_later_ones() -> None:
    line = Line()
    pending = asyncio.create_task(line.link.command("AT+SLOW"))
    await asyncio.sleep(0)
    line.link.fail(PortLostError("test", "unplugged"))
    for command in (pending, line.link.command("AT")):
        with pytest.raises(PortLostError, match="unplugged"):
            await command


async def test_news_goes_to_its_owner_in_order() -> None:
    line = Line()
    line.link.receive_data(b'\r\n+CMTI: "SM",1\r\n\r\nRING\r\n')
    assert [urc.line for urc in line.urcs] == ['+CMTI: "SM",1', "RING"]


async def test_late_result_and_prompt_go_to_their_owner() -> None:
    line = Line()
    line.link.receive_data(b"\r\n+CMGS: 3\r\n\r\nOK\r\n\r\n> ")
    assert (line.late, line.prompts) == (["+CMGS: 3", "OK"], 1)


async def test_open_prompt_is_escaped_before_the_next_command() -> None:
    line = Line()
    async with line.link.session():
        await line.link.exchange("AT+CMGS=15", timeout_s=0.01, body=b"00\x1a", body_timeout_s=1)
        line.link.give_up()
    await line.link.command("AT")
    assert line.written == [b"AT+CMGS=15\r", b"\x1bAT\r", b"AT\r"]
    assert not line.link.is_body_written
