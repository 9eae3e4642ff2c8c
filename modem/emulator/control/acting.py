"""A route for every action there is."""

from __future__ import annotations

import inspect
import json
import string
from typing import TYPE_CHECKING, Any, cast

from modem.emulator.action import ActionError, load_actions
from modem.emulator.breakage.shelf import load_faults
from modem.emulator.control.answers import Done, ModemState, modem_state
from modem.emulator.control.route import Handler, Route, checked, modem_number, refuse, reply
from modem.errors import BehaviourError, EncodeError

if TYPE_CHECKING:
    from aiohttp import web

    from modem.emulator.action import Action
    from modem.emulator.border import Checked
    from modem.emulator.rack.rack import Rack


def action_routes() -> list[Route]:
    """Return the routes; an action of one modem that answers nothing else answers its state."""
    return [_route(tuple(models)) for models in load_actions().values()]


def path_fields(path: str) -> list[str]:
    """Return the names in the braces of a path."""
    return [name for _, name, _, _ in string.Formatter().parse(path) if name]


def _route(models: tuple[type[Action], ...]) -> Route:
    first = models[0]
    fields = path_fields(first.path)
    lines = (inspect.getdoc(first) or "") if len(models) == 1 else "Arm a fault of a modem."
    summary, _, text = lines.partition("\n")
    own = set(first.model_fields) - set(fields) - {"do"}
    answer = first.answer or (ModemState if fields[:1] == ["modem"] else Done)
    return Route(
        method=first.method,
        path=first.path,
        summary=summary,
        text=text.strip(),
        bodies=models if own else (),
        example=first.example if own else None,
        answer=answer,
        status=201 if first.answer else 200,
        errors=(400, 404, 409),
        handler=_handler(models, fields),
    )


def _handler(models: tuple[type[Action], ...], fields: list[str]) -> Handler:
    async def act(rack: Rack, request: web.Request) -> web.StreamResponse:
        table = await read_body(request)
        if named := next((name for name in (*fields, "do") if name in table), None):
            raise refuse(400, named, "is said by the address")
        for name in fields:
            table[name] = _path_value(rack, models[0], name, request.match_info[name])
        action = checked(_wanted(models, table), table, rack)
        try:
            result = action.run(rack)
        except ActionError as error:
            missing = 404 if error.field in fields else 400
            raise refuse(409 if error.is_conflict else missing, error.field, error.reason) from error
        except (BehaviourError, EncodeError) as error:
            raise refuse(400, error.field, error.reason) from error
        return reply(*_answer(rack, action, result, fields))

    return act


async def read_body(request: web.Request) -> dict[str, Any]:
    """Return the object in a body; none is an empty one. Raises ControlError for anything else."""
    octets = await request.read()
    if not octets:
        return {}
    try:
        table = json.loads(octets)
    except ValueError as error:
        raise refuse(400, "body", f"is not JSON: {error}") from error
    if not isinstance(table, dict):
        raise refuse(400, "body", "must be a JSON object")
    return table


def _path_value(rack: Rack, model: type[Action], name: str, text: str) -> object:
    if name == "modem":
        return modem_number(rack, text)
    if model.model_fields[name].annotation is not int:
        return text
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise refuse(404, name, f"{text} is not a number")
    return int(text)


def _wanted(models: tuple[type[Action], ...], table: dict[str, Any]) -> type[Action]:
    """Return the model of what is asked for: one of many is told by `fault`."""
    if len(models) == 1:
        return models[0]
    names = list(load_faults())
    if table.get("fault") not in names:
        raise refuse(400, "fault", f"must be one of {', '.join(names)}" if "fault" in table else "is missing")
    return models[names.index(table["fault"])]


def _answer(rack: Rack, action: Action, result: Checked | None, fields: list[str]) -> tuple[Checked, int]:
    if result is not None:
        return result, 201
    if fields[:1] == ["modem"]:
        return modem_state(rack, cast("Any", action).modem), 200
    return Done(done=cast("Any", action).do), 200
