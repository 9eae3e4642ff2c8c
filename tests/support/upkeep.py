"""The upkeep of the lists of a store, without a gateway around it."""

from __future__ import annotations

from gateway.clock import Clock
from gateway.core.number import read_number
from gateway.directory.directory import Directory
from gateway.directory.upkeep import Upkeep
from gateway.store.backend import Store


def upkeep_of(store: Store, clock: Clock | None = None) -> Upkeep:
    clock = clock or Clock()
    return Upkeep(store, Directory(store, clock=clock, read_number=read_number), clock=clock)
