"""What an HTTP dialect must do: the contract of the files in `dialects`.

A file of the shelf ends with `DIALECT = Dialect(...)`. The shelf is walked: nothing else is edited.

1. `name` MUST be the file's name; it is also the table [api.<name>] and the word in an account's dialects.
2. `settings` MUST be a subclass of `DialectSettings`, each field with a default and a line of text.
3. `routes` MUST give every path the dialect serves, with the methods it takes; `prefixes` those under which
   unknown paths are answered by the dialect. Paths MUST begin with a slash and end without one; a segment
   `{name}` stands for any text, given in `Call.parts`. The server refuses to start when two dialects claim
   one path.
4. A handler MUST check the caller's credentials before it reads any other field, then the rate, the
   permission, the fields in the order of the dialect's document (`gateway.api.auth` does the first two).
5. A handler MUST NOT answer success before what it accepted is durable: it awaits the desk.
6. Handlers raise RequestError for what they refuse; `refuse` MUST render every class of them, and the
   classes of `gateway.api.refusals`, in the dialect's own words.
7. `render` MUST be pure: the request that tells a customer of an event, from facts alone. It gives None
   when nothing is owed any more (switched off since).
   What must be computed under the key of the box comes from `CallbackFacts.sign`.
8. A dialect MAY keep settings for each account in the store, under its name.
9. A dialect MUST NOT import another one, nor aiohttp.

How to write one:

a. Settings: `class Settings(DialectSettings)`; `python -m tests.house.readme_parts` puts them into docs/settings.md.
b. Exchanges first: each example and each row of bad input of the vendor's document as text in
   `tests/gateway/api/exchanges/<name>/*.http` (`tests.gateway.api.exchange` says how; `# stores nothing`,
   `# in any encoding` for a few that stand for all, `# given: <state>` for how the box stands).
c. Fields: `call.params` reads them leniently, `read_int`, `read_switch`, `read_string`, `read_text`,
   `read_phone(s)`, `read_list`, `read_items`, `read_object`; None is absent, InvalidFieldError wrong. Numbers:
   `call.service.read_number` (`is_international` where the API leaves the plus out). Times:
   `gateway.api.times`, in `call.service.zone(account)`.
d. Who calls: `gateway.api.auth`, one function for each kind of credential; then `require(account, permission)`.
e. Sending: `call.service.submit` (one text), `submit_all` (many texts in one transaction: never a loop of
   `submit`), `submit_some` (number by number), `submit_newsletter`. Check each text with `count_segments` first
   where the answer says which one is wrong. Sender names, templates, contacts, own numbers:
   `call.service.directory`.
f. Reading: `message`, `outbox`, `inbox`, `listing`, `conversations`, `scheduled`, `newsletters`, `cancel` of the
   desk. They see to it that an account sees only its own.
g. Refusals that every API has are raised as they come and rendered by `refuse`, best from one table; a refusal
   that only this API knows is an exception of the dialect that its `_serve` catches (see onezeroart).
h. Callbacks: `save_dialect_settings` says which events are owed; `render` makes the request from facts. Where the
   vendor has settings for them in a web page, `read_pushes` lets an operator set them by `gsm-gateway account push`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence
    from zoneinfo import ZoneInfo

    from gateway.api.cors import Cors
    from gateway.api.params import Params
    from gateway.core.account import Account
    from gateway.core.callback import CallbackEvent, CallbackRequest, OwedCallback
    from gateway.core.message import Inbound, Message
    from gateway.core.ussd import UssdDialogue
    from gateway.errors import RequestError
    from gateway.service.desk import Service


class DialectSettings(BaseModel):
    """[api.<dialect>]; a key it does not know is a mistake."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    enabled: bool = Field(default=True, description="serve this API")


S = TypeVar("S", bound=DialectSettings)


@dataclass(frozen=True, kw_only=True, slots=True)
class Call(Generic[S]):
    """One request.

    `path` as the route has it, `parts` what stands for its `{name}` segments, `method` in upper case (HEAD is GET),
    `authorization` the header of that name ("" without one), `source` the caller's address.
    """

    path: str
    params: Params
    source: str
    service: Service
    settings: S
    method: str = "POST"
    authorization: str = ""
    parts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """One HTTP answer.

    `refusal` names for the log why it is not a success; after one that `is_last` the connection is closed.
    """

    body: bytes
    status: int = 200
    content_type: str = "application/json; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)
    refusal: str = ""
    is_last: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Route(Generic[S]):
    """A path and what answers it; with GET in `methods` HEAD is taken too.

    `array_as` names the field that a JSON body is when it is an array instead of an object; "" refuses one.
    With `cors` the server answers OPTIONS and lets scripts of the web pages that it names read the answers.
    """

    path: str
    methods: frozenset[str]
    handle: Callable[[Call[S]], Awaitable[Answer]]
    array_as: str = ""
    cors: Cors | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class CallbackFacts:
    """All that a dialect may say of an event.

    `message` is there for results and reports, `inbound` for inbound messages, `ussd` for USSD. `values` are the
    dialect's settings of the account, `span_name` and `own_number` those of the span used ("" when not
    known), `unknown_as` the setting api.unknown_as, `sign` gives HMAC-SHA256 under the key of the box.
    """

    owed: OwedCallback
    account: Account
    message: Message | None
    inbound: Inbound | None
    values: Mapping[str, Any]
    span_name: str
    own_number: str
    zone: ZoneInfo
    unknown_as: str
    sign: Callable[[bytes], bytes]
    ussd: UssdDialogue | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Dialect(Generic[S]):
    """A dialect as the server sees it; see the module's text.

    `malformed_is_empty`: a body that cannot be parsed counts as one without fields, for the handler to refuse.
    `read_pushes` is for an API with callbacks: from the settings that an account has and the changes that an operator
    types, each a name and a text ("" clears it), the new settings and the events they ask for; InvalidFieldError.
    """

    name: str
    settings: type[S]
    routes: Callable[[S], Sequence[Route[S]]]
    prefixes: Callable[[S], Sequence[str]]
    refuse: Callable[[str, RequestError, S], Answer]
    render: Callable[[CallbackFacts, S], CallbackRequest | None]
    malformed_is_empty: bool = False
    read_pushes: (
        Callable[[Mapping[str, Any], Mapping[str, str]], tuple[dict[str, Any], frozenset[CallbackEvent]]] | None
    ) = None


def encode_json(document: object) -> bytes:
    """Give a JSON document as compact UTF-8; lone surrogates, which UTF-8 cannot hold, become `?`."""
    return _ENCODER.encode(document).encode("utf-8", "replace")


_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)
