"""Fields of the GET API to values of the gateway, and back; pure but for the desk's number reader and board."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from gateway.api.dialect import Answer, encode_json
from gateway.api.dialects.openvox.pushes import DEFAULTS
from gateway.api.dialects.openvox.wire import find_port, format_cause, outbox_status
from gateway.api.refusals import MalformedError, OversizeError, WrongMethodError
from gateway.api.times import format_instant
from gateway.core.span import NetworkStanding, SpanState
from gateway.errors import (
    BadCredentialsError,
    InvalidFieldError,
    NotAllowedError,
    QueueFullError,
    RequestError,
    SlowDownError,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from zoneinfo import ZoneInfo

    from gateway.api.dialect import Call
    from gateway.api.dialects.openvox.profile import Profile
    from gateway.api.dialects.openvox.settings import Settings
    from gateway.api.params import Params
    from gateway.core.account import Account
    from gateway.core.message import Message
    from gateway.core.span import SpanHealth
    from gateway.core.types import Port
    from gateway.service.desk import Service
    from gateway.service.spans import SpanCondition

PLAIN = "text/plain; charset=UTF-8"
REFERENCE_LIMIT = 64
NO_REFERENCE = "null"
_LOGIN = "username=&password="
_SENT = "[&port=][&report=JSON|String|No][&timeout=][&id=]"
USAGE = {
    "/sendsms": f"Usage: /sendsms?{_LOGIN}&phonenumber=&message={_SENT}",
    "/smsstatus": f"Usage: /smsstatus?{_LOGIN}&phonenumber=[&id=]",
    "/simstatus": f"Usage: /simstatus?{_LOGIN}[&port=]",
    "/smsremain": f"Usage: /smsremain?{_LOGIN}",
    "/sendussd": f"Usage: /sendussd?{_LOGIN}&message={_SENT}",
}
"""What stands under a refusal of each call."""
_SUBJECT = {"/sendsms": "Send SMS Fail", "/sendussd": "Send USSD Fail"}

DISABLED = "Function is disable!"  # sic
NO_RECEIVER = "Send SMS Fail: Need valid sms receiver number [phonenumer?]"  # sic
NO_MESSAGE = "Send SMS Fail: Need valid sms message [message?]"
TOO_MANY_RECEIVERS = "Send SMS Fail: Too many receivers"
NO_CODE = "Send USSD Fail: Need valid ussd code [message?]"
BAD_NUMBER = "phonenum is not valild"  # sic
NOT_FOUND = "This SMS is not exist"  # sic
BAD_PORT = "Invalid parameter port"
PORT_OUT_OF_RANGE = "Invalid parameter port, out of range"


class Refused(Exception):  # noqa: N818 (no error of the program: the answer of this API to a caller's)
    """A request that is refused with a sentence; `has_usage` when the usage of the call stands under it."""

    def __init__(self, sentence: str, *, has_usage: bool = False) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.has_usage = has_usage


# --- wire to core ---------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class Slot:
    """A port that a caller named: `port` when messages may go there, else the `result` of those that would."""

    port: Port | None
    shown: str
    result: str = ""


def read_pieces(params: Params) -> list[str]:
    """Read the numbers of `phonenumber`, each as it was given."""
    try:
        texts = params.read_phones("phonenumber") or []
    except InvalidFieldError as error:
        raise Refused(NO_RECEIVER, has_usage=True) from error
    pieces = [piece.strip() for text in texts for piece in text.split(",")]
    return [piece for piece in pieces if piece]


def read_reference(params: Params) -> str:
    """Read the caller's own id, "" without one."""
    return (_lenient_string(params, "id") or "").strip()[:REFERENCE_LIMIT]


def read_report(params: Params, settings: Settings) -> str:
    """Read the shape of the answer: json, string or no."""
    word = (_lenient_string(params, "report") or "").strip().lower()
    return word if word in {"json", "string", "no"} else settings.report


def read_timeout_s(params: Params, profile: Profile, *, default_s: float, most_s: float) -> float:
    """Read how long to wait; what is no number is the default."""
    try:
        timeout = params.read_int("timeout")
    except InvalidFieldError:
        timeout = None
    return default_s if timeout is None or timeout < 0 else min(profile.seconds(min(timeout, 10**9)), most_s)


def _lenient_string(params: Params, name: str) -> str | None:
    try:
        return params.read_string(name)
    except InvalidFieldError:
        return None


def read_slots(
    params: Params, account: Account, service: Service, profile: Profile, *, refuses_unready: bool
) -> list[Slot]:
    """Read `port`: a list with commas, each port once."""
    try:
        items = params.read_list("port") or []
    except InvalidFieldError:
        return [Slot(port=None, shown=profile.port_word(None), result="fail")]
    if not items:  # as nearly always
        return []
    words = [word.strip() for item in items for word in _text(item).split(",")]
    slots: dict[Port | str, Slot] = {}
    for word in filter(None, words):
        port = find_port(word, service.board)
        view = None if port is None else service.board.get(port)
        if port is None or view is None or not account.may_use(port):
            slots[word] = Slot(port=None, shown=word, result="fail")
        elif not view.span.enabled or (refuses_unready and not view.is_usable):
            slots[port] = Slot(port=None, shown=profile.port_word(port), result="not ready")
        else:
            slots[port] = Slot(port=port, shown=profile.port_word(port))
    return list(slots.values())


