"""Drives real modems: the asyncio half of this package; `Modem` is what other rooms use."""

from modem.at.responses import Registration
from modem.driver.events import (
    Accepted,
    Counters,
    Health,
    HealthChanged,
    Identity,
    Inbound,
    IncomingCall,
    LateAnswer,
    Level,
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
    StorageAlarm,
    StoredAt,
    SubmitResult,
    UssdSaid,
)
from modem.driver.ladder import Experience, GivenUp, Limits, Released, StepBegun, StepEnded
from modem.driver.modem import Modem
from modem.driver.options import ModemOptions, SimOptions
from modem.driver.recovery import PowerControl
from modem.driver.rungs import Rung
from modem.driver.symptoms import Symptom
from modem.driver.usb_power import UsbPower
from modem.driver.ussd import UssdFailed, UssdReply, UssdResult, UssdStatus

__all__ = [
    "Accepted",
    "Counters",
    "Experience",
    "GivenUp",
    "Health",
    "HealthChanged",
    "Identity",
    "Inbound",
    "IncomingCall",
    "LateAnswer",
    "Level",
    "Limits",
    "Lost",
    "Modem",
    "ModemEvent",
    "ModemOptions",
    "ModemState",
    "NoAnswer",
    "NoLateAnswer",
    "NotReady",
    "PowerControl",
    "Ready",
    "Refused",
    "Registration",
    "RegistrationChanged",
    "Released",
    "Rung",
    "SignalChanged",
    "SimOptions",
    "StepBegun",
    "StepEnded",
    "StorageAlarm",
    "StoredAt",
    "SubmitResult",
    "Symptom",
    "UsbPower",
    "UssdFailed",
    "UssdReply",
    "UssdResult",
    "UssdSaid",
    "UssdStatus",
]
