"""The calls that show messages on the control socket, and the command line's side of them; all travels as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from gateway.control import ask
from gateway.core.inbound_timeline import what_it_is, why_aside
from gateway.core.message import Message
from gateway.core.status import Status
from gateway.core.timeline_entry import Entry, key_of, moment
from gateway.core.types import EpochMs, MessageId, Port
from gateway.errors import InvalidFieldError
from gateway.store.timeline import FindQuery

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from gateway.core.message import Inbound
    from gateway.core.types import AccountId
    from gateway.service.timelines import Timeline, Timelines

Json = dict[str, Any]
LONGEST_WAIT_S = 60.0


class LocalMessages:
    """The messages of this process; `timezone` in calls is that of instants in texts."""

    def __init__(self, timelines: Timelines) -> None:
        self._timelines = timelines

    async def call(self, call: str, arguments: Json) -> Any:
        """Answer a call; InvalidFieldError names what is wrong with it."""
        match call:
            case "list":
                return await self._list(arguments)
            case "show":
                timeline = await self._timelines.show(int(arguments["id"]), zone=ZoneInfo(arguments["timezone"]))
            case "wait":
                timeline = await self._timelines.wait(
                    int(arguments["id"]),
                    seen=[str(key) for key in arguments["seen"]],
                    zone=ZoneInfo(arguments["timezone"]),
                    timeout_s=min(LONGEST_WAIT_S, float(arguments["timeout_s"])),
                )
            case _:
                raise InvalidFieldError("call", f"unknown: message {call}")
        return self._timeline_to_json(timeline, has_text=bool(arguments["text"]))

    async def _list(self, arguments: Json) -> Json:
        statuses = arguments["statuses"]
        number, port, since, before = (arguments[name] for name in ("number", "port", "since", "before"))
        query = FindQuery(
            is_inbound=bool(arguments["inbound"]),
            is_aside=bool(arguments["aside"]),
            statuses=frozenset(map(Status, statuses)) if statuses else None,
            number=number,
            port=None if port is None else Port(port),
            since=None if since is None else EpochMs(since),
            before=None if before is None else MessageId(before),
            limit=max(1, int(arguments["limit"])),
        )
        found, names = await self._timelines.find(query, account=arguments["account"])
        return {"rows": [self._to_json(row, names) for row in found.rows], "next_before": found.next_before}

    def _to_json(self, message: Message | Inbound, names: Mapping[AccountId, str]) -> Json:
        if isinstance(message, Message):
            return self._outbound_to_json(message, names.get(message.account_id, ""))
        return self._inbound_to_json(message)

    def _timeline_to_json(self, timeline: Timeline, *, has_text: bool) -> Json:
        message = timeline.message
        if isinstance(message, Message):
            head = self._outbound_to_json(message, timeline.account or "")
            head["encoding"] = None if timeline.coding is None else str(timeline.coding)
            text = message.text
        else:
            head = self._inbound_to_json(message)
            text = message.text if message.data is None else message.data.hex()
        head["text_characters"] = len(text)
        if has_text:
            head["text"] = text
        return {
            "message": head,
            "is_over": timeline.is_over,
            "entries": [_entry_to_json(one) for one in timeline.entries],
        }

    def _outbound_to_json(self, message: Message, account: str) -> Json:
        return {
            "id": message.id,
            "direction": "outbound",
            "account": account,
            "dialect": message.dialect,
            "recipient": message.recipient,
            "recipient_given": message.recipient_given,
            "status": message.status.value,
            "cause": message.cause,
            "span": message.port,
            "span_name": self._timelines.span_name(message.port),
            "segments": message.segment_count,
            "client_ref": message.client_ref,
            "accepted_at": moment(message.accepted_at),
            "send_at": moment(message.send_at),
            "sent_at": moment(message.sent_at),
            "changed_at": moment(message.changed_at),
            "priority": message.options.priority,
            "is_urgent": message.is_urgent,
            "window": message.options.window,
            "is_flash": message.options.is_flash,
            "cancel_asked_at": moment(message.cancel_asked_at),
            "replay_of": message.options.replay_of,
            "replayed_as": message.replayed_as,
        }

    def _inbound_to_json(self, message: Inbound) -> Json:
        return {
            "id": message.id,
            "direction": "inbound",
            "sender": message.sender,
            "kind": what_it_is(message),
            "span": message.port,
            "span_name": self._timelines.span_name(message.port),
            "smsc": message.smsc,
            "is_complete": message.is_complete,
            "aside": why_aside(message),
            "replaced_by": message.replaced_by,
            "received_at": moment(message.received_at),
            "scts": moment(message.scts),
        }


class RemoteMessages:
    """The messages of a running gateway."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def call(self, call: str, arguments: Json) -> Any:
        """Have a call answered; InvalidFieldError names what is wrong with it."""
        return await ask(self._path, f"message {call}", arguments)


def _entry_to_json(entry: Entry) -> Json:
    return {"at": moment(entry.at), "kind": entry.kind, "text": entry.text, "key": key_of(entry), **entry.facts}
