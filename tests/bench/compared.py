"""What is measured in the same way of every gateway, ours and other people's."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import resource
import statistics
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

from modem.emulator.control.streams import REST_S
from tests.bench.figure import Values, quantile
from tests.bench.gateways import OURS, TEXT, Gateway, Maker, numbers
from tests.bench.modems import Modems, emulated, radio_busy, submits_per_s

SILENT_S: Final = 10.0
UNPLUGGED_S: Final = 3.0
OURS_WITHIN_S: Final = 240.0
OTHERS_S: Final = 30.0
# Nobody waits longer than this for a gateway that stands still.
PATIENCE_S: Final = 90.0


@contextlib.asynccontextmanager
async def at_work(
    maker: Maker, count: int, *, radio_time_s: float, messages: int
) -> AsyncIterator[tuple[Gateway, Modems]]:
    """A gateway with `count` modems that begins to send `messages`."""
    with tempfile.TemporaryDirectory(prefix="gsm-bench-") as name:
        home = Path(name) / "gateway"
        home.mkdir()
        async with (
            emulated(Path(name), count, radio_time_s=radio_time_s) as modems,
            maker.run(home, modems.ports, numbers(messages), TEXT) as gateway,
        ):
            yield gateway, modems


async def busy(maker: Maker, count: int, radio_time_s: float, per_modem: int) -> Values:
    """Share of time in which the radios are on."""
    messages = count * per_modem
    async with at_work(maker, count, radio_time_s=radio_time_s, messages=messages) as (_, modems):
        entries = await modems.until("submit", messages, timeout_s=per_modem * radio_time_s * 10 + 60)
        return {"percent": radio_busy(entries, radio_time_s) * 100}


async def throughput(maker: Maker, count: int, messages: int) -> Values:
    """Submits per second at zero radio time over all modems."""
    async with at_work(maker, count, radio_time_s=0, messages=messages) as (_, modems):
        return {"per_s": submits_per_s(await _sent(maker, modems, messages))}


async def idle_latency(maker: Maker, messages: int) -> Values:
    """From the answer of an idle gateway to the message at the service centre: behind AT+CMGS, prompt and Ctrl-Z."""
    latencies_s: list[float] = []
    async with at_work(maker, 4, radio_time_s=0, messages=1) as (gateway, modems):
        await modems.until("submit", 1, timeout_s=PATIENCE_S)  # it is up
        async with modems.events() as submits:
            for number in numbers(messages):
                await gateway.send(number, TEXT)
                answered = time.perf_counter()
                async with asyncio.timeout(PATIENCE_S):
                    while (await anext(submits))["kind"] != "submit":
                        pass
                latencies_s.append(time.perf_counter() - answered)
                await asyncio.sleep(3 * REST_S)  # whatever else it does is told by then, and the next event at once
    return {"p50_ms": statistics.median(latencies_s) * 1000, "p99_ms": quantile(latencies_s, 0.99) * 1000}


async def cpu(maker: Maker, messages: int) -> Values:
    """Processor time per 1000 messages over 8 modems, with the start, of all processes that the gateway consists of."""
    with tempfile.TemporaryDirectory(prefix="gsm-bench-") as name:
        home = Path(name) / "gateway"
        home.mkdir()
        async with emulated(Path(name), 8, radio_time_s=0) as modems:
            before_s = _children_s()
            async with maker.run(home, modems.ports, numbers(messages), TEXT):
                sent = len(await _sent(maker, modems, messages))
            return {"s": (_children_s() - before_s) / sent * 1000}


async def silent_modem(maker: Maker) -> Values:
    """How long a modem's own span, and any other, stands still when it does not answer for 10 s behind Ctrl-Z."""
    async with at_work(maker, 4, radio_time_s=0.5, messages=4 * 150) as (_, modems):
        await modems.until("submit", 16, timeout_s=PATIENCE_S)
        fault = {"fault": "hang", "on": "submit", "stage": "sent", "lasting_s": SILENT_S, "cured_by": "never"}
        await modems.do("faults", modem=0, **fault)
        began_s = max(entry["at_s"] for entry in await modems.ledger())
        entries = await _until_again(modems, began_s, SILENT_S)
        own, others = _gaps_s(entries, began_s)
        return {"own_s": own, "others_s": others}


async def unplugged_modem(maker: Maker) -> Values:
    """From the return of a modem that was pulled out for 3 s to its next message."""
    async with at_work(maker, 4, radio_time_s=0.5, messages=4 * 150) as (_, modems):
        await modems.until("submit", 16, timeout_s=PATIENCE_S)
        await modems.do("modems/0/unplug")
        await asyncio.sleep(UNPLUGGED_S)
        began_s = max(entry["at_s"] for entry in await modems.ledger())
        await modems.do("modems/0/plug")
        entries = await _until_again(modems, began_s, 0.0)
        return {"s": min((entry["at_s"] - began_s for entry in entries if _is_first(entry)), default=PATIENCE_S)}


async def _sent(maker: Maker, modems: Modems, messages: int) -> list[dict[str, Any]]:
    """Give the submits: all of ours, and of the others' those of the first moments, which tell as much."""
    if maker is OURS:
        return await modems.until("submit", messages, timeout_s=OURS_WITHIN_S)
    return await modems.within("submit", messages, at_most_s=OTHERS_S)


async def _until_again(modems: Modems, since_s: float, silent_s: float) -> list[dict[str, Any]]:
    """Submits after `since_s`, once the first modem sends again, or nobody waits any longer."""
    end = time.monotonic() + PATIENCE_S
    while True:
        later = [one for one in await modems.ledger() if one["kind"] == "submit" and one["at_s"] > since_s]
        if any(_is_first(one) and one["at_s"] > since_s + silent_s for one in later) or time.monotonic() > end:
            return later
        await asyncio.sleep(0.25)


def _gaps_s(entries: list[dict[str, Any]], since_s: float) -> tuple[float, float]:
    """The longest time without a submit: of the first modem, and of any other."""
    times: dict[str, list[float]] = {}
    for entry in entries:
        times.setdefault(entry["imsi"], [since_s]).append(entry["at_s"])
    gaps = {imsi: max(b - a for a, b in itertools.pairwise(ats)) for imsi, ats in times.items()}
    own = [gap for imsi, gap in gaps.items() if imsi.endswith("01")]
    return max(own, default=PATIENCE_S), max((gap for imsi, gap in gaps.items() if not imsi.endswith("01")), default=0)


def _is_first(entry: dict[str, Any]) -> bool:
    return str(entry["imsi"]).endswith("01")


def _children_s() -> float:
    """Processor time of all processes that this one has started and that have ended, with theirs."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
