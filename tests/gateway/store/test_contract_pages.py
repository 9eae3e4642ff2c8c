from __future__ import annotations

import random
from dataclasses import replace

import pytest

from gateway.core.types import AccountId, EpochMs, MessageId, Port
from gateway.store.backend import Store
from gateway.store.pages import PageQuery
from gateway.store.receiving import NewInbound
from tests.support.store import NOW, a_message, accept_one, an_account, claim, send, settle, settled

SHOP = AccountId(1)


async def outbox(store: Store, **query: object) -> tuple[list[MessageId], int, int]:
    page = await store.outbox_page(replace(PageQuery(account_id=SHOP), **query))  # type: ignore[arg-type]  # by name
    return [row.id for row in page.rows], page.total, page.page


async def inbox(store: Store, **query: object) -> tuple[list[MessageId], int, int]:
    page = await store.inbox_page(replace(PageQuery(account_id=None), **query))  # type: ignore[arg-type]  # by name
    return [row.id for row in page.rows], page.total, page.page


async def test_an_empty_outbox_has_one_page_without_rows(store: Store) -> None:
    assert await outbox(store, page=5) == ([], 0, 1)


async def test_pages_from_both_ends_are_newest_first_without_gap_or_overlap(store: Store) -> None:
    ids = await store.accept([a_message(accepted_at=EpochMs(NOW + index // 3)) for index in range(25)])
    newest_first = ids[::-1]
    for size in (1, 4, 10, 25, 100):
        pages = [await outbox(store, page=page, page_size=size) for page in range(1, -(-25 // size) + 1)]
        assert [message_id for rows, _, _ in pages for message_id in rows] == newest_first
        assert {total for _, total, _ in pages} == {25}


async def test_a_page_beyond_the_end_is_the_last_one(store: Store) -> None:
    ids = await store.accept([a_message() for _ in range(25)])
    assert await outbox(store, page=99) == (ids[4::-1], 25, 3)


async def test_a_sent_message_is_shown_at_the_time_it_was_sent(store: Store) -> None:
    first, second = await accept_one(store), await accept_one(store, accepted_at=EpochMs(NOW + 1000))
    assert (await outbox(store))[0] == [second, first]
    await send(store, first, at=2000)
    assert (await outbox(store))[0] == [first, second]
    assert (await outbox(store, since=EpochMs(NOW + 1001)))[0] == [first]


async def test_an_account_sees_its_own_messages_and_nobody_everybodys(store: Store) -> None:
    other = await store.add_account(an_account("other"), "hash", NOW)
    mine = await accept_one(store)
    theirs = await accept_one(store, account_id=other.id)
    assert await outbox(store) == ([mine], 1, 1)
    assert await outbox(store, account_id=other.id) == ([theirs], 1, 1)
    assert await outbox(store, account_id=None) == ([theirs, mine], 2, 1)


async def test_both_ends_of_the_time_range_belong_to_it(store: Store) -> None:
    ids = await store.accept([a_message(accepted_at=EpochMs(NOW + 1000 * second)) for second in range(5)])
    within = {"since": EpochMs(NOW + 1000), "until": EpochMs(NOW + 3000)}
    assert await outbox(store, **within) == (ids[3:0:-1], 3, 1)
    assert await outbox(store, **within, page=2, page_size=2) == ([ids[1]], 3, 2)
    assert await outbox(store, since=EpochMs(NOW + 9000)) == ([], 0, 1)


async def test_the_callers_own_reference_narrows_a_page(store: Store) -> None:
    first, _, third = await store.accept([a_message(client_ref=ref) for ref in ("a", "", "a")])
    await accept_one(store, recipient="+491722222222", client_ref="a")
    assert await outbox(store, number="+491711234567", client_ref="a") == ([third, first], 2, 1)
    assert await outbox(store, number="+491711234567", client_ref="b") == ([], 0, 1)


NUMBERS = ["+491711111111", "01711111111", "+491722222222", "12345", "+4317111111"]


@pytest.mark.parametrize(
    ("pattern", "indexes"),
    [
        pytest.param("+491711111111", [0, 1], id="whole number, as given or as normalised"),
        pytest.param("00491711111111", [0, 1], id="00 instead of +"),
        pytest.param("01711111111", [1], id="as given"),
        pytest.param("4917*", [0, 1, 2], id="beginning"),
        pytest.param("+49*", [0, 1, 2], id="beginning with +"),
        pytest.param("*111111", [0, 1, 4], id="end"),
        pytest.param("*17111*", [0, 1, 4], id="within"),
        pytest.param("49*1111", [0, 1], id="both ends"),
        pytest.param("*", [0, 1, 2, 3, 4], id="everything"),
        pytest.param("**", [0, 1, 2, 3, 4], id="everything twice"),
        pytest.param("1234", [], id="not a part"),
        pytest.param("12345", [3], id="short code"),
        pytest.param("1?345", [], id="no other wildcard"),
        pytest.param("[1]2345*", [], id="no character classes"),
        pytest.param("*[0-9]345", [], id="no character classes behind a star"),
        pytest.param("49171111111_", [], id="no wildcard of LIKE"),
    ],
)
async def test_number_patterns(store: Store, pattern: str, indexes: list[int]) -> None:
    ids = []
    for given in NUMBERS:
        normalised = "+49" + given[1:] if given.startswith("0") else given
        ids.append(await accept_one(store, recipient=normalised, recipient_given=given))
    rows, total, _ = await outbox(store, number=pattern)
    assert (sorted(rows), total) == ([ids[index] for index in indexes], len(indexes))


async def test_pattern_time_and_account_narrow_together(store: Store) -> None:
    other = await store.add_account(an_account("other"), "hash", NOW)
    messages = [
        a_message(recipient=f"+4917{number}", accepted_at=EpochMs(NOW + number), account_id=account_id)
        for number in range(100, 130)
        for account_id in (SHOP, other.id)
    ]
    await store.accept(messages)
    for pattern in ("4917*", "*17*"):
        rows, total, page = await outbox(store, number=pattern, since=EpochMs(NOW + 120), page=2, page_size=4)
        assert (len(rows), total, page) == (4, 10, 2)


async def test_a_page_of_the_inbox(store: Store) -> None:
    ids: list[MessageId] = []
    for number in range(12):
        message_id = await store.add_inbound(
            NewInbound(
                port=Port(number % 3 + 1),
                sim="sim",
                sim_imsi="imsi",
                sender="Bank" if number == 5 else f"+49172000000{number % 10}",
                text=str(number),
                data=None,
                smsc="",
                scts=None if number == 11 else EpochMs(NOW + number),
                received_at=EpochMs(NOW - 1) if number == 11 else EpochMs(NOW + 5000),
            ),
            None,
        )
        assert message_id is not None
        ids.append(message_id)
    newest_first = [*ids[10::-1], ids[11]]
    assert await inbox(store, page_size=20) == (newest_first, 12, 1)
    assert await inbox(store, page=99, page_size=5) == (newest_first[10:], 12, 3)
    first_port = [one for one in newest_first if (one - ids[0]) % 3 == 0]
    assert await inbox(store, ports=frozenset({Port(1)})) == (first_port, 4, 1)
    both = [one for one in newest_first if (one - ids[0]) % 3 != 2]
    assert await inbox(store, ports=frozenset({Port(1), Port(2)})) == (both, 8, 1)
    assert await inbox(store, ports=frozenset()) == ([], 0, 1)
    assert await inbox(store, number="Bank") == ([ids[5]], 1, 1)
    assert await inbox(store, number="49172000000*", ports=frozenset({Port(2)})) == (
        [one for one in newest_first if (one - ids[0]) % 3 == 1],
        4,
        1,
    )
    assert await inbox(store, since=EpochMs(NOW + 9), until=EpochMs(NOW + 10)) == ([ids[10], ids[9]], 2, 1)


HOUR_MS = 3_600_000


async def fill_some_hours(store: Store, other: AccountId) -> None:
    """Messages of two accounts over hours with gaps, several of an instant, some sent later, the oldest gone."""
    chance = random.Random(5)
    ids = []
    for _ in range(120):
        at = NOW + chance.choice([-70, -9, -8, 0, 1, 2, 30]) * HOUR_MS + chance.choice([0, 0, 1, 1800_000, HOUR_MS - 1])
        account_id = chance.choice([SHOP, SHOP, other])
        ids.append(await accept_one(store, account_id=account_id, accepted_at=EpochMs(at), port=Port(1)))
    for _ in range(40):
        await send_next(store, at=chance.choice([-3, 4, 5, 31]) * HOUR_MS + chance.randrange(4) * 1000)
    swept = await store.sweep_outbound(
        before=EpochMs(NOW + 4 * HOUR_MS + 2000), now=EpochMs(NOW + 10**10), resume=None, most=1000, rows=1000
    )
    assert swept.messages > 5


async def send_next(store: Store, *, at: int) -> None:
    claimed = await claim(store, at=at)
    await settle(store, settled(claimed, mr=1), at=at)


@pytest.mark.parametrize("size", [1, 7, 50])
async def test_every_page_of_a_time_is_a_piece_of_the_whole_list(store: Store, size: int) -> None:
    other = (await store.add_account(an_account("other"), "hash", NOW)).id
    await fill_some_hours(store, other)
    rows = await store.messages([MessageId(one) for one in range(1, 200)])
    shown = sorted(((row.sent_at or row.accepted_at, row.id, row.account_id) for row in rows), reverse=True)
    instants = [None, *(NOW + hours * HOUR_MS + by for hours in (-99, -70, -9, 0, 2, 4, 99) for by in (-1, 0, 1, 999))]
    chance = random.Random(size)
    for _ in range(60):
        account_id, since, until = chance.choice([None, SHOP, other]), chance.choice(instants), chance.choice(instants)
        fitting = [
            message_id
            for at, message_id, owner in shown
            if account_id in {None, owner} and (since is None or at >= since) and (until is None or at <= until)
        ]
        pages = max(1, -(-len(fitting) // size))
        for page in {1, 2, pages, chance.randint(1, pages)}:
            reached = min(page, pages)
            expected = fitting[(reached - 1) * size : reached * size], len(fitting), reached
            found = await outbox(store, account_id=account_id, since=since, until=until, page=page, page_size=size)
            assert found == expected, (account_id, since, until, page)
