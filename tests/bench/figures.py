"""The figures, each measured once per call; `__main__` repeats them and takes medians."""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from modem.emulator.numbering import identity
from modem.emulator.rack import Rack
from tests.bench.dialects import accepts_by_api
from tests.bench.load import drive, post, send_body
from tests.bench.modems import Modems, emulated, radio_busy, submits_per_s
from tests.bench.pdu import encoded_submits
from tests.support.box import Box, running_box
from tests.support.receiver import PushReceiver

TEXT = "Hello from the bench, forty characters.."
# Else the gateway waits at its end for the message that is on the air for an hour.
LEAVE_AT_ONCE = "[dispatch]\nstop_timeout_s = 0.1\n"


@dataclass(frozen=True)
class Figure:
    """One row of the table: `budget` as written in the design, `at_least` None when smaller is better."""

    name: str
    unit: str
    budget: str
    measure: Callable[[], Awaitable[dict[str, float]]]


def quantile(values: list[float], share: float) -> float:
    """The value below which `share` of all lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


@asynccontextmanager
async def box_with_modems(count: int, *, radio_time_s: float, settings: str = "") -> AsyncIterator[tuple[Box, Modems]]:
    """A gateway and its modems, all spans ready."""
    with tempfile.TemporaryDirectory(prefix="gsm-bench-") as name:
        folder = Path(name)
        async with (
            emulated(folder, count, radio_time_s=radio_time_s) as modems,
            running_box(folder, ports=modems.ports, settings=settings) as box,
        ):
            await box.until_spans_ready(count, timeout_s=60)
            yield box, modems


async def accepts(connections: int, requests: int) -> dict[str, float]:
    """Durable accepts per second; the modem is on a call of an hour, so nothing else goes on."""
    async with box_with_modems(1, radio_time_s=3600, settings=LEAVE_AT_ONCE) as (box, _):
        bodies = [post("sms/send", send_body(f"+49171{index:07}", TEXT)) for index in range(requests)]
        await drive(box.port, bodies[: connections * 2], connections)
        took_s, latencies_s = await drive(box.port, bodies, connections)
        return {
            "per_s": requests / took_s,
            "p50_ms": statistics.median(latencies_s) * 1000,
            "p99_ms": quantile(latencies_s, 0.99) * 1000,
        }


async def api_accepts(singles: int, bulks: int) -> dict[str, float]:
    """Durable accepts per second of every HTTP API; the modem is on a call of an hour."""
    settings = f"{LEAVE_AT_ONCE}[queue]\nlimit = 10000000\n"
    async with box_with_modems(1, radio_time_s=3600, settings=settings) as (box, _):
        return await accepts_by_api(box, singles=singles, bulks=bulks)


async def throughput(count: int, messages: int) -> dict[str, float]:
    """Submits per second at zero radio time over all modems."""
    async with box_with_modems(count, radio_time_s=0) as (box, modems):
        await _fill(box, messages)
        entries = await modems.until("submit", messages, timeout_s=180)
        return {"per_s": submits_per_s(entries)}


async def busy(count: int, radio_time_s: float, per_modem: int) -> dict[str, float]:
    """Share of time in which the radios are on."""
    async with box_with_modems(count, radio_time_s=radio_time_s) as (box, modems):
        await _fill(box, count * per_modem)
        entries = await modems.until("submit", count * per_modem, timeout_s=per_modem * radio_time_s * 3 + 30)
        return {"percent": radio_busy(entries, radio_time_s) * 100}


async def cpu(messages: int) -> dict[str, float]:
    """The gateway's processor time per 1000 messages: one request each, sent over 8 modems, reported."""
    async with box_with_modems(8, radio_time_s=0) as (box, modems):
        before_s = box.cpu_s()
        bodies = [post("sms/send", send_body(f"+49171{index:07}", TEXT)) for index in range(messages)]
        await drive(box.port, bodies, 8)
        await modems.until("status_report", messages, timeout_s=180)
        await box.until_outbox(lambda rows: all(row["status"] == "DELIVERD" for row in rows[:50]), timeout_s=30)
        return {"s": (box.cpu_s() - before_s) / messages * 1000}


async def memory(queued: int) -> dict[str, float]:
    """Resident memory with 32 modems before and after filling the queue."""
    async with box_with_modems(32, radio_time_s=3600, settings=LEAVE_AT_ONCE) as (box, _):
        empty = box.rss_mb()
        await _fill(box, queued)
        return {"empty_mb": empty, "full_mb": box.rss_mb()}


