"""From a row of the callbacks outbox to the request that its dialect makes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.api.dialect import CallbackFacts
from gateway.api.dialects import shelf
from gateway.api.settings import read_settings
from gateway.core.account import Permission
from gateway.core.callback import CallbackEvent

if TYPE_CHECKING:
    from gateway.core.account import Account
    from gateway.core.callback import CallbackRequest, OwedCallback
    from gateway.core.message import Inbound, Message
    from gateway.service.desk import Service


class Renderer:
    """Gathers the facts of an event and has the dialect render them."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._dialects = shelf()
        self._settings = read_settings(service.settings.api)

    async def render(self, owed: OwedCallback) -> CallbackRequest | None:
        """Give the request, None when nothing is owed any more.

        That is so when the account or the event is switched off, the account may not see it any more,
        or the dialect is gone.
        """
        dialect = self._dialects.get(owed.dialect)
        account = await self._service.store.account(owed.account_id)
        if dialect is None or account is None or not account.enabled:
            return None
        message, inbound = await self._message(owed)
        ussd = None if owed.ussd_id is None else await self._service.store.ussd(owed.ussd_id)
        subject = inbound or message or ussd
        if inbound is not None and not _may_hear(account, inbound):
            return None
        if ussd is not None and not (account.may(Permission.USSD) and account.may_use(ussd.port)):
            return None
        port = subject.port if subject else None
        numbers = await self._service.directory.own_numbers(account)
        facts = CallbackFacts(
            owed=owed,
            account=account,
            message=message,
            inbound=inbound,
            values=await self._service.dialect_settings(account, owed.dialect),
            span_name=self._service.board.name(port),
            own_number="" if port is None else numbers.get(port, ""),
            zone=self._service.zone(account),
            unknown_as=self._service.settings.api.unknown_as,
            sign=await self._service.accounts.keys.signer(),
            ussd=ussd,
        )
        return dialect.render(facts, self._settings[owed.dialect])

    async def _message(self, owed: OwedCallback) -> tuple[Message | None, Inbound | None]:
        store = self._service.store
        if owed.ussd_id is not None:
            return None, None
        if owed.event is CallbackEvent.INBOUND:
            inbound = await store.inbound([owed.message_id])
            return None, inbound[0] if inbound else None
        messages = await store.messages([owed.message_id])
        return messages[0] if messages else None, None


def _may_hear(account: Account, inbound: Inbound) -> bool:
    return account.may(Permission.INBOUND) and account.may_use(inbound.port)
