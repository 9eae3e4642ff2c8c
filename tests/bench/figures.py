"""The figures, each measured once per call; `__main__` repeats them and takes medians."""

from __future__ import annotations

import functools
import random
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from modem.emulator.numbering import identity
from modem.emulator.rack.rack import Rack
from tests.bench import compared
from tests.bench.compared import busy, idle_latency, silent_modem, throughput, unplugged_modem
from tests.bench.dialects import BY_API, accepts_by_api
from tests.bench.figure import Figure, Limit, Measure, Values, quantile
from tests.bench.gateways import OURS, TEXT, Maker, OurGateway, numbers
from tests.bench.load import drive, get, post, send_body
from tests.bench.modems import Modems, emulated
from tests.bench.pdu import encoded_submits
from tests.bench.peers import KANNEL, PEERS, Kannel
from tests.support.box import Box, running_box
from tests.support.receiver import PushReceiver

# Else the gateway waits at its end for the message that is on the air for an hour.
LEAVE_AT_ONCE = "[dispatch]\nstop_timeout_s = 0.1\n"


@asynccontextmanager
async def box_with_modems(count: int, *, radio_time_s: float, settings: str = "") -> AsyncIterator[tuple[Box, Modems]]:
    """A gateway and its modems, all spans ready."""
    with tempfile.TemporaryDirectory(prefix="gsm-bench-") as name:
        folder = Path(name)
        async with (
            emulated(folder, count, radio_time_s=radio_time_s) as modems,
            running_box(folder, ports=modems.ports, settings=settings, rescan_s=None) as box,
        ):
            await box.until_spans_ready(count, timeout_s=60)
            yield box, modems


async def accepts(connections: int, requests: int) -> Values:
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


async def api_accepts(singles: int, bulks: int) -> Values:
    """Durable accepts per second of every HTTP API; the modem is on a call of an hour."""
    settings = f"{LEAVE_AT_ONCE}[queue]\nlimit = 10000000\n"
    async with box_with_modems(1, radio_time_s=3600, settings=settings) as (box, _):
        return await accepts_by_api(box, singles=singles, bulks=bulks)


async def cpu(messages: int) -> Values:
    """The gateway's processor time per 1000 messages: one request each, sent over 8 modems, reported."""
    async with box_with_modems(8, radio_time_s=0) as (box, modems):
        before_s = box.cpu_s()
        bodies = [post("sms/send", send_body(f"+49171{index:07}", TEXT)) for index in range(messages)]
        await drive(box.port, bodies, 8)
        await modems.until("status_report", messages, timeout_s=180)
        await box.until_outbox(lambda rows: all(row["status"] == "DELIVERD" for row in rows[:50]), timeout_s=30)
        return {"s": (box.cpu_s() - before_s) / messages * 1000}


async def memory(queued: int) -> Values:
    """Resident memory with 32 modems before and after filling the queue."""
    async with box_with_modems(32, radio_time_s=3600, settings=LEAVE_AT_ONCE) as (box, _):
        empty = box.rss_mb()
        await OurGateway(box).take(numbers(queued), TEXT)
        return {"empty_mb": empty, "full_mb": box.rss_mb()}


async def inbound_latency(messages: int) -> Values:
    """From the message's arrival at the SIM to the first octet at the customer's server."""
    latencies_s: list[float] = []
    receiver = PushReceiver()
    await receiver.start()
    with tempfile.TemporaryDirectory(prefix="gsm-bench-") as name:
        folder = Path(name)
        rack = Rack(count=1, directory=folder / "modems")
        await rack.start()
        try:
            async with running_box(folder, ports=[str(rack.ports[0])], rescan_s=None) as box:
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


