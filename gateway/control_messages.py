"""Messages by the control socket: the box's operator sends, withdraws, puts off and sends anew, without HTTP."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from gateway.api.times import read_instant
from gateway.core.account import Account, Permission, Role
from gateway.core.options import NO_OPTIONS, DataPorts, Options, WhenUnknown
from gateway.core.status import Status
from gateway.core.types import AccountId, EpochMs, MessageId, Port
from gateway.errors import InvalidFieldError, NoCreditError, NoSpanError, NotAllowedError, QueueFullError, RequestError
from gateway.service.requests import REPLAYABLE
from gateway.service.submitting import Submission

if TYPE_CHECKING:
    from collections.abc import Sequence
    from zoneinfo import ZoneInfo

    from gateway.core.message import Message
    from gateway.core.number import Number
    from gateway.service.desk import Service
    from gateway.service.requests import ReplayBatch

Json = dict[str, Any]

OPERATOR: Final = Account(id=AccountId(0), name="command line", role=Role.OPERATOR)
DIALECT: Final = "cli"
"""What stands as the API of messages that the operator sends; no callbacks are owed for it."""
_UNITS_S: Final = {"s": 1, "min": 60, "h": 3600, "d": 86_400}
_PERIOD = re.compile(r"\+?(?P<count>[0-9]{1,9})(?P<unit>s|min|h|d)")
_DATA_PORTS = re.compile(r"(?P<destination>[0-9]{1,5})(?::(?P<source>[0-9]{1,5}))?")


class LocalRequests:
    """Answers calls of the control socket whose first word is `request`; messages go out as JSON objects."""

    def __init__(self, service: Service) -> None:
        self._service = service

    async def call(self, call: str, arguments: Json) -> Any:
        """`send`, `wait`, `cancel`, `reschedule`, `replay`, `replay_some`; InvalidFieldError names what is wrong."""
        calls = {
            "send": self._send,
            "wait": self._wait,
            "cancel": self._cancel,
            "reschedule": self._reschedule,
            "replay": self._replay,
            "replay_some": self._replay_some,
        }
        if call not in calls:
            raise InvalidFieldError("call", f"unknown: request {call}")
        try:
            return await calls[call](arguments)
        except RequestError as error:
            raise _in_words(error) from error

    async def _send(self, arguments: Json) -> list[Json]:
        account = await self._account(arguments["account"], Permission.SEND)
        numbers = tuple(self._number(text) for text in arguments["numbers"])
        options = self._options(account, arguments)
        submission = Submission(
            dialect=DIALECT,
            numbers=numbers,
            text=arguments["text"],
            spans=self._spans(account, arguments["spans"]),
            client_ref=arguments["client_ref"],
            send_at=self._time("at", arguments["at"], account),
            valid_for_s=_period_s("valid-for", arguments["valid_for"]) if arguments["valid_for"] else None,
            is_urgent=arguments["is_urgent"],
            request_report=arguments["request_report"],
            options=None if options == NO_OPTIONS else options,
        )
        # The words as they were typed: "in 2 hours" is another time in each repetition, and the same request.
        body = json.dumps(arguments, sort_keys=True).encode()
        try:
            accepted = await self._service.submit(account, submission, key=arguments["key"], body=body)
        except NoSpanError as error:
            if submission.spans and not any(self._is_enabled(port) for port in submission.spans):
                raise InvalidFieldError("span", _switched_off(submission.spans)) from error
            raise
        return await self._shown([one.id for one in accepted])

    async def _wait(self, arguments: Json) -> list[Json]:
        ids = [MessageId(message_id) for message_id in arguments["messages"]]
        return [message_to_json(one) for one in await self._service.wait_sent(ids, float(arguments["timeout_s"]))]

    async def _cancel(self, arguments: Json) -> Json:
        answer = await self._service.requests.cancel(OPERATOR, arguments["message"])
        if answer is None:
            raise _no_message(arguments["message"])
        return {
            "id": arguments["message"],
            "state": answer.state.value,
            "reason": answer.reason,
            "status": answer.status.value,
        }

    async def _reschedule(self, arguments: Json) -> Json:
        send_at = self._time("at", arguments["at"], OPERATOR)
        message = await self._service.requests.reschedule(OPERATOR, arguments["message"], send_at)
        if message is None:
            raise _no_message(arguments["message"])
        return message_to_json(message)

    async def _replay(self, arguments: Json) -> Json:
        desk = self._service.requests
        accepted = await desk.replay(OPERATOR, arguments["message"], is_forced=arguments["is_forced"])
        if accepted is None:
            raise _no_message(arguments["message"])
        (shown,) = await self._shown([accepted.id])
        return shown

    async def _replay_some(self, arguments: Json) -> Json:
        name = arguments["account"]
        of_account = (await self._named(name)).id if name else None
        after = arguments["after"]
        batch = await self._service.requests.replay_some(
            OPERATOR,
            since=self._since(arguments["since"]),
            statuses={Status(status) for status in arguments["statuses"]} or REPLAYABLE,
            of_account=of_account,
            after=None if after is None else (EpochMs(after[0]), MessageId(after[1])),
            limit=arguments["limit"],
            is_trial=arguments["is_trial"],
        )
        return _batch_to_json(batch)

    async def _shown(self, ids: list[MessageId]) -> list[Json]:
        return [message_to_json(message) for message in await self._service.store.messages(ids)]

    # --- reading arguments ------------------------------------------------------------------------

    def _spans(self, account: Account, ports: Sequence[int]) -> tuple[Port, ...]:
        for port in ports:
            if self._service.board.span(Port(port)) is None:
                raise InvalidFieldError("span", f"there is no span {port}")
            if not account.may_use(Port(port)):
                raise InvalidFieldError("span", f"the account {account.name} may not use span {port}")
        return tuple(Port(port) for port in ports)

    def _is_enabled(self, port: Port) -> bool:
        span = self._service.board.span(port)
        return span is not None and span.enabled

    async def _account(self, name: str, permission: Permission) -> Account:
        """Give the account of that name; without a name the only one that has the permission."""
        if name:
            return await self._named(name)
        able = [one for one in await self._service.store.accounts() if one.enabled and one.may(permission)]
        # The administrator of a fresh box is there to make accounts, not to send.
        able = [one for one in able if one.role is not Role.ADMIN] or able
        if not able:
            raise InvalidFieldError("account", "there is none that may send: add one first")
        if len(able) != 1:
            names = ", ".join(sorted(one.name for one in able))
            raise InvalidFieldError("account", f"name one of {names}")
        return able[0]

    async def _named(self, name: str) -> Account:
        found = await self._service.store.account_by_login(name)
        if found is None or not found[0].enabled:
            raise InvalidFieldError("account", f"there is no account {name}, or it is disabled")
        return found[0]

    def _number(self, text: str) -> Number:
        number = self._service.read_number(text)
        if number is None:
            raise InvalidFieldError("number", f"{text} is no phone number")
        return number

    def _options(self, account: Account, arguments: Json) -> Options:
        when_unknown = arguments["when_unknown"]
        window = arguments["window"]
        return Options(
            priority=arguments["priority"],
            window=self._service.requests.window(account, window) if window else "",
            when_unknown=WhenUnknown(when_unknown) if when_unknown else None,
            is_flash=arguments["is_flash"],
            data=None if arguments["data"] is None else _data(arguments["data"]),
            data_ports=_data_ports(arguments["ports"]) if arguments["ports"] else None,
        )

    def _time(self, field: str, text: str, account: Account) -> EpochMs | None:
        """Read a time, or a period from now on; "" and "now" are None."""
        if text in {"", "now"}:
            return None
        if _PERIOD.fullmatch(text):
            return EpochMs(self._service.clock.now_ms() + int(_period_s(field, text) * 1000))
        instant = read_instant(text, self._zone(account))
        if instant is None:
            raise InvalidFieldError(field, f'{text} is no time such as "2030-01-31 08:00", 30min, 2h or now')
        return instant

    def _since(self, text: str) -> EpochMs:
        if _PERIOD.fullmatch(text):
            return EpochMs(self._service.clock.now_ms() - int(_period_s("failed-since", text) * 1000))
        instant = read_instant(text, self._zone(OPERATOR))
        if instant is None:
            raise InvalidFieldError("failed-since", f'{text} is no time such as 3h or "2030-01-31 08:00"')
        return instant

    def _zone(self, account: Account) -> ZoneInfo:
        return self._service.zone(account)


def _period_s(field: str, text: str) -> float:
    match = _PERIOD.fullmatch(text)
    if match is None:
        raise InvalidFieldError(field, f"{text} is no period such as 90s, 30min, 2h or 3d")
    return float(int(match["count"]) * _UNITS_S[match["unit"]])


def _data(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError as error:
        raise InvalidFieldError("data", "is no row of hexadecimal digits, two for each octet") from error


def _data_ports(text: str) -> DataPorts:
    match = _DATA_PORTS.fullmatch(text)
    if match is None:
        raise InvalidFieldError("ports", f"{text} is not like 9204 or 9204:0, destination and source")
    return DataPorts(destination=int(match["destination"]), source=int(match["source"] or 0))


def _switched_off(ports: tuple[Port, ...]) -> str:
    if len(ports) == 1:
        return f"span {ports[0]} is switched off"
    return f"spans {', '.join(map(str, ports))} are switched off"


def _no_message(message_id: int) -> InvalidFieldError:
    return InvalidFieldError("message", f"there is no outbound message {message_id}")


def _in_words(error: RequestError) -> InvalidFieldError:
    if isinstance(error, InvalidFieldError):
        return InvalidFieldError("at", error.reason) if error.field == "send_at" else error
    match error:
        case NoCreditError():
            field, reason = "account", "its credit does not cover the message"
        case NoSpanError():
            field, reason = "span", "the account has no span that is switched on"
        case NotAllowedError(port=int() as port):
            field, reason = "span", f"there is no span {port} for this account"
        case NotAllowedError():
            field, reason = "account", "it may not send"
        case QueueFullError():
            field, reason = "queue", f"it is full, try again in {error.retry_after_s} s"
        case _:
            field, reason = "", str(error) or type(error).__name__
    return InvalidFieldError(field, reason)


# --- as JSON --------------------------------------------------------------------------------------


def message_to_json(message: Message) -> Json:
    """Give a message as a JSON object; instants as ISO 8601 in UTC."""
    options = message.options
    return {
        "id": message.id,
        "account_id": message.account_id,
        "number": message.recipient,
        "text": message.text,
        "data": None if options.data is None else options.data.hex(),
        "segments": message.segment_count,
        "status": message.status.value,
        "cause": message.cause,
        "port": message.port,
        "client_ref": message.client_ref,
        "accepted_at": _time(message.accepted_at),
        "send_at": _time(message.send_at),
        "valid_until": _time(message.valid_until),
        "sent_at": _time(message.sent_at),
        "is_urgent": message.is_urgent,
        "priority": options.priority,
        "window": options.window,
        "when_unknown": options.when_unknown,
        "is_flash": options.is_flash,
        "request_report": message.request_report,
        "cancel_asked_at": _time(message.cancel_asked_at),
        "replay_of": options.replay_of,
        "replayed_as": message.replayed_as,
    }


def _batch_to_json(batch: ReplayBatch) -> Json:
    return {
        "replayed": [{"id": old, "new_id": new} for old, new in batch.replayed],
        "refused": [{"id": message_id, "reason": reason} for message_id, reason in batch.refused],
        "after": batch.after,
    }


def _time(at: EpochMs | None) -> str | None:
    return None if at is None else f"{datetime.fromtimestamp(at / 1000, UTC):%Y-%m-%dT%H:%M:%SZ}"
