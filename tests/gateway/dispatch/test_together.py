from __future__ import annotations

import asyncio

import pytest

from gateway.dispatch.radio import NotReady, RadioEvent, Received, StoredAt
from gateway.dispatch.together import MOST_REPORTS, TOGETHER_S, next_together
from tests.gateway.dispatch.inbound_tpdus import deliver


def a_report(mr: int, stored: StoredAt | None = None) -> Received:
    """Put together by hand from 3GPP TS 23.040 9.2.2.3: to +491711234567, taken and delivered 2024-03-26 10:00:00."""
    tpdu = bytes.fromhex(f"06{mr:02X}0C91947111325476" + 2 * "42306201000000" + "00")
    return Received(tpdu=tpdu, smsc="", stored=stored)


def queue(*events: RadioEvent) -> asyncio.Queue[RadioEvent]:
    made: asyncio.Queue[RadioEvent] = asyncio.Queue()
    for event in events:
        made.put_nowait(event)
    return made


async def taken(events: asyncio.Queue[RadioEvent]) -> tuple[list[Received], RadioEvent | None]:
    reports: list[Received] = []
    event = await next_together(events, reports)
    return reports, event


async def test_reports_that_wait_are_taken_together_and_what_is_behind_them_next() -> None:
    message, gone = Received(tpdu=deliver(), smsc="", stored=None), NotReady(reason="gone")
    events = queue(a_report(1), a_report(2), message, a_report(3), gone)
    assert await taken(events) == ([a_report(1), a_report(2)], message)
    assert await taken(events) == ([a_report(3)], gone)
    assert events.empty()


async def test_a_report_that_comes_while_the_first_is_put_off_is_taken_with_it() -> None:
    events = queue(a_report(1))
    asyncio.get_running_loop().call_later(TOGETHER_S / 2, events.put_nowait, a_report(2))
    assert await taken(events) == ([a_report(1), a_report(2)], None)


async def test_a_report_that_is_put_off_is_in_hand_when_the_seat_is_closed() -> None:
    reports: list[Received] = []
    taking = asyncio.create_task(next_together(queue(a_report(1)), reports))
    while not reports:
        await asyncio.sleep(0)
    taking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await taking
    assert reports == [a_report(1)]


async def test_what_waits_in_a_slot_is_taken_alone() -> None:
    stored = a_report(1, StoredAt(memory="SR", index=0))
    assert await taken(queue(stored, a_report(2))) == ([], stored)


async def test_what_has_no_octets_is_no_report() -> None:
    nothing = Received(tpdu=b"", smsc="", stored=None)
    assert await taken(queue(nothing)) == ([], nothing)


async def test_not_more_than_a_limited_number_are_in_hand() -> None:
    events = queue(*(a_report(mr % 256) for mr in range(MOST_REPORTS + 1)))
    reports, event = await taken(events)
    assert (len(reports), event) == (MOST_REPORTS, None)
    assert events.qsize() == 1