async def killed(modems_count: int, messages: int) -> Values:
    """What `kill -9` in the middle of sending loses and repeats; the process is started again at once."""
    with tempfile.TemporaryDirectory(prefix="gsm-bench-") as name:
        folder = Path(name)
        async with emulated(folder, modems_count, radio_time_s=2.0) as modems:
            box = Box(folder, ports=modems.ports, rescan_s=None)
            await box.start()
            try:
                await box.until_spans_ready(modems_count, timeout_s=60)
                await OurGateway(box).take(numbers(messages), TEXT)
                await modems.until("submit", messages // 2, timeout_s=120)
                await box.kill()
                await box.start()
                await box.until_outbox(lambda rows: all(row["status"] == "DELIVERD" for row in rows), timeout_s=240)
                on_air = Counter(one["destination"] for one in await modems.ledger() if one["kind"] == "submit")
            finally:
                await box.stop()
    return {"lost": messages - len(on_air), "twice": sum(on_air.values()) - len(on_air)}


async def pages(messages: int) -> Values:
    """The slowest of the first 100 pages of the outbox, and of 100 pages anywhere, of 50 rows each."""
    settings = f"{LEAVE_AT_ONCE}[queue]\nlimit = {2 * messages}\n"
    async with box_with_modems(1, radio_time_s=3600, settings=settings) as (box, _):
        await OurGateway(box).take(numbers(messages), TEXT)
        last = messages // 50
        first_s = [await _page(box, page) for page in range(1, 101)]
        anywhere_s = [await _page(box, random.Random(page).randint(1, last)) for page in range(100)]
    return {
        "first_p50_ms": statistics.median(first_s) * 1000,
        "first_max_ms": max(first_s) * 1000,
        "anywhere_p50_ms": statistics.median(anywhere_s) * 1000,
        "anywhere_max_ms": max(anywhere_s) * 1000,
    }


async def _page(box: Box, page: int) -> float:
    began = time.perf_counter()
    answer = await box.post("smsoutbox/get", current_page=page, page_size=50)
    took_s = time.perf_counter() - began
    assert len(answer["data"]) == 50, answer
    return took_s


async def kannel_accepts(connections: int, requests: int) -> Values:
    """Accepts per second of Kannel, which answers before anything is on the disk."""
    with tempfile.TemporaryDirectory(prefix="gsm-bench-") as name:
        home = Path(name) / "gateway"
        home.mkdir()
        async with (
            emulated(Path(name), 1, radio_time_s=3600) as modems,
            KANNEL.run(home, modems.ports, [], TEXT) as gateway,
        ):
            assert isinstance(gateway, Kannel)
            wanted = [get(gateway.path(number, TEXT)) for number in numbers(requests)]
            took_s, latencies_s = await drive(gateway.door, wanted, connections, good=b"HTTP/1.1202")
    return {
        "per_s": requests / took_s,
        "p50_ms": statistics.median(latencies_s) * 1000,
        "p99_ms": quantile(latencies_s, 0.99) * 1000,
    }


def _compared(measure: Callable[[Maker], Awaitable[Values]]) -> Mapping[str, Measure]:
    """The same of every other gateway that is installed."""
    return {maker.name: functools.partial(measure, maker) for maker in PEERS if maker.is_here}


def _row(
    name: str, budget: str, measure: Callable[[Maker], Awaitable[Values]], *limits: Limit, is_more_better: bool = False
) -> Figure:
    return Figure(
        name,
        budget,
        functools.partial(measure, OURS),
        peers=_compared(measure),
        is_more_better=is_more_better,
        limits=limits,
    )


def _some(maker: Maker, ours: int) -> int:
    """As many messages as a gateway sends while somebody waits: of the others the first hundreds tell enough."""
    return ours if maker is OURS else min(ours, 200)


async def _busy(maker: Maker, count: int) -> Values:
    return await busy(maker, count, 0.5, 30 if maker is OURS else 10)


def _busy_at_least(percent: float) -> Limit:
    return Limit("percent", least=percent)


FIGURES = [
    Figure(
        "PDU: SUBMITs encoded on one core", ">= 5000/s", encoded_submits, limits=(Limit("short_per_s", least=5000),)
    ),
    Figure("durable accepts, 1 connection", "-", lambda: accepts(1, 1500)),
    Figure(
        "durable accepts, 64 connections",
        ">= 6000/s, p99 < 40 ms",
        lambda: accepts(64, 20_000),
        peers={"Kannel": lambda: kannel_accepts(64, 5000)} if KANNEL.is_here else {},
        is_more_better=True,
        limits=(Limit("per_s", least=6000), Limit("p99_ms", most=40)),
    ),
    Figure(BY_API, "75 % of openvox, bulk >= 5 x", lambda: api_accepts(6000, 40)),
    _row(
        "idle: answer to message at the service centre",
        "p50 <= 5, p99 <= 25 ms",
        lambda maker: idle_latency(maker, 200 if maker is OURS else 10),
        Limit("p50_ms", most=5),
        Limit("p99_ms", most=25),
    ),
    Figure(
        "inbound: at the SIM to push received",
        "p50 <= 20 ms",
        lambda: inbound_latency(100),
        limits=(Limit("p50_ms", most=20),),
    ),
    _row(
        "radio busy, 8 modems, 0.5 s", ">= 99 %", lambda maker: _busy(maker, 8), _busy_at_least(99), is_more_better=True
    ),
    _row(
        "radio busy, 32 modems, 0.5 s",
        ">= 98.5 %",
        lambda maker: _busy(maker, 32),
        _busy_at_least(98.5),
        is_more_better=True,
    ),
    Figure("radio busy, 128 modems, 3 s", ">= 98 %", lambda: busy(OURS, 128, 3.0, 10), limits=(_busy_at_least(98),)),
    _row(
        "messages at zero radio time, 1 modem",
        ">= 300/s",
        lambda maker: throughput(maker, 1, _some(maker, 1500)),
        Limit("per_s", least=300),
        is_more_better=True,
    ),
    _row(
        "messages at zero radio time, 8 modems",
        ">= 1000/s",
        lambda maker: throughput(maker, 8, _some(maker, 5000)),
        Limit("per_s", least=1000),
        is_more_better=True,
    ),
    _row(
        "messages at zero radio time, 32 modems",
        ">= 1000/s",
        lambda maker: throughput(maker, 32, _some(maker, 5000)),
        Limit("per_s", least=1000),
        is_more_better=True,
    ),
    _row(
        "silent for 10 s behind Ctrl-Z: span stands still",
        "own <= 20 s, others 0",
        silent_modem,
        Limit("own_s", most=20),
        Limit("others_s", most=1),
    ),
    _row("unplugged for 3 s: sends again after", "<= 5 s", unplugged_modem, Limit("s", most=5)),
    Figure(
        "kill -9 in mid-run, 16 modems, 2 s",
        "lost 0, twice <= 2",
        lambda: killed(16, 160),
        limits=(Limit("lost", most=0), Limit("twice", most=2)),
    ),
    Figure(
        "CPU per 1000 messages",
        "<= 1.5 s",
        lambda: cpu(2000),
        peers=_compared(lambda maker: compared.cpu(maker, 200)),
        limits=(Limit("s", most=1.5),),
    ),
    Figure(
        "RSS, 32 modems, 100 000 queued", "<= 90 MB, flat", lambda: memory(100_000), limits=(Limit("full_mb", most=90),)
    ),
    Figure(
        "outbox page at 1 000 000 messages",
        "first 100 <= 5 ms, any <= 100 ms",
        lambda: pages(1_000_000),
        limits=(Limit("first_max_ms", most=5), Limit("anywhere_max_ms", most=100)),
    ),
]
