"""Quotas hold whatever happens, in any order; and a store without limits does nothing for them."""

from __future__ import annotations

from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from gateway.core.pacing import Limits, Owner, OwnerKind, Pace, Pause, Usage
from gateway.core.period import Period
from gateway.core.types import AccountId, EpochMs, Port
from gateway.store.backends.sqlite.memory import read_memory
from gateway.store.backends.sqlite.store import SqliteStore
from gateway.store.pacing import Blocked, HeldBy, HeldFor
from tests.gateway.store.backends.sqlite.test_memory import MemoryLife
from tests.gateway.store.test_contract_life import PORTS
from tests.support.store import NOW, a_message, a_turn, an_account, settled

SIMS_DAY, SIMS_MINUTE, SHOPS_DAY = 4, 2, 3
# The longest run of the clock below ends long before the day does.
OUT = """
SELECT sim, count(*) FROM attempt WHERE outcome IN ('open', 'accepted', 'no answer') GROUP BY sim
"""
BEGUN = """
SELECT coalesce(sum(segment_count), 0) FROM message
WHERE id IN (SELECT message_id FROM attempt WHERE outcome IN ('open', 'accepted', 'no answer'))
"""
TRIED = "SELECT coalesce(sum(segment_count), 0) FROM message WHERE id IN (SELECT message_id FROM attempt)"


def sim_pace(sim: str) -> Pace:
    limits = Limits(per_day=SIMS_DAY, per_minute=SIMS_MINUTE, is_sliding=True, gap_ms=5)
    return Pace(owner=Owner.of_sim(sim, Port(1)), name=sim, limits=limits)


def used(usage: Usage) -> int:
    return sum(one.segments for one in usage.buckets.get(Period.DAY, ()))


class PacedLife(MemoryLife):
    """The life of messages on SIMs and of an account that have quotas."""

    def limits_of(self, port: int, sim: str) -> dict[str, object]:
        shop = Pace(owner=Owner.of_account(AccountId(1)), name="shop", limits=Limits(per_day=SHOPS_DAY))
        return {"pace": sim_pace(sim), "account_paces": {AccountId(1): shop}, "rooms": {Port(port % 3 + 1): 2}}

    @rule(ports=st.sets(st.sampled_from(PORTS)), able=st.sets(st.sampled_from(PORTS)), ms=st.sampled_from([1, 2_000]))
    def hold(self, ports: set[int], able: set[int], ms: int) -> None:
        pause = Pause(until=EpochMs(self.now + ms), period=Period.DAY, used=12, quota=12)
        blocked = {Port(port): Blocked(pace=sim_pace(f"sim{port}"), pause=pause) for port in ports - able}
        now = EpochMs(self.now)
        assert self.runner.run(self.store.hold(blocked, frozenset(map(Port, able)), now, limit=2)) <= 2

    @rule()
    def release(self) -> None:
        next_at = self.runner.run(self.store.release(EpochMs(self.now)))
        assert next_at is None or next_at > self.now

    @rule()
    def keep(self) -> None:
        paces = self.limits_of(1, "sim1")["account_paces"]
        assert isinstance(paces, dict)
        self.runner.run(self.store.keep_held(paces, EpochMs(self.now)))

    @rule(port=st.none() | st.sampled_from(PORTS))
    def free(self, port: int | None) -> None:
        which = HeldFor(by=HeldBy.SIM, port=None if port is None else Port(port))
        self.runner.run(self.store.free_held(which, EpochMs(self.now), limit=2))

    @invariant()
    def use_is_what_is_on_the_air_or_may_be(self) -> None:
        store = self.store
        assert isinstance(store, SqliteStore)
        sims = self.runner.run(store.usages(OwnerKind.SIM))
        out = dict(self.runner.run(store.read(lambda raw: raw.execute(OUT).fetchall())))
        assert {sim: used(usage) for sim, usage in sims.items() if used(usage)} == out
        assert max(out.values(), default=0) <= SIMS_DAY
        for sim, usage in sims.items():
            assert usage.used(sim_pace(sim).limits, Period.MINUTE, EpochMs(self.now)) <= SIMS_MINUTE
        accounts = self.runner.run(store.usages(OwnerKind.ACCOUNT))
        (begun,) = self.runner.run(store.read(lambda raw: raw.execute(BEGUN).fetchone()))
        (tried,) = self.runner.run(store.read(lambda raw: raw.execute(TRIED).fetchone()))
        assert begun <= sum(map(used, accounts.values())) <= min(tried, SHOPS_DAY)

    @invariant()
    def use_is_what_a_fresh_start_would_read(self) -> None:
        store = self.store
        assert isinstance(store, SqliteStore)
        assert store._writer is not None
        fresh = self.runner.run(store.read(read_memory)).usages
        kept = store._writer._memory.usages
        assert {owner: one for owner, one in kept.items() if used(one) or one.free_at} == {
            owner: Usage(buckets={**_empty(kept[owner]), **one.buckets}, free_at=one.free_at)
            for owner, one in fresh.items()
        }


def _empty(usage: Usage) -> dict[Period, tuple[()]]:
    return {period: () for period, found in usage.buckets.items() if not found}


PacedLife.TestCase.settings = settings(
    max_examples=30, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
)
TestPacedLife = PacedLife.TestCase


async def test_without_limits_no_statement_is_about_them(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "gateway.db")
    await store.open()
    await store.add_account(an_account("shop"), "hash", NOW)
    statements: list[str] = []
    await store._connections[0].run(lambda raw: raw.set_trace_callback(statements.append))
    await store.accept([a_message(), a_message(segment_count=2)])
    settlement = None
    for _ in range(3):
        result = await store.turn(a_turn(settlement=settlement))
        assert result.assignment is not None
        settlement = settled(result.assignment)
    await store.turn(a_turn(settlement=settlement))
    await store.close()
    assert len(statements) > 10
    # held_until is read with the row that is read anyway.
    assert [one for one in statements if "usage" in one or "SET held_until" in one or "own_limits" in one] == []
