"""What can be wrong with a modem that a recovery step may cure, as a table, and how long it must last to count."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from math import inf
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from modem.at.responses import Registration

if TYPE_CHECKING:
    from collections.abc import Mapping


class Symptom(Enum):
    """One way in which a modem is no use."""

    SILENT = "it does not answer AT"
    PORT_FAILS = "its port opens and fails at once"
    PORT_ABSENT = "its port did not come back"
    SUBMIT_STUCK = "it answers AT, but submits never end"
    LIST_STUCK = "it answers AT, but listing messages never ends"
    SIM_FAILS = "its SIM cannot be used"
    NO_SIGNAL = "it has neither signal nor network"
    NO_NETWORK = "it is not registered and does not look for a network, or is denied"
    SEARCHING = "it looks for a network for ever"
    SENDS_FAIL = "it is registered, yet its submits fail as they did not before"


class Evidence(Enum):
    """What proves that a symptom is gone."""

    AWAKE = "AT was answered"
    STARTED = "the start-up dialogue went through"
    REGISTERED = "the network has us"
    LISTED = "a list of messages ended"
    SUBMIT_ENDED = "a submit was answered, by yes or no"
    ACCEPTED = "a submit was accepted"


@dataclass(frozen=True, kw_only=True, slots=True)
class SymptomFacts:
    """`onset_s`: how long it must last before it counts. `proof`: what ends it.

    `relapse_s`: when it is back this soon after its end, it is the same trouble still. `is_disabling`: a modem with it
    must not be given messages once it has been given up, though it may call itself ready.
    """

    onset_s: float
    proof: Evidence
    relapse_s: float = 120.0
    is_disabling: bool = False


# Onsets: a modem may look for its network for minutes after a start (3GPP TS 23.122 4.4.3); a whole list or submit has
# had its own timeout already, so that the second one in a row counts at once.
SYMPTOMS: Final[Mapping[Symptom, SymptomFacts]] = MappingProxyType({
    Symptom.SILENT: SymptomFacts(onset_s=0.0, proof=Evidence.AWAKE),
    Symptom.PORT_FAILS: SymptomFacts(onset_s=0.0, proof=Evidence.AWAKE),
    Symptom.PORT_ABSENT: SymptomFacts(onset_s=0.0, proof=Evidence.AWAKE),
    Symptom.SUBMIT_STUCK: SymptomFacts(
        onset_s=0.0, proof=Evidence.SUBMIT_ENDED, relapse_s=1800.0, is_disabling=True
    ),
    Symptom.LIST_STUCK: SymptomFacts(onset_s=0.0, proof=Evidence.LISTED, relapse_s=1800.0),
    Symptom.SIM_FAILS: SymptomFacts(onset_s=30.0, proof=Evidence.STARTED, relapse_s=1800.0),
    Symptom.NO_SIGNAL: SymptomFacts(onset_s=90.0, proof=Evidence.REGISTERED, relapse_s=600.0),
    Symptom.NO_NETWORK: SymptomFacts(onset_s=120.0, proof=Evidence.REGISTERED, relapse_s=600.0),
    Symptom.SEARCHING: SymptomFacts(onset_s=600.0, proof=Evidence.REGISTERED, relapse_s=600.0),
    Symptom.SENDS_FAIL: SymptomFacts(onset_s=0.0, proof=Evidence.ACCEPTED, relapse_s=1800.0, is_disabling=True),
})  # fmt: skip

# 27.007 7.2: 0 and 3 do not end by themselves, 2 and 4 may, and 8 is a network that takes no SIM of this kind.
_NOT_LOOKING: Final = frozenset({Registration.NOT_SEARCHING, Registration.DENIED, Registration.EMERGENCY_ONLY})


def read_symptom(registration: Registration | None, signal_dbm: int | None) -> Symptom | None:
    """Return what registration and signal point at; None when all is well, or when the modem does not tell."""
    if registration is None or registration.is_registered:
        return None
    if registration in _NOT_LOOKING:
        return Symptom.NO_NETWORK
    return Symptom.NO_SIGNAL if signal_dbm is None else Symptom.SEARCHING


class Onset:
    """Watches the symptom of the moment until it has lasted long enough to count."""

    def __init__(self, facts: Mapping[Symptom, SymptomFacts]) -> None:
        self._facts = facts
        self._symptom: Symptom | None = None
        self._since = inf

    def watch(self, symptom: Symptom | None, now: float) -> Symptom | None:
        """Take the symptom of this moment, None when there is none; return it once it counts."""
        if symptom is None:
            self._symptom = None
            return None
        if self._symptom is None or not _is_one_trouble(self._symptom, symptom):
            self._since = now
        self._symptom = symptom
        return symptom if now - self._since >= self._facts[symptom].onset_s else None

    @property
    def counts_at(self) -> float:
        """When the symptom of the moment counts, if it lasts; infinite when there is none."""
        return inf if self._symptom is None else self._since + self._facts[self._symptom].onset_s


_WITHOUT_NETWORK: Final = frozenset({Symptom.NO_SIGNAL, Symptom.NO_NETWORK, Symptom.SEARCHING})


def _is_one_trouble(before: Symptom, now: Symptom) -> bool:
    """A modem without a network says now this, now that of it."""
    return before is now or (before in _WITHOUT_NETWORK and now in _WITHOUT_NETWORK)
