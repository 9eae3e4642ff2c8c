"""Drives real modems: the asyncio half of this package; `Modem` is what other rooms use."""

from modem.driver.events import (
    Accepted,
    Identity,
    Inbound,
    LateAnswer,
    Lost,
    ModemEvent,
    ModemState,
    NoAnswer,
    NoLateAnswer,
    NotReady,
    Ready,
    Refused,
    RegistrationChanged,
    SignalChanged,
    StoredAt,
    SubmitResult,
)
from modem.driver.modem import Modem
from modem.driver.options import ModemOptions, SimOptions

__all__ = [
    "Accepted",
    "Identity",
    "Inbound",
    "LateAnswer",
    "Lost",
    "Modem",
    "ModemEvent",
    "ModemOptions",
    "ModemState",
    "NoAnswer",
    "NoLateAnswer",
    "NotReady",
    "Ready",
    "Refused",
    "RegistrationChanged",
    "SignalChanged",
    "SimOptions",
    "StoredAt",
    "SubmitResult",
]
