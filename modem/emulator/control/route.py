"""Contract of the files in `routes/`: what can be asked of the control, by topic.

A file in `routes/`
1. MUST give its routes in ROUTES, each with a summary, the models of what it takes and answers, and an example of what
   it takes;
2. MUST read query values with the route's `queries` (`request[QUERY]` holds them), so that they are checked and in the
   document;
3. MUST raise `ControlError` for what cannot be served, naming the field;
4. MUST NOT import another file of the folder.

The folder is walked: a new file is all that a new topic needs.
"""

from __future__ import annotations

import importlib
import math
import pkgutil
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from aiohttp import web

from modem.emulator.border import Checked, check

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modem.emulator.border import Mistake
    from modem.emulator.rack.rack import Rack

Handler = Callable[["Rack", web.Request], Awaitable[web.StreamResponse]]

JSON: Final = "application/json"
QUERY: Final = web.RequestKey("query", dict[str, float])


@dataclass(frozen=True, kw_only=True, slots=True)
class Query:
    """A number that may be given behind the question mark."""

    name: str
    text: str
    most: float
    default: float = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Route:
    """One way in. `bodies`: models of which it takes one; `answer`: the model of what it answers, in JSON.

    `is_list`: it answers a list of these; `media_type`: of what it answers when that is not JSON. A route of a page is
    no part of the document (`is_documented`).
    """

    method: str
    path: str
    summary: str
    handler: Handler
    text: str = ""
    bodies: tuple[type[Checked], ...] = ()
    example: Mapping[str, Any] | None = None
    queries: tuple[Query, ...] = ()
    answer: type[Checked] | None = None
    is_list: bool = False
    status: int = 200
    media_type: str = JSON
    errors: tuple[int, ...] = field(default=())
    is_documented: bool = True

    def read_queries(self, request: web.Request) -> dict[str, float]:
        """Return the values of all `queries`; raises ControlError for one that is no number or out of range."""
        return {query.name: _number(request.query.get(query.name), query) for query in self.queries}


class ControlError(Exception):
    """A request cannot be served: 400 for what it says, 404 for what is not there, 409 as things are now."""

    def __init__(self, status: int, mistakes: Sequence[tuple[str | None, str]]) -> None:
        super().__init__(mistakes[0][1])
        self.status = status
        self.mistakes = mistakes


def refuse(status: int, field_name: str | None, reason: str) -> ControlError:
    """Return the error for one mistake."""
    return ControlError(status, [(field_name, reason)])


def reply(value: Checked | Sequence[Checked], status: int = 200) -> web.Response:
    """Answer in JSON."""
    if isinstance(value, Checked):
        text = value.model_dump_json()
    else:
        text = f"[{','.join(item.model_dump_json() for item in value)}]"
    return web.Response(text=text, status=status, content_type=JSON)


def checked(model: type[Checked], table: object, rack: Rack) -> Any:
    """Return the model of what came in; raises ControlError with all that is wrong with it."""
    found = check(model, table, context_of(rack))
    if isinstance(found, list):
        raise wrong(found)
    return found


def context_of(rack: Rack) -> dict[str, object]:
    """Return what a check has to know of a rack."""
    return {"modem_count": len(rack.machines), "cells": [cell.name for cell in rack.network.cells]}


def wrong(mistakes: Sequence[Mistake]) -> ControlError:
    """Return the error for mistakes in a body."""
    return ControlError(400, [(mistake.key or "body", mistake.reason) for mistake in mistakes])


def modem_number(rack: Rack, text: str) -> int:
    """Return the number of a modem that a path names; raises ControlError when it is not there."""
    count = len(rack.machines)
    if not (text.isascii() and text.isdigit() and len(text) < 6 and int(text) < count):
        raise refuse(404, "modem", f"there is no modem {text}: they are numbered 0 to {count - 1}")
    return int(text)


@cache
def load_routes() -> tuple[Route, ...]:
    """Walk the folder and return every route."""
    package = importlib.import_module("modem.emulator.control.routes")
    names = sorted(entry.name for entry in pkgutil.iter_modules(package.__path__))
    return tuple(route for name in names for route in importlib.import_module(f"{package.__name__}.{name}").ROUTES)


def _number(text: str | None, query: Query) -> float:
    if text is None:
        return query.default
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 <= value <= query.most:
        raise refuse(400, query.name, f"must be a number from 0 to {query.most:g}")
    return value