def _text(item: Any) -> str:
    return str(getattr(item, "text", item))


# --- core to wire ---------------------------------------------------------------------------------


class Record(NamedTuple):
    """What became of one number, or of one USSD code (`number` None); `response` is what the network replied."""

    port: str
    result: str
    number: str | None = None
    response: str | None = None


def render_report(
    records: Sequence[Record], *, report: str, message: str, time: str, reference: str, base: int
) -> bytes:
    """Give the body of /sendsms and /sendussd in the shape that the caller wants."""
    if report == "no":
        return "".join(record.result for record in records).encode("utf-8", "replace")
    fields = [_fields(record, time, reference or NO_REFERENCE) for record in records]
    if report == "json":
        return encode_json({"message": message, "report": [{str(base + at): [one] for at, one in enumerate(fields)}]})
    lines = [f"message:{message}", ""]
    for at, one in enumerate(fields, 1):
        lines += [f"--record {at} start--", *(f"{name}: {value}" for name, value in one.items())]
        lines += [f"--record {at} end--"]
    return "".join(f"{line}\n" for line in lines).encode("utf-8", "replace")


def _fields(record: Record, time: str, reference: str) -> dict[str, str]:
    fields = {"port": record.port}
    if record.number is not None:
        fields["phonenumber"] = record.number
    fields["time"] = time
    fields["id"] = reference
    fields["result"] = record.result
    if record.response is not None:
        fields["response"] = record.response
    return fields


def record_of(number: str, message: Message, profile: Profile, word: str) -> Record:
    """Give the record of a message whose outcome was waited for; `word` is that of /sms/send for it."""
    results = {"SENT": "success", "SENDING": "sending"}
    return Record(port=profile.port_word(message.port), number=number, result=results.get(word, "fail"))


def status_row(
    message: Message, service: Service, zone: ZoneInfo, profile: Profile, values: Mapping[str, Any]
) -> dict[str, str]:
    """Give the answer of /smsstatus: keys as the pushes of the account name them."""

    def name(key: str) -> str:
        return str(values.get(key) or DEFAULTS[key])

    word = outbox_status(message, service.settings.api.unknown_as)
    return {
        "id": message.client_ref or str(message.id),
        name("url_from_num"): message.recipient_given,
        name("url_imsi"): message.sim_imsi,
        name("url_to_num"): profile.port_word(message.port),
        name("url_time"): format_instant(message.sent_at or message.accepted_at, zone),
        name("url_status"): "SEND" if word == "SENT" else word,
        "cause": format_cause(message.status, service.cause_of(message)),
    }


_STANDINGS = {
    NetworkStanding.SEARCHING: "Searching",
    NetworkStanding.DENIED: "Registration denied",
}


def sim_status(condition: SpanCondition, health: SpanHealth) -> str:
    """Give the text of /simstatus for a span."""
    if condition.state in {SpanState.READY, SpanState.PAUSED, SpanState.PACED}:
        is_roaming = health.standing is NetworkStanding.ROAMING
        return "Registered (Roaming)" if is_roaming else "Registered (Home network)"
    if condition.state is SpanState.MISSING or not condition.imsi:
        return "Undetected SIM Card"
    return _STANDINGS.get(health.standing, "Not registered")


def answer_report(
    call: Call[Settings],
    account: Account,
    profile: Profile,
    message: str,
    records: Sequence[Record],
    *,
    reference: str,
    is_refused: bool,
    retry_after_s: int | None = None,
) -> Answer:
    """Give the answer of /sendsms and /sendussd; `is_refused` when nothing of the request was taken."""
    service = call.service
    body = render_report(
        records,
        report=read_report(call.params, call.settings),
        message=message,
        time=format_instant(service.clock.now_ms(), service.zone(account)),
        reference=reference,
        base=profile.record_key_base,
    )
    headers = {} if retry_after_s is None else {"Retry-After": str(retry_after_s)}
    return plain(body, refusal=records[0].result if is_refused else "", headers=headers)


def plain(body: bytes, *, refusal: str = "", headers: Mapping[str, str] | None = None) -> Answer:
    """Give an answer of this API."""
    return Answer(body=body, content_type=PLAIN, refusal=refusal, headers=headers or {})


def sentence(path: str, text: str, *, has_usage: bool, headers: Mapping[str, str] | None = None) -> Answer:
    """Give a refusal: a sentence and, under an empty line, the usage of the call."""
    body = f"{text}\n\n{USAGE[path]}" if has_usage else text
    return plain(body.encode(), refusal=text, headers=headers)


def refuse_get(path: str, error: RequestError) -> Answer:
    """Give the answer to a request that is refused before its fields are read."""
    subject = _SUBJECT.get(path, "Request Fail")
    headers = {"Retry-After": str(error.retry_after_s)} if isinstance(error, SlowDownError | QueueFullError) else {}
    match error:
        case BadCredentialsError():
            text = "Authentication Failed: Need valid username and password"
        case NotAllowedError():
            text = DISABLED
        case OversizeError():
            text = f"{subject}: Request too large"
        case MalformedError():
            text = f"{subject}: Malformed request"
        case SlowDownError():
            text = f"{subject}: Too many requests"
        case WrongMethodError():
            text = f"{subject}: Method not allowed"
        case _:
            text = f"{subject}: Internal error"
    return sentence(path, text, has_usage=True, headers=headers)
