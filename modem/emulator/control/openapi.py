"""The OpenAPI 3.1 document, from the same records that the server is made of."""

from __future__ import annotations

import string
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Final

from pydantic.json_schema import models_json_schema

from modem.emulator.control.answers import Problem
from modem.emulator.control.route import JSON

if TYPE_CHECKING:
    from collections.abc import Iterable

    from modem.emulator.border import Checked
    from modem.emulator.control.route import Route

_REFERENCE: Final = "#/components/schemas/"
_MEANINGS: Final = {
    400: "What was sent is wrong.",
    403: "A page of another host, or a name that only points here.",
    404: "It is not there.",
    409: "It is not possible as things are now.",
}
_OF_THE_PATH: Final = {
    "modem": ("the number of the modem, from 0", {"type": "integer", "minimum": 0}),
    "number": ("a phone number, or the number of a fault", {"type": "string"}),
    "sender": ("the number of the phone that writes, or a name", {"type": "string"}),
}


def document(routes: Iterable[Route]) -> dict[str, Any]:
    """Return the document for `routes`; every model stands once under components."""
    shown = [route for route in routes if route.is_documented]
    models: dict[type[Checked], None] = {Problem: None}
    for route in shown:
        models.update(dict.fromkeys(route.bodies))
        if route.answer is not None:
            models[route.answer] = None
    _, schemas = models_json_schema([(model, "validation") for model in models], ref_template=_REFERENCE + "{model}")
    definitions: dict[str, Any] = schemas["$defs"]
    for route in shown:
        for body in route.bodies:
            _drop(definitions[body.__name__], {*_names(route.path), "do"})
    paths: dict[str, Any] = {}
    for route in shown:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Control of the emulated modems",
            "version": version("gsm-gateway"),
            "description": "Modems, phones, faults, clock and ledger of `gsm-modem emulate`. There is no login.",
        },
        "paths": paths,
        "components": {"schemas": definitions},
    }


def _names(path: str) -> list[str]:
    return [name for _, name, _, _ in string.Formatter().parse(path) if name]


def _drop(schema: dict[str, Any], names: set[str]) -> None:
    """Take out of the schema of a body what the path says, and what only a timeline needs."""
    for name in names:
        schema["properties"].pop(name, None)
    if "required" in schema:
        schema["required"] = [name for name in schema["required"] if name not in names]


def _operation(route: Route) -> dict[str, Any]:
    words = [part.strip("{}") for part in route.path.split("/") if part] or ["page"]
    operation: dict[str, Any] = {
        "operationId": "_".join([route.method.lower(), *words]).replace(".", "_"),
        "tags": [words[0]],
        "summary": route.summary.rstrip("."),
        "responses": {str(route.status): _answer(route)},
    }
    if route.text:
        operation["description"] = route.text
    parameters = [
        {"name": name, "in": "path", "required": True, "description": text, "schema": schema}
        for name in _names(route.path)
        for text, schema in (_OF_THE_PATH[name],)
    ]
    parameters += [
        {
            "name": query.name,
            "in": "query",
            "description": query.text,
            "schema": {"type": "number", "minimum": 0, "maximum": query.most, "default": query.default},
        }
        for query in route.queries
    ]
    if parameters:
        operation["parameters"] = parameters
    if route.bodies:
        operation["requestBody"] = _body(route)
    errors = {*route.errors, *((400,) if route.queries else ()), *((403,) if route.method != "GET" else ())}
    for status in sorted(errors):
        operation["responses"][str(status)] = {
            "description": _MEANINGS[status],
            "content": {JSON: {"schema": {"$ref": _REFERENCE + Problem.__name__}}},
        }
    return operation


def _body(route: Route) -> dict[str, Any]:
    references = [{"$ref": _REFERENCE + body.__name__} for body in route.bodies]
    schema: dict[str, Any] = references[0]
    if len(references) > 1:
        mapping = {body.model_json_schema()["properties"]["fault"]["const"]: reference["$ref"]
                   for body, reference in zip(route.bodies, references, strict=True)}  # fmt: skip
        schema = {"oneOf": references, "discriminator": {"propertyName": "fault", "mapping": mapping}}
    media: dict[str, Any] = {"schema": schema}
    if route.example is not None:
        media["example"] = dict(route.example)
    is_required = any(field.is_required() for body in route.bodies for name, field in body.model_fields.items()
                      if name not in _names(route.path))  # fmt: skip
    return {"required": is_required, "content": {JSON: media}}


def _answer(route: Route) -> dict[str, Any]:
    described: dict[str, Any] = {"description": "Done." if route.method != "GET" else route.summary}
    if route.answer is not None:
        reference: dict[str, Any] = {"$ref": _REFERENCE + route.answer.__name__}
        schema = {"type": "array", "items": reference} if route.is_list else reference
        described["content"] = {route.media_type: {"schema": schema}}
    else:
        described["content"] = {route.media_type: {}}
    return described
