from __future__ import annotations

import pytest

from gateway.core.types import AccountId, EpochMs
from gateway.store.backend import Store
from gateway.store.backends.sqlite import pages
from gateway.store.pages import PageQuery
from tests.support.store import NOW, accept_one


@pytest.mark.parametrize("pattern", ["4917100*", "491710000", "017100*", "49171*5", "4917*"])
async def test_many_rows_of_a_number_are_found_like_few(
    store: Store, monkeypatch: pytest.MonkeyPatch, pattern: str
) -> None:
    for number in range(20):
        await accept_one(
            store,
            recipient=f"+49171{number:04}",
            recipient_given=f"0171{number:04}",
            accepted_at=EpochMs(NOW + number),
        )
    query = PageQuery(account_id=AccountId(1), number=pattern, since=EpochMs(NOW + 1), page_size=5)
    few = await store.outbox_page(query)
    monkeypatch.setattr(pages, "MOST_BY_NUMBER", 0)
    many = await store.outbox_page(query)
    assert few == many
