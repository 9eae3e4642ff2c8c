"""Faults: which there are, and which are armed."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, Final

from modem.emulator.border import Checked
from modem.emulator.breakage.shelf import fault_kinds, trigger_fields
from modem.emulator.control.answers import FaultState, fault_state
from modem.emulator.control.route import Route, reply

if TYPE_CHECKING:
    from aiohttp import web

    from modem.emulator.breakage.shelf import FieldKind
    from modem.emulator.rack.rack import Rack


class FieldShown(Checked):
    """One field of a fault or of its trigger."""

    name: str
    type: str
    """boolean, integer, number, text, texts or choice."""
    default: Any
    """None when the fault itself decides."""
    text: str
    unit: str
    least: float | None
    most: float | None
    choices: list[str]


class KindShown(Checked):
    """One kind of fault."""

    name: str
    summary: str
    fields: list[FieldShown]


class ArmedShown(FaultState):
    """A fault that is armed, with its modem."""

    modem: int


class FaultsShown(Checked):
    """All kinds of faults, the fields that all share, and those that are armed."""

    kinds: list[KindShown]
    trigger: list[FieldShown]
    armed: list[ArmedShown]


async def list_faults(rack: Rack, _request: web.Request) -> web.StreamResponse:
    """Answer kinds and armed ones."""
    armed = [
        ArmedShown(modem=index, **fault_state(fault).model_dump())
        for index, machine in enumerate(rack.machines)
        for fault in machine.faults
    ]
    kinds = [
        KindShown(name=kind.name, summary=kind.summary, fields=[_shown(field) for field in kind.fields])
        for kind in fault_kinds()
    ]
    return reply(FaultsShown(kinds=kinds, trigger=[_shown(field) for field in trigger_fields()], armed=armed))


def _shown(field: FieldKind) -> FieldShown:
    return FieldShown(**{**dataclasses.asdict(field), "choices": list(field.choices)})


ROUTES: Final = (
    Route(
        method="GET",
        path="/faults",
        summary="All kinds of faults, and those that are armed",
        handler=list_faults,
        answer=FaultsShown,
    ),
)
