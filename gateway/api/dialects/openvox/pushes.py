"""Push settings of an account, and the pushes: GET requests whose parameters the customer has named."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from gateway.api.times import format_instant
from gateway.api.urls import build_url, encode_as_it_stands, is_host, is_printable, percent_encode
from gateway.core.callback import CallbackEvent, CallbackRequest
from gateway.core.status import Status
from gateway.core.ussd import UssdState
from gateway.errors import InvalidFieldError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gateway.api.dialect import CallbackFacts
    from gateway.api.dialects.openvox.settings import Settings
    from gateway.api.params import Params
    from gateway.core.message import Inbound, Message
    from gateway.core.ussd import UssdDialogue

# --- settings -------------------------------------------------------------------------------------

DEFAULTS: dict[str, int | str] = {
    "enable": 0,
    "reports_enable": 0,
    "results_enable": 0,
    "url_http": "http",
    "url_host": "",
    "url_port": "80",
    "url_path": "/",
    "url_from_num": "phonenumber",
    "url_to_num": "port",
    "url_portname": "portname",
    "url_message": "message",
    "url_time": "time",
    "url_imsi": "imsi",
    "url_status": "status",
    "url_user_defined": "",
}
_SWITCHES = ("enable", "reports_enable", "results_enable")
_PARAMETER_NAME = re.compile(r"[A-Za-z0-9_.\[\]-]{0,64}")
_PATH_LIMIT, _USER_DEFINED_LIMIT = 1024, 512


def read_push_settings(params: Params, old: Mapping[str, Any]) -> dict[str, int | str]:
    """Give the push settings after a request: `old` with what the request names."""
    values: dict[str, int | str] = {**DEFAULTS, **old}
    for name in DEFAULTS:
        if name in _SWITCHES:
            switch = params.read_switch(name)
            values[name] = values[name] if switch is None else int(switch)
        elif params.has(name):
            values[name] = _push_text(name, params.read_text(name) or "")
        if name == "url_host" and values["enable"] and not values["url_host"]:
            raise InvalidFieldError("url_host", "required")
    if not values["enable"]:
        values["reports_enable"] = values["results_enable"] = 0
    return values


def _push_text(name: str, text: str) -> str:
    """Give one text of the push settings as it is stored; an empty one clears the setting."""
    if name != "url_user_defined":
        text = text.strip()
    match name:
        case "url_http":
            text = text.lower() or "http"
            _check(name, text in {"http", "https"}, "must be http or https")
        case "url_host":
            _check(name, not text or is_host(text), "not a host name")
        case "url_port":
            is_port = text.isascii() and text.isdecimal() and len(text) <= 5 and 1 <= int(text) <= 65535
            _check(name, not text or is_port, "must be 1 to 65535")
            text = text.lstrip("0")
        case "url_path":
            _check(name, is_printable(text), "bad character")
            text = "/" + text.removeprefix("/")
            _check(name, len(text) <= _PATH_LIMIT, f"longer than {_PATH_LIMIT} characters")
        case "url_user_defined":
            _check(name, is_printable(text), "bad character")
            _check(name, len(text) <= _USER_DEFINED_LIMIT, f"longer than {_USER_DEFINED_LIMIT} characters")
        case _:
            _check(name, bool(_PARAMETER_NAME.fullmatch(text)), "bad name")
    return text


def _check(name: str, is_right: bool, reason: str) -> None:  # noqa: FBT001  (the condition is the subject)
    if not is_right:
        raise InvalidFieldError(name, reason)


def push_events(values: Mapping[str, Any]) -> frozenset[CallbackEvent]:
    """Give the events that push settings ask for."""
    switches = {
        CallbackEvent.INBOUND: "enable",
        CallbackEvent.REPORT: "reports_enable",
        CallbackEvent.RESULT: "results_enable",
        CallbackEvent.USSD: "results_enable",
    }
    return frozenset(event for event, name in switches.items() if values[name])


NO_ANSWER = 5
"""The number of +CUSD for "network time out": also told when the modem brought no +CUSD at all."""

# --- rendering ------------------------------------------------------------------------------------


def render(facts: CallbackFacts, settings: Settings) -> CallbackRequest | None:
    """Give the push that tells of an event, None when the account does not want it any more."""
    values = {**DEFAULTS, **facts.values}
    if facts.owed.event not in push_events(values):
        return None
    if facts.inbound is not None:
        parameters = _inbound_parameters(facts, facts.inbound, values)
    elif facts.message is not None:
        parameters = _status_parameters(facts, facts.message, values, settings)
    elif facts.ussd is not None:
        parameters = _ussd_parameters(facts, facts.ussd, values)
    else:
        return None
    scheme, host, port, path = (str(values[name]) for name in ("url_http", "url_host", "url_port", "url_path"))
    url = build_url(scheme, host, port, path, parameters)
    return CallbackRequest(method="GET", url=url, verify_tls=settings.verify_tls, is_once=settings.push_once)


def _pair(name: object, value: object) -> str:
    """Give `name=value`; a parameter with an empty name is left out."""
    return f"{percent_encode(str(name))}={percent_encode(str(value))}" if name else ""


def _inbound_parameters(facts: CallbackFacts, inbound: Inbound, values: Mapping[str, Any]) -> list[str]:
    return [
        _pair(values["url_from_num"], inbound.sender),
        _pair(values["url_to_num"], inbound.port),
        _pair(values["url_portname"], facts.span_name),
        _pair(values["url_message"], inbound.shown_text),
        _pair(values["url_time"], format_instant(inbound.scts or inbound.received_at, facts.zone)),
        _pair(values["url_imsi"], inbound.sim_imsi),
        encode_as_it_stands(values["url_user_defined"]),
    ]


def _status_parameters(
    facts: CallbackFacts, message: Message, values: Mapping[str, Any], settings: Settings
) -> list[str]:
    is_report = facts.owed.event is CallbackEvent.REPORT
    has_id = settings.id_in_reports if is_report else True
    form = "%Y/%m/%d %H:%M:%S" if is_report else "%Y-%m-%d %H:%M:%S"
    word = _report_word(facts) if is_report else _result_word(facts)
    return [
        _pair(values["url_from_num"], message.recipient_given),
        _pair(values["url_to_num"], message.port or 0),
        _pair("id", message.client_ref or message.id) if has_id else "",
        _pair(values["url_imsi"], message.sim_imsi),
        _pair(values["url_message"], ""),
        _pair(values["url_time"], format_instant(facts.owed.status_at, facts.zone, form)),
        _pair("type", "SMS-Status-Report" if is_report else "SMS-Status-Result"),
        _pair(values["url_status"], word),
        _pair("cause", facts.owed.report_status or 0) if is_report else "",
    ]


def _ussd_parameters(facts: CallbackFacts, dialogue: UssdDialogue, values: Mapping[str, Any]) -> list[str]:
    owed = facts.owed
    said = [turn.reply for turn in dialogue.turns if turn.at == owed.status_at]
    is_failed = owed.status == UssdState.FAILED
    return [
        _pair(values["url_to_num"], dialogue.port),
        _pair("id", dialogue.client_ref or dialogue.id),
        _pair(values["url_message"], said[-1] if said else ""),
        _pair(values["url_time"], format_instant(owed.status_at, facts.zone)),
        _pair("type", "USSD-Result"),
        _pair(values["url_status"], "Fail" if is_failed else "Success"),
        _pair("code", NO_ANSWER if owed.report_status is None else owed.report_status),
    ]


def _result_word(facts: CallbackFacts) -> str:
    is_sent = facts.owed.status in {Status.SENT, Status.DELIVERED}
    is_called_sent = facts.owed.status == Status.UNKNOWN and facts.unknown_as == "sent"
    return "Sent" if is_sent or is_called_sent else "Fail"


def _report_word(facts: CallbackFacts) -> str:
    return f"Message {'' if facts.owed.status == Status.DELIVERED else 'not '}received on handset"
