"""What a scenario file may say."""

from __future__ import annotations

from functools import cache
from typing import Annotated, Any, Final, Literal, cast

from pydantic import AfterValidator, Field, create_model, model_validator
from pydantic_core import PydanticCustomError

from modem.emulator.action import Action, load_actions
from modem.emulator.border import MADE, CellName, Checked, FaultTable, FromTable, OneOf, Pin
from modem.emulator.border.fault_tables import fault_models
from modem.emulator.network import AnswerRule, Cell, Centre, Delay, RadioTime, Recipient, Signal, Tariff, UssdService
from modem.emulator.radio import Registration
from modem.profiles import load_profiles

MOST_MODEMS: Final = 9999
Seconds = Annotated[float, Field(ge=0, allow_inf_nan=False)]


def _is_model(name: str) -> str:
    profiles = load_profiles()
    if name not in profiles:
        raise PydanticCustomError("model", "must be one of {names}", {"names": ", ".join(profiles)})
    return name


def _is_address(text: str) -> str:
    host, _, port = text.rpartition(":")
    if not (host and port.isascii() and port.isdigit() and len(port) <= 5 and int(port) < 65536):
        raise PydanticCustomError("address", "must be HOST:PORT")
    return text


Address = Annotated[str, AfterValidator(_is_address)]


class SimTable(Checked):
    """The SIM in each modem of a group."""

    pin: Pin = "1234"
    """4 to 8 digits."""
    is_locked: bool = False
    """Whether it asks for its PIN."""
    is_blocked: bool = False
    """Whether it asks for its PUK, 12345678: the PIN was wrong three times."""
    capacity: int = Field(default=30, ge=1, le=255)
    """Messages that it can hold."""
    tariff: Annotated[Tariff, FromTable()] | None = None
    """Tariff: balance, price, quota."""


@cache
def _faults() -> list[list[type[FaultTable]]]:
    return [[model] for model in fault_models(FaultTable, "Fault").values()]


class ModemGroup(Checked):
    """Modems that are alike; they are numbered in the order of the file, from 0."""

    count: int = Field(default=1, ge=1, le=MOST_MODEMS)
    """How many there are of them."""
    model: Annotated[str, AfterValidator(_is_model)] = "generic"
    """The name of a model."""
    sim: SimTable = SimTable()
    """The SIM in each."""
    registration: Annotated[Registration, FromTable()] = Registration.HOME
    """What the network gives them, as for `register`."""
    signal: Annotated[Signal, FromTable()] | None = None
    """Signal."""
    cell: CellName = "home"
    """The name of the cell they are in."""
    is_plugged: bool = True
    """Whether they are plugged in from the start."""
    faults: list[Annotated[FaultTable, OneOf(_faults, "fault")]] = Field(default=[])
    """Armed on each of them as soon as all are running."""


class NetworkTable(Checked):
    """How the network behaves from the start."""

    radio_time: Annotated[RadioTime, FromTable()] = RadioTime()
    """Of the home cell."""
    report_delay: Annotated[Delay, FromTable()] | None = None
    """From the delivery of a message to its report; goes before what `centre` says."""
    centre: Annotated[Centre, FromTable()] = Centre()
    """Centre."""
    cells: list[Annotated[Cell, FromTable()]] = Field(default=[])
    """Cells besides the home cell, or in its place when one is called home."""
    recipient: Annotated[Recipient, FromTable()] | None = None
    """Everybody who has no behaviour of their own."""
    rules: list[Annotated[AnswerRule, FromTable()]] = Field(default=[])
    """AnswerRules, oldest first."""
    ussd: list[Annotated[UssdService, FromTable()]] = Field(default=[])
    """UssdServices."""


class Step(Checked):
    """When something is done."""

    at_s: Seconds
    """Seconds since the start."""
    again_after_s: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None
    """Do it again each time so many seconds have passed."""
    again_times: int | None = Field(default=None, ge=1)
    """So often again; without end when it is left out beside `again_after_s`."""

    @model_validator(mode="after")
    def _repeats_soundly(self) -> Step:
        if self.again_times is not None and self.again_after_s is None:
            context = {"reason": "goes with again_after_s only", "field": "again_times"}
            raise PydanticCustomError("again", "{reason}", context)
        return self


@cache
def _steps() -> list[list[type[Step]]]:
    """Return a model for each action with its time; those of the faults make one group."""
    return [[_timed(model) for model in models] for word, models in load_actions().items() if word != "disarm_one"]


def _timed(model: type[Action]) -> type[Step]:
    bases: Any = (Step, model)
    made = create_model(f"{model.__name__}Step", __base__=bases, __doc__=model.__doc__, __cls_kwargs__=MADE)
    return cast("type[Step]", made)


class Scenario(Checked):
    """A whole scenario."""

    title: str = ""
    """For people."""
    seed: int = 0
    """Makes everything that is left to chance repeatable."""
    clock: Literal["real", "virtual", "jumping"] = "real"
    """real: as time passes; virtual: moved by hand; jumping: to what is due next while all programs are idle."""
    directory: str | None = None
    """Where serial ports appear, as modem0, modem1 and so on."""
    tcp: list[Address] = Field(default=[])
    """One address counted up, or one for each modem."""
    control: Address | None = None
    """Where page and API are, HOST:PORT; a free port of 127.0.0.1 when it is left out."""
    ledger: str | None = None
    """A file that gets every TPDU on the air as JSON lines."""
    modems: list[ModemGroup] = Field(min_length=1)
    """Groups of modems that are alike; they are numbered in the order of the file, from 0."""
    network: NetworkTable = NetworkTable()
    """How the network behaves from the start."""
    recipients: dict[str, Annotated[Recipient, FromTable()]] = Field(default={})
    """How the phones behind numbers behave."""
    timeline: list[Annotated[Step, OneOf(_steps, "do", "fault")]] = Field(default=[])
    """What happens when: `do` and its keys, below."""

    @property
    def modem_count(self) -> int:
        """How many modems there are."""
        return sum(group.count for group in self.modems)

    @property
    def groups(self) -> list[ModemGroup]:
        """The group of each modem, by number."""
        return [group for group in self.modems for _ in range(group.count)]
