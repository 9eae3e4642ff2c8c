"""The emulator's own share: what it costs beside the gateway, and how many modems one process carries."""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
import time
from pathlib import Path

from tests.bench.at_client import AtClient
from tests.bench.figure import Figure, Limit, quantile
from tests.bench.modems import Modems, emulated

RADIO_TIME_S = 0.5


async def sends(count: int, per_modem: int) -> dict[str, float]:
    """Messages per second over `count` modems at zero radio time, and the emulator's processor time for each."""
    with tempfile.TemporaryDirectory(prefix="gsm-bench-") as name:
        async with emulated(Path(name), count, radio_time_s=0) as modems:
            with contextlib.ExitStack() as stack:
                clients = [stack.enter_context(AtClient(port)) for port in modems.ports]
                for client in clients:
                    await client.ask(b"ATE0\r")
                before_s, began = modems.cpu_s(), time.perf_counter()
                await asyncio.gather(*(_send(client, per_modem) for client in clients))
                took_s = time.perf_counter() - began
                messages = count * per_modem
                return {"per_s": messages / took_s, "cpu_ms": (modems.cpu_s() - before_s) / messages * 1000}


async def at_latency(busy: int, asked: int) -> dict[str, float]:
    """From AT to OK at a modem that has nothing to do, while `busy` others send one message after another."""
    with tempfile.TemporaryDirectory(prefix="gsm-bench-") as name:
        async with emulated(Path(name), busy + 1, radio_time_s=RADIO_TIME_S) as modems:
            with contextlib.ExitStack() as stack:
                idle, *others = [stack.enter_context(AtClient(port)) for port in modems.ports]
                sending = []
                for client in others:
                    sending.append(asyncio.create_task(_send(client, 1_000_000)))
                    # Modems do not send in step; 128 that did would be one burst every half second.
                    await asyncio.sleep(RADIO_TIME_S / busy)
                latencies_s = [await _at(idle) for _ in range(asked)]
                for task in sending:
                    task.cancel()
                await asyncio.gather(*sending, return_exceptions=True)
    return {"p50_ms": quantile(latencies_s, 0.5) * 1000, "p99_ms": quantile(latencies_s, 0.99) * 1000}


async def many(count: int) -> dict[str, float]:
    """From the start of the process until the last of `count` modems answers, and the memory it takes then."""
    began = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="gsm-bench-") as name:
        async with emulated(Path(name), count, radio_time_s=0) as modems:
            await _answer_all(modems)
            return {"s": time.perf_counter() - began, "rss_mb": modems.rss_mb()}


async def _answer_all(modems: Modems) -> None:
    for port in modems.ports:
        with AtClient(port) as client:
            await client.ask(b"AT\r")


async def _send(client: AtClient, count: int) -> None:
    for _ in range(count):
        await client.send()


async def _at(client: AtClient) -> float:
    latency_s = await client.ask(b"AT\r")
    await asyncio.sleep(0.002)
    return latency_s


FIGURES = [
    Figure(
        "emulator: sends over 8 modems",
        ">= 2000/s, <= 0.25 ms",
        lambda: sends(8, 1000),
        limits=(Limit("per_s", least=2000), Limit("cpu_ms", most=0.25)),
    ),
    Figure(
        "emulator: AT to OK, 1 modem", "p99 <= 5 ms", lambda: at_latency(0, 1000), limits=(Limit("p99_ms", most=5),)
    ),
    Figure(
        "emulator: AT to OK, 128 others send",
        "p99 <= 5 ms",
        lambda: at_latency(128, 1000),
        limits=(Limit("p99_ms", most=5),),
    ),
    Figure("emulator: start of 1000 modems", "-", lambda: many(1000)),
]