async def idle_latency(messages: int) -> dict[str, float]:
    """From the HTTP answer of an idle gateway to the message on the handset: after AT+CMGS, prompt, PDU and Ctrl-Z."""
    latencies_s: list[float] = []
    with tempfile.TemporaryDirectory(prefix="gsm-bench-") as name:
        folder = Path(name)
        rack = Rack(count=4, directory=folder / "modems")
        await rack.start()
        try:
            async with running_box(folder, ports=[str(port) for port in rack.ports]) as box:
                await box.until_spans_ready(4)
                for index in range(messages):
                    number = f"+49171{index:07}"
                    seen = asyncio.create_task(_seen_at(rack, number))
                    await box.send(number, TEXT)
                    answered = time.perf_counter()
                    latencies_s.append(max(0.0, await seen - answered))
                    await asyncio.sleep(0.02)
        finally:
            await rack.stop()
    return {"p50_ms": statistics.median(latencies_s) * 1000, "p99_ms": quantile(latencies_s, 0.99) * 1000}


async def inbound_latency(messages: int) -> dict[str, float]:
    """From the message's arrival at the SIM to the first octet at the customer's server."""
    latencies_s: list[float] = []
    receiver = PushReceiver()
    await receiver.start()
    with tempfile.TemporaryDirectory(prefix="gsm-bench-") as name:
        folder = Path(name)
        rack = Rack(count=1, directory=folder / "modems")
        await rack.start()
        try:
            async with running_box(folder, ports=[str(rack.ports[0])]) as box:
                await box.until_spans_ready(1)
                await box.post("smsoutbox/set_config", **receiver.settings())
                for index in range(messages):
                    began = time.perf_counter()
                    rack.write("+491710001111", identity(0).number, f"inbound {index}")
                    await receiver.until(index + 1, timeout_s=10)
                    latencies_s.append(time.perf_counter() - began)
        finally:
            await rack.stop()
            await receiver.stop()
    return {"p50_ms": statistics.median(latencies_s) * 1000, "p99_ms": quantile(latencies_s, 0.99) * 1000}


async def _seen_at(rack: Rack, number: str) -> float:
    """When the first message is on a handset, on this process's clock."""
    await rack.messages(number)
    return time.perf_counter()


async def _fill(box: Box, messages: int) -> None:
    """Queue messages by requests of up to 1000 recipients."""
    requests = []
    for start in range(0, messages, 1000):
        numbers = ",".join(f"+49171{index:07}" for index in range(start, min(start + 1000, messages)))
        requests.append(post("sms/send", send_body(numbers, TEXT)))
    await drive(box.port, requests, 1)


FIGURES = [
    Figure("PDU: SUBMITs encoded on one core", "/s", ">= 5000/s", encoded_submits),
    Figure("durable accepts, 1 connection", "/s", "-", lambda: accepts(1, 1500)),
    Figure("durable accepts, 64 connections", "/s", ">= 6000/s, p99 < 40 ms", lambda: accepts(64, 20_000)),
    Figure("messages accepted by API", "/s", "75 % of openvox, bulk >= 5 x", lambda: api_accepts(6000, 40)),
    Figure("idle: answer to message on the handset", "ms", "p50 <= 5, p99 <= 25 ms", lambda: idle_latency(200)),
    Figure("inbound: at the SIM to push received", "ms", "p50 <= 20 ms", lambda: inbound_latency(100)),
    Figure("radio busy, 8 modems, 0.5 s", "%", ">= 99 %", lambda: busy(8, 0.5, 30)),
    Figure("radio busy, 32 modems, 0.5 s", "%", ">= 98.5 %", lambda: busy(32, 0.5, 30)),
    Figure("messages at zero radio time, 1 modem", "/s", ">= 300/s", lambda: throughput(1, 1500)),
    Figure("messages at zero radio time, 8 modems", "/s", ">= 1000/s", lambda: throughput(8, 5000)),
    Figure("messages at zero radio time, 32 modems", "/s", ">= 1000/s", lambda: throughput(32, 5000)),
    Figure("gateway CPU per 1000 messages", "s", "<= 1.5 s", lambda: cpu(2000)),
    Figure("RSS, 32 modems, 100 000 queued", "MB", "<= 90 MB, flat", lambda: memory(100_000)),
]
