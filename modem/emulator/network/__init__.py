"""The virtual mobile network: subscribers, a service centre that stores and forwards, and the phones of other people.

`Network` is the facade; everything else here is a value that says how it behaves: data with units and defaults, that a
scenario file or a request can spell out. Time is an argument, chance comes from one seed: equal calls give equal
ledgers, octet by octet. A value that makes no sense raises BehaviourError naming its field.
"""

from __future__ import annotations

from modem.emulator.network.answer import Answer, AnswerRule
from modem.emulator.network.cell import Cell, Congestion
from modem.emulator.network.centre import Centre
from modem.emulator.network.chance import Delay, Window
from modem.emulator.network.letter import Letter, flash, indication, replacement, silent, wap_push
from modem.emulator.network.network import Network
from modem.emulator.network.radio_time import RADIO_TIMES, RadioTime
from modem.emulator.network.recipient import Recipient, RecipientForm, Reorder, Reports
from modem.emulator.network.tariff import Quota, Tariff
from modem.emulator.network.trace import Signal, Trace
from modem.emulator.network.ussd import UssdPage, UssdService

__all__ = [
    "RADIO_TIMES",
    "Answer",
    "AnswerRule",
    "Cell",
    "Centre",
    "Congestion",
    "Delay",
    "Letter",
    "Network",
    "Quota",
    "RadioTime",
    "Recipient",
    "RecipientForm",
    "Reorder",
    "Reports",
    "Signal",
    "Tariff",
    "Trace",
    "UssdPage",
    "UssdService",
    "Window",
    "flash",
    "indication",
    "replacement",
    "silent",
    "wap_push",
]
