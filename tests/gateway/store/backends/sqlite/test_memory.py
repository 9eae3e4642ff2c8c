from __future__ import annotations

from hypothesis import HealthCheck, settings
from hypothesis.stateful import invariant

from gateway.core.pacing import Limits, Owner, Usage
from gateway.core.types import Port
from gateway.store.backends.sqlite.load import read_load
from gateway.store.backends.sqlite.memory import (
    Memory,
    Tally,
    able_ports,
    join_ports,
    join_spans,
    read_memory,
    split_ports,
    split_spans,
)
from gateway.store.backends.sqlite.store import SqliteStore
from tests.gateway.store.test_contract_life import MessageLife
from tests.support.store import NOW


def counts(memory: Memory) -> dict[str, dict[object, int]]:
    tallies = {name: value for name, value in vars(memory).items() if isinstance(value, Tally)}
    return {name: {key: tally.get(key) for key in tally} for name, tally in tallies.items()}


class MemoryLife(MessageLife):
    """After every step, what the writer keeps in memory is what a fresh start would read."""

    @invariant()
    def memory_is_what_a_fresh_start_would_read(self) -> None:
        store = self.store
        assert isinstance(store, SqliteStore)
        assert store._writer is not None
        kept = store._writer._memory
        fresh = self.runner.run(store.read(read_memory))
        assert counts(kept) == counts(fresh)
        assert kept.next_lift <= fresh.next_lift
        assert (kept.accounts, kept.subscriptions) == (fresh.accounts, fresh.subscriptions)
        load = self.runner.run(store.read(read_load))
        assert dict(store.load.waiting_segments) == dict(load.waiting_segments)
        assert dict(store.load.open_by_port) == dict(load.open_by_port)
        assert dict(store.load.open_by_account) == dict(load.open_by_account)


MemoryLife.TestCase.settings = settings(
    max_examples=25, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
)
TestMemoryLife = MemoryLife.TestCase


def test_undo_takes_back_what_the_failed_transaction_counted() -> None:
    memory = Memory()
    memory.queued.add((Port(1), ""), 2)
    memory.keep()
    memory.queued.add((Port(1), ""), -1)
    memory.queued.add((None, "1,2"), 5)
    memory.next_ids.add("message", 7)
    memory.next_expiry = memory.next_lift = 99
    memory.undo()
    assert memory.queued.get((Port(1), "")) == 2
    assert list(memory.queued) == [(Port(1), "")]
    assert memory.next_ids.get("message") == 0
    assert memory.next_expiry == memory.next_lift == 0, "what is not undone must be looked up again"


def test_undo_takes_back_what_the_failed_transaction_used_of_quotas() -> None:
    memory = Memory()
    sim, limits = Owner.of_sim("sim1", Port(1)), Limits(per_day=5)
    once = Usage().counted(limits, NOW)
    memory.set_usage(sim, once)
    memory.keep()
    memory.set_usage(sim, once.counted(limits, NOW))
    memory.set_usage(sim, once.counted(limits, NOW, 2))
    memory.undo()
    assert memory.usages[sim] == once


def test_groups_are_told_apart_by_what_a_port_may_send() -> None:
    memory = Memory()
    for group in (
        (Port(1), ""),
        (Port(2), ""),
        (Port(2), "1,2"),
        (Port(2), "2,3"),
        (None, ""),
        (None, "2"),
        (None, "11"),
        (None, "!1"),
        (None, "!2"),
        (None, "1,2!1"),
        (Port(2), "1,2!2"),
        (Port(2), "1,2!1"),
    ):
        memory.queued.add(group, 1)
    assert set(memory.groups_of(Port(1))) == {(1, ""), (None, ""), (None, "!2")}
    assert set(memory.groups_elsewhere(Port(1))) == {(2, ""), (2, "1,2"), (2, "1,2!2")}


def test_ports_keep_no_order_and_no_doubles() -> None:
    assert join_ports((Port(10), Port(2), Port(10))) == "2,10"
    assert split_ports("2,10") == (2, 10)
    assert split_ports("") == ()


def test_excluded_ports_stand_behind_the_allowed_ones() -> None:
    text = join_spans((Port(10), Port(2)), (Port(2), Port(2)))
    assert (text, split_spans(text), able_ports(text)) == ("2,10!2", ((2, 10), (2,)), (10,))
    assert (join_spans((), (Port(3),)), able_ports("!3"), split_spans("!3")) == ("!3", (), ((), (3,)))
    assert (join_spans((Port(3),), ()), split_spans("")) == ("3", ((), ()))
