"""What the control shows of a rack, as models of its JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from modem.emulator.border import Checked, plain
from modem.emulator.breakage.shelf import as_table

if TYPE_CHECKING:
    from modem.emulator.breakage.board import Armed
    from modem.emulator.network.handset import Handset, ShownMessage, WrittenMessage
    from modem.emulator.rack.rack import Rack


class FieldProblem(Checked):
    """One mistake."""

    field: str | None
    """Where: modem, timeline[0].at, ..."""
    error: str


class Problem(Checked):
    """Why a request was not served: the first mistake, and all of them."""

    error: str
    field: str | None
    errors: list[FieldProblem]


class Done(Checked):
    """An action was done."""

    done: str


class FaultState(Checked):
    """A fault that is armed."""

    number: int
    """Its own among those of the modem: what takes it away."""
    state: str
    """waiting or active."""
    fault: str
    table: dict[str, Any]
    """The table that arms the same one again."""
    occasion: str
    """What it waits for."""
    cured_by: str
    seen: int
    """Occasions so far."""
    struck: int
    """Strikes so far."""
    strikes_at_s: float | None
    ends_at_s: float | None


class SignalState(Checked):
    """The signal as +CSQ shows it."""

    rssi: int
    ber: int


class StoreState(Checked):
    """One memory for messages."""

    used: int
    total: int


class SimState(Checked):
    """The card in a modem."""

    is_present: bool
    waits_for: str
    """READY, SIM PIN or SIM PUK."""
    pin_tries_left: int
    balance_cents: int | None


class ModemState(Checked):
    """One modem with its SIM."""

    index: int
    port: str
    addresses: list[str]
    """What a program opens."""
    terminal: str | None
    is_plugged: bool
    manufacturer: str
    model: str
    imei: str
    number: str
    imsi: str
    iccid: str
    registration: str
    operator: str
    cell: str
    signal: SignalState
    sim: SimState
    storage: dict[str, StoreState]
    faults: list[FaultState]


class HandsetSummary(Checked):
    """A phone that somebody wrote to or from."""

    number: str
    message_count: int


class ShownState(Checked):
    """A message that a phone shows."""

    sender: str
    text: str | None
    """None for data."""
    data: str | None
    """In hexadecimal, None for a text."""
    at: str
    segments: int


class WrittenState(Checked):
    """A message that was written on a phone."""

    recipient: str
    text: str | None
    at: str
    segments: int


class HandsetState(Checked):
    """A phone with its messages, oldest first."""

    number: str
    messages: list[ShownState]
    written: list[WrittenState]
    behaviour: dict[str, Any]


def modem_state(rack: Rack, index: int) -> ModemState:
    """Return what is to be known of a modem."""
    machine = rack.machines[index]
    equipment = machine.equipment
    sim = equipment.sim
    memories = (sim.messages, equipment.flash, sim.reports)
    return ModemState(
        index=index,
        port=rack.addresses(index)[0],
        addresses=rack.addresses(index),
        terminal=rack.terminal(index),
        is_plugged=rack.is_plugged(index),
        manufacturer=equipment.personality.manufacturer,
        model=equipment.personality.model,
        imei=equipment.identity.imei,
        number=sim.number,
        imsi=sim.imsi,
        iccid=sim.iccid,
        registration=equipment.registration.name.lower(),
        operator=equipment.operator,
        cell=rack.network.cell_of(sim.imsi) if rack.network.knows(sim.imsi) else "",
        signal=SignalState(rssi=equipment.signal_quality, ber=equipment.bit_error_rate),
        sim=SimState(
            is_present=equipment.is_card_present,
            waits_for=sim.wanted.value,
            pin_tries_left=sim.pin.tries_left,
            balance_cents=rack.network.balance_cents(sim.imsi) if rack.network.knows(sim.imsi) else None,
        ),
        storage={memory.name: StoreState(used=len(memory), total=memory.capacity) for memory in memories},
        faults=[fault_state(armed) for armed in machine.faults],
    )


def fault_state(armed: Armed) -> FaultState:
    """Return what is to be known of a fault that is armed."""
    return FaultState(
        number=armed.number,
        state=armed.state,
        fault=armed.fault.name,
        table=as_table(armed.fault, armed.trigger),
        occasion=armed.occasion.value,
        cured_by=armed.cured_by.name.lower(),
        seen=armed.seen,
        struck=armed.struck,
        strikes_at_s=armed.strikes_at,
        ends_at_s=armed.ends_at,
    )


def handset_state(rack: Rack, handset: Handset) -> HandsetState:
    """Return a phone with what it shows."""
    return HandsetState(
        number=handset.number,
        messages=[_shown(message) for message in handset.messages],
        written=[_written(message) for message in handset.written],
        behaviour=plain(rack.network.recipient(handset.number)),
    )


def _shown(message: ShownMessage) -> ShownState:
    return ShownState(
        sender=message.sender,
        text=message.text,
        data=message.data.hex().upper() if message.text is None else None,
        at=message.at.isoformat(timespec="milliseconds"),
        segments=message.segment_count,
    )


def _written(message: WrittenMessage) -> WrittenState:
    return WrittenState(
        recipient=message.recipient,
        text=message.text,
        at=message.at.isoformat(timespec="milliseconds"),
        segments=message.segment_count,
    )
