"""The rarer wishes of a submission: the urgent lane, windows, data, flash, keys."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from gateway.core.account import Account, Role
from gateway.core.number import Number
from gateway.core.options import DataPorts, Options
from gateway.core.status import Status
from gateway.core.types import AccountId, EpochMs, Port
from gateway.errors import (
    ConflictError,
    InvalidFieldError,
    NoCreditError,
    NotAllowedError,
    QueueFullError,
    RequestError,
)
from gateway.service.desk import Service
from gateway.service.options import digest_of
from gateway.service.submitting import Accepted
from tests.gateway.service.test_submitting import a_submission, account, service, stored, with_credit

__all__ = ["account", "service"]

HOUR_MS = 3_600_000
LIMIT, URGENT_LIMIT = 50, 3
"""`queue.limit` and `queue.urgent_limit` of the service in these tests."""


def wishes(**facts: object) -> Options:
    return Options(**facts)  # type: ignore[arg-type]  # fields by name


# --- the urgent lane ------------------------------------------------------------------------------


async def test_an_alarm_gets_in_when_the_queue_is_full(service: Service, account: Account) -> None:
    await service.submit(account, a_submission(LIMIT))
    with pytest.raises(QueueFullError):
        await service.submit(account, a_submission())
    (alarm,) = await service.submit(account, a_submission(is_urgent=True))
    assert alarm.id
    with pytest.raises(QueueFullError):
        await service.submit(account, a_submission())


async def test_the_lane_has_a_cap_of_its_own_and_leaves_the_rest_alone(service: Service, account: Account) -> None:
    await service.submit(account, a_submission(URGENT_LIMIT, is_urgent=True))
    with pytest.raises(QueueFullError):
        await service.submit(account, a_submission(is_urgent=True))
    await service.submit(account, a_submission(LIMIT))
    with pytest.raises(QueueFullError):
        await service.submit_all(account, [a_submission(), a_submission(is_urgent=True)])


async def test_an_account_that_is_full_still_has_its_alarms(service: Service, account: Account) -> None:
    small = replace(account, queue_limit=2)
    await service.submit(small, a_submission(2))
    with pytest.raises(QueueFullError):
        await service.submit(small, a_submission())
    await service.submit(small, a_submission(2, is_urgent=True))
    with pytest.raises(QueueFullError):
        await service.submit(small, a_submission(is_urgent=True))


async def test_some_of_many_alarms_are_taken(service: Service, account: Account) -> None:
    small = replace(account, queue_limit=2)
    await service.submit(small, a_submission(2))
    taken: list[Accepted | RequestError] = await service.submit_some(small, a_submission(3, is_urgent=True))
    assert [type(one) for one in taken] == [Accepted, Accepted, QueueFullError]


# --- windows --------------------------------------------------------------------------------------


async def test_a_message_waits_for_its_window_and_is_good_from_then_on(service: Service, account: Account) -> None:
    now = service.clock.now_ms()
    # A window that is closed at this hour whatever the test's clock shows: it opens in the hour after the next one.
    hour = (now // HOUR_MS + 2) % 24
    window = f"daily {hour:02}:00-{hour:02}:30 UTC"
    (accepted,) = await service.submit(account, a_submission(options=wishes(window=window)))
    (message,) = await service.store.messages([accepted.id])
    opens_at = (now // HOUR_MS + 2) * HOUR_MS
    assert (message.status, message.send_at, message.port) == (Status.HELD, None, None)
    assert message.valid_until == opens_at + 2 * HOUR_MS  # `queue.validity_s` here
    assert message.cause.startswith(f"outside its send window ({window}), held until ")
    (open_now,) = await service.submit(account, a_submission(options=wishes(window="daily 00:00-24:00 UTC")))
    (message,) = await service.store.messages([open_now.id])
    assert (message.status, message.send_at) == (Status.QUEUED, None)


# --- data and flash -------------------------------------------------------------------------------


# 140 octets of user data less 7 of a header with two ports of 16 bits, less 12 with a concatenation as well
# (3GPP TS 23.040 9.2.3.24.1 and 9.2.3.24.4).
@pytest.mark.parametrize(
    ("octets", "ports", "segments"),
    [
        (140, None, 1),
        (141, None, 2),
        (133, DataPorts(destination=9204), 1),
        (134, DataPorts(destination=9204), 2),
        (256, DataPorts(destination=9204), 2),
        (257, DataPorts(destination=9204), 3),
    ],
)
async def test_segments_of_data_are_counted(
    service: Service, account: Account, octets: int, ports: DataPorts | None, segments: int
) -> None:
    rich = await with_credit(service, account, segments)
    data = bytes(octets)
    submission = a_submission(text="", options=wishes(data=data, data_ports=ports))
    (accepted,) = await service.submit(rich, submission)
    (message,) = await service.store.messages([accepted.id])
    to = "" if ports is None else " to port 9204"
    assert (message.text, message.options.data) == (f"[data{to}, {octets} octets]", data)
    with pytest.raises(NoCreditError):
        await service.submit(await with_credit(service, account, segments - 1), submission)


@pytest.mark.parametrize(
    ("field", "text", "options"),
    [
        ("data", "hello", wishes(data=b"x")),
        ("data", "", wishes(data=b"")),
        ("data", "", wishes(data=bytes(1281), data_ports=DataPorts(destination=1))),
        ("data", "", wishes(data=bytes(1 << 16))),
        ("flash", "", wishes(data=b"x", is_flash=True)),
        ("ports", "hello", wishes(data_ports=DataPorts(destination=1))),
        ("ports", "", wishes(data=b"x", data_ports=DataPorts(destination=65_536))),
        ("ports", "", wishes(data=b"x", data_ports=DataPorts(destination=1, source=-1))),
        ("priority", "hello", wishes(priority=10)),
        ("priority", "hello", wishes(priority=-1)),
        ("window", "hello", wishes(window="mo 08:00")),
        ("text", "", wishes(is_flash=True)),
    ],
)
async def test_what_nobody_can_do_is_refused_by_its_field(
    service: Service, account: Account, field: str, text: str, options: Options
) -> None:
    with pytest.raises(InvalidFieldError) as caught:
        await service.submit(account, a_submission(text=text, options=options))
    assert caught.value.field == field
    assert await stored(service, account) == 0


async def test_whether_a_report_is_wanted_is_kept(service: Service, account: Account) -> None:
    (accepted,) = await service.submit(account, a_submission(request_report=False))
    assert (await service.store.messages([accepted.id]))[0].request_report is False


# --- keys -----------------------------------------------------------------------------------------


async def test_the_same_request_with_its_key_is_answered_as_before(service: Service, account: Account) -> None:
    first = await service.submit(account, a_submission(2), key="order-17")
    assert await service.submit(account, a_submission(2), key="order-17") == first
    assert await stored(service, account) == 2
    assert await service.submit(account, a_submission(2), key="order-18") != first


async def test_another_request_with_the_key_is_refused(service: Service, account: Account) -> None:
    await service.submit(account, a_submission(), key="order-17")
    others = (
        a_submission(text="Hello"),
        a_submission(2),
        a_submission(is_urgent=True),
        a_submission(options=wishes(is_flash=True)),
        a_submission(numbers=(Number(given="0171 1234568", normalised="+491711234568"),)),
    )
    for other in others:
        with pytest.raises(ConflictError) as caught:
            await service.submit(account, other, key="order-17")
        assert caught.value.field == "key"
    assert await stored(service, account) == 1


async def test_the_answer_comes_also_when_nothing_more_could_be_accepted(service: Service, account: Account) -> None:
    rich = await with_credit(service, account, LIMIT)
    first = await service.submit(rich, a_submission(LIMIT), key="bulk")
    poor = await with_credit(service, account, 0)
    service.board.put([replace(view.span, enabled=False) for view in service.board.views()])
    assert await service.submit(poor, a_submission(LIMIT), key="bulk") == first


async def test_two_requests_at_once_are_one_although_there_is_room_for_one_only(
    service: Service, account: Account
) -> None:
    small = replace(account, queue_limit=1)
    answers = await asyncio.gather(*(service.submit(small, a_submission(), key="alarm") for _ in range(5)))
    assert len({answer[0].id for answer in answers}) == 1
    assert await stored(service, account) == 1


async def test_the_callers_own_words_decide_where_they_are_known(service: Service, account: Account) -> None:
    soon, later = (EpochMs(service.clock.now_ms() + minutes * 60_000) for minutes in (60, 61))
    body = b'{"to": "0171 1234567", "in": "1h"}'
    first = await service.submit(account, a_submission(send_at=soon), key="k", body=body)
    assert await service.submit(account, a_submission(send_at=later), key="k", body=body) == first
    with pytest.raises(ConflictError):
        await service.submit(account, a_submission(send_at=soon), key="k", body=b"{}")


async def test_keys_belong_to_accounts_that_may_send(service: Service, account: Account) -> None:
    other = await service.store.add_account(Account(id=AccountId(0), name="other"), "-", EpochMs(0))
    first = await service.submit(account, a_submission(), key="k")
    assert await service.submit(other, a_submission(), key="k") != first
    with pytest.raises(NotAllowedError):
        await service.submit(replace(account, role=Role.VIEWER), a_submission(), key="k")
    for bad in ("x" * 256, "a\nb", "\0"):
        with pytest.raises(InvalidFieldError) as caught:
            await service.submit(account, a_submission(), key=bad)
        assert caught.value.field == "key"


def test_a_field_that_a_later_version_adds_makes_no_other_request() -> None:
    plain = a_submission()
    assert digest_of([plain], None) == digest_of([replace(plain, spans=(), options=None)], None)
    assert digest_of([plain], None) != digest_of([replace(plain, spans=(Port(1),))], None)
