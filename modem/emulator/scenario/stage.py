"""Makes a rack as a scenario describes it, and lets happen what its timeline says."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

from modem.emulator.action import ActionError
from modem.emulator.card.sim import Sim
from modem.emulator.numbering import SMSC_NUMBER, identity
from modem.emulator.rack.clock import LoopClock, VirtualClock
from modem.emulator.rack.rack import Rack
from modem.errors import BehaviourError, EncodeError
from modem.profiles import load_profiles

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from modem.emulator.action import Action
    from modem.emulator.network import Network
    from modem.emulator.rack.clock import Clock
    from modem.emulator.scenario.document import ModemGroup, Scenario, Step

_CLOCKS: Final[dict[str, Callable[[], Clock]]] = {
    "real": LoopClock,
    "virtual": VirtualClock,
    "jumping": lambda: VirtualClock(is_jumping=True),
}


def make_rack(
    scenario: Scenario,
    *,
    directory: Path | None = None,
    tcp: Sequence[tuple[str, int]] = (),
    boot_s: float | None = None,
) -> Rack:
    """Return the rack of a scenario, ready to be started; its ports are those given, else those of the scenario."""
    profiles = load_profiles()
    groups = scenario.groups
    rack = Rack(
        count=len(groups),
        directory=directory or (Path(scenario.directory) if scenario.directory else None),
        tcp=tcp,
        seed=scenario.seed,
        boot_s=boot_s,
        clock=_CLOCKS[scenario.clock](),
        personalities=[profiles[group.model].personality for group in groups],
    )
    _set_up(rack.network, scenario)
    for index, group in enumerate(groups):
        _equip(rack, index, group)
    return rack


def play(rack: Rack, scenario: Scenario, complain: Callable[[str], None]) -> None:
    """Plan everything that a scenario lets happen in a rack that was started.

    `complain` gets a line for what turns out not to be possible when its time has come.
    """
    for index, group in enumerate(scenario.groups):
        if not group.is_plugged:
            rack.unplug(index)
        for table in group.faults:
            rack.arm(index, *table.built())
    for step in scenario.timeline:
        _plan(rack, step, step.at_s, 0, complain)


def _set_up(network: Network, scenario: Scenario) -> None:
    wanted = scenario.network
    home = network.cells[0]
    network.add_cell(replace(home, radio_time=wanted.radio_time))
    for cell in wanted.cells:
        network.add_cell(cell)
    centre = wanted.centre
    network.change_centre(centre if wanted.report_delay is None else replace(centre, report_delay=wanted.report_delay))
    if wanted.recipient is not None:
        network.behave_by_default(wanted.recipient)
    for number, recipient in scenario.recipients.items():
        network.behave(number, recipient)
    for rule in wanted.rules:
        network.rule(rule)
    for service in wanted.ussd:
        network.offer_ussd(service)


def _equip(rack: Rack, index: int, group: ModemGroup) -> None:
    """Put the right card into a modem that is not on yet, and tell the network of it."""
    equipment = rack.machines[index].equipment
    table = group.sim
    sim = Sim(
        identity(index),
        smsc=SMSC_NUMBER,
        last_mr=equipment.sim.last_mr,
        capacity=table.capacity,
        pin=table.pin,
        is_pin_asked=table.is_locked or table.is_blocked,
    )
    if table.is_blocked:
        sim.pin.tries_left = 0
    equipment.insert(sim)
    network, imsi = rack.network, sim.imsi
    network.register(imsi, group.registration, 0.0)
    network.move(imsi, group.cell, 0.0)
    if group.signal is not None:
        network.set_signal(imsi, group.signal, 0.0)
    if table.tariff is not None:
        network.charge(imsi, table.tariff)


def _plan(rack: Rack, step: Step, at_s: float, number: int, complain: Callable[[str], None]) -> None:
    def do() -> None:
        action = cast("Any", step)
        try:
            cast("Action", action).run(rack)
        except (ActionError, BehaviourError, EncodeError) as error:
            complain(f"at {at_s:g} s, {action.do}: {error.field}: {error.reason}")
        if step.again_after_s is not None and (step.again_times is None or number < step.again_times):
            _plan(rack, step, at_s + step.again_after_s, number + 1, complain)

    rack.plan(at_s, do)
