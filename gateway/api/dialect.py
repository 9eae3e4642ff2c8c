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
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence
    from zoneinfo import ZoneInfo

    from gateway.api.params import Params
    from gateway.core.account import Account
    from gateway.core.callback import CallbackRequest, OwedCallback
    from gateway.core.message import Inbound, Message
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
    """

    path: str
    methods: frozenset[str]
    handle: Callable[[Call[S]], Awaitable[Answer]]
    array_as: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class CallbackFacts:
    """All that a dialect may say of an event.

    `message` is there for results and reports, `inbound` for inbound messages. `values` are the
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


@dataclass(frozen=True, kw_only=True, slots=True)
class Dialect(Generic[S]):
    """A dialect as the server sees it; see the module's text.

    `malformed_is_empty`: a body that cannot be parsed counts as one without fields, for the handler to refuse.
    """

    name: str
    settings: type[S]
    routes: Callable[[S], Sequence[Route[S]]]
    prefixes: Callable[[S], Sequence[str]]
    refuse: Callable[[str, RequestError, S], Answer]
    render: Callable[[CallbackFacts, S], CallbackRequest | None]
    malformed_is_empty: bool = False


def encode_json(document: object) -> bytes:
    """Give a JSON document as compact UTF-8; lone surrogates, which UTF-8 cannot hold, become `?`."""
    return _ENCODER.encode(document).encode("utf-8", "replace")


_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)
