"""Which limits hold for which SIM and account, what is used of them, and how a person changes them while it runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from gateway.config.settings import LimitsSettings
from gateway.core.pacing import Limits, Owner, OwnerKind, Pace, QuotaState, Usage
from gateway.core.types import AccountId, Port
from gateway.errors import InvalidFieldError
from gateway.store.pacing import HeldBy, HeldFor

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from gateway.clock import Clock
    from gateway.config.settings import Settings
    from gateway.core.account import Account
    from gateway.core.types import EpochMs
    from gateway.service.spans import SpanBoard
    from gateway.store.backend import Store

FREED_AT_ONCE: Final = 200
"""Most messages that are let go in one transaction: nobody else can write meanwhile."""
_OF_SIMS_ONLY: Final = ("gap_s", "gap_jitter_s")


class LimitBook:
    """The limits of every SIM and account; `load` first.

    Of a SIM: what a person set at run time, before its [[modems.sim]], before the [[span]] it is in, before [modems],
    key by key. Of an account: what a person set.
    """

    def __init__(self, store: Store, *, settings: Settings) -> None:
        self._store = store
        self._zone = settings.gateway.timezone
        self._default = settings.modems.limits
        self._of_spans = {Port(one.port): one.limits for one in settings.span}
        self._of_sims = {one.iccid: one.limits for one in settings.modems.sim}
        self._own: dict[Owner, dict[str, Any]] = {}
        self._known: dict[tuple[str, Port], Pace | None] = {}
        self._accounts: Mapping[AccountId, Pace] = {}
        self._listeners: list[Callable[[Owner], None]] = []

    async def load(self) -> None:
        """Read what was set at run time."""
        self._own = {
            Owner(kind, key): values
            for kind in OwnerKind
            for key, values in (await self._store.own_limits(kind)).items()
        }
        self._known.clear()
        self._accounts = {one.id: pace for one in await self._store.accounts() if (pace := self._of_account(one))}

    def listen(self, listener: Callable[[Owner], None]) -> None:
        """Call `listener` with whose limits were changed, from now on."""
        self._listeners.append(listener)

    def of_sim(self, sim: str, port: Port) -> Pace | None:
        """Give the limits of a SIM (as in attempts) in a span, None without any; cheap, asked for every segment."""
        known = self._known.get((sim, port), _UNKNOWN)
        if known is not _UNKNOWN:
            return known
        owner = Owner.of_sim(sim, port)
        sections = (self._default, self._of_spans.get(port), self._of_sims.get(sim))
        values: dict[str, Any] = {}
        for section in sections:
            values |= {} if section is None else section.model_dump(exclude_none=True)
        limits = self._limits(values | self._own.get(owner, {}))
        pace = Pace(owner=owner, name=owner.key, limits=limits) if limits.is_any else None
        self._known[sim, port] = pace
        return pace

    @property
    def of_accounts(self) -> Mapping[AccountId, Pace]:
        """The limits of accounts that have any; a change makes another mapping."""
        return self._accounts

    def own(self, owner: Owner) -> Mapping[str, Any]:
        """Give what a person set."""
        return self._own.get(owner, {})

    async def change(self, owner: Owner, changes: Mapping[str, Any], account: Account | None, now: EpochMs) -> None:
        """Set limits, named as in the settings file; None goes back to what the file says.

        InvalidFieldError names a wrong one. Messages that were held until now are looked at anew.
        """
        if owner.kind is OwnerKind.ACCOUNT and any(changes.get(name) for name in _OF_SIMS_ONLY):
            raise InvalidFieldError("gap_s", "only a SIM has a gap")
        merged = {**self._own.get(owner, {}), **changes}
        values = _checked({name: value for name, value in merged.items() if value is not None})
        await self._store.save_own_limits(owner, values)
        if values:
            self._own[owner] = values
        else:
            self._own.pop(owner, None)
        self._known.clear()
        if account is not None:
            others = {key: pace for key, pace in self._accounts.items() if key != account.id}
            pace = self._of_account(account)
            self._accounts = others if pace is None else {**others, account.id: pace}
        for listener in self._listeners:
            listener(owner)
        if account is not None:
            # What SIMs hold is freed by the span that finds that it can send.
            which = HeldFor(by=HeldBy.ACCOUNT, account_id=account.id, before=now)
            while await self._store.free_held(which, now, limit=FREED_AT_ONCE):
                pass  # some at a time: others write in between

    def _of_account(self, account: Account) -> Pace | None:
        owner = Owner.of_account(account.id)
        limits = self._limits(self._own.get(owner, {}))
        return Pace(owner=owner, name=account.name, limits=limits) if limits.is_any else None

    def _limits(self, values: Mapping[str, Any]) -> Limits:
        return Limits(
            gap_ms=int(values.get("gap_s", 0) * 1000),
            gap_jitter_ms=int(values.get("gap_jitter_s", 0) * 1000),
            per_minute=values.get("per_minute", 0),
            per_hour=values.get("per_hour", 0),
            per_day=values.get("per_day", 0),
            per_month=values.get("per_month", 0),
            contract_day=values.get("contract_day", 1),
            is_sliding=values.get("periods") == "sliding",
            zone=ZoneInfo(values.get("timezone", self._zone)),
        )


_UNKNOWN: Final = Pace(owner=Owner.of_account(AccountId(0)), name="", limits=Limits())


def _checked(values: Mapping[str, Any]) -> dict[str, Any]:
    try:
        return LimitsSettings.model_validate(values).model_dump(exclude_none=True)
    except ValidationError as error:
        first = error.errors()[0]
        raise InvalidFieldError(str(first["loc"][0]) if first["loc"] else "", first["msg"]) from error


@dataclass(frozen=True, kw_only=True, slots=True)
class PaceReport:
    """What holds for a SIM or an account: its limits, how much of each quota is used, what a person set.

    `port` is the span that the SIM is in, None of an account.
    """

    port: Port | None
    pace: Pace
    states: Sequence[QuotaState]
    own: Mapping[str, Any]


class PacingDesk:
    """Limits for operators. A port that is no span's and a name that is no account's raise InvalidFieldError."""

    def __init__(self, book: LimitBook, *, store: Store, board: SpanBoard, clock: Clock) -> None:
        self._book = book
        self._store = store
        self._board = board
        self._clock = clock

    async def spans(self, port: Port | None = None) -> list[PaceReport]:
        """Give the SIMs of all spans, or of one."""
        usages = await self._store.usages(OwnerKind.SIM)
        ports = self._board.ports() if port is None else [port]
        return [self._report(self._pace_of(one), usages, one) for one in ports]

    async def accounts(self, name: str | None = None) -> list[PaceReport]:
        """Give all accounts, or one."""
        usages = await self._store.usages(OwnerKind.ACCOUNT)
        found = await self._store.accounts() if name is None else [await self._account(name)]
        return [self._report(self._pace_of_account(one), usages, None) for one in found]

    async def limit_span(self, port: Port, changes: Mapping[str, Any], *, actor: str) -> None:
        """Change the limits of the SIM that is in a span: they go with the SIM."""
        pace = self._pace_of(port)
        await self._book.change(pace.owner, changes, None, self._clock.now_ms())
        await self._record(actor, "limits of a SIM changed", pace.name, changes)

    async def limit_account(self, name: str, changes: Mapping[str, Any], *, actor: str) -> None:
        """Change the limits of an account."""
        account = await self._account(name)
        await self._book.change(Owner.of_account(account.id), changes, account, self._clock.now_ms())
        await self._record(actor, "limits of an account changed", account.name, changes)

    def _pace_of(self, port: Port) -> Pace:
        span = self._board.span(port)
        if span is None:
            raise InvalidFieldError("port", f"there is no span {port}")
        sim = self._board.condition(port).sim or span.iccid or span.imei
        owner = Owner.of_sim(sim, port)
        return self._book.of_sim(sim, port) or Pace(owner=owner, name=owner.key, limits=Limits())

    def _pace_of_account(self, account: Account) -> Pace:
        owner = Owner.of_account(account.id)
        return self._book.of_accounts.get(account.id) or Pace(owner=owner, name=account.name, limits=Limits())

    def _report(self, pace: Pace, usages: Mapping[str, Usage], port: Port | None) -> PaceReport:
        now = self._clock.now_ms()
        usage = usages.get(pace.owner.key, Usage()).seen(pace.limits, now)
        return PaceReport(port=port, pace=pace, states=usage.states(pace.limits, now), own=self._book.own(pace.owner))

    async def _account(self, name: str) -> Account:
        for account in await self._store.accounts():
            if account.name.casefold() == name.casefold():
                return account
        raise InvalidFieldError("name", f"no account {name}")

    async def _record(self, actor: str, action: str, name: str, changes: Mapping[str, Any]) -> None:
        words = ", ".join(f"{key} {'as in the file' if value is None else value}" for key, value in changes.items())
        await self._store.add_audit(actor=actor, action=action, detail=f"{name}: {words}", now=self._clock.now_ms())
