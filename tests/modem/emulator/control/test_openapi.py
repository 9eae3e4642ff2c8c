"""The OpenAPI document says what the server does."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from modem.emulator.action import load_actions
from modem.emulator.control.acting import action_routes
from modem.emulator.control.openapi import document
from modem.emulator.control.route import load_routes

if TYPE_CHECKING:
    import aiohttp

ROUTES = [*load_routes(), *action_routes()]
DOCUMENT = document(ROUTES)


def references(node: Any) -> set[str]:
    if isinstance(node, dict):
        inside = set().union(*(references(value) for value in node.values())) if node else set()
        return inside | {value for key, value in node.items() if key == "$ref"}
    if isinstance(node, list):
        return set().union(*(references(value) for value in node)) if node else set()
    return set()


async def test_it_is_served(door: aiohttp.ClientSession) -> None:
    async with door.get("/openapi.json") as response:
        assert (await response.json())["openapi"] == "3.1.0"


def test_every_way_in_but_the_page_is_in_it() -> None:
    described = {(method.upper(), path) for path, each in DOCUMENT["paths"].items() for method in each}

    assert described == {(route.method, route.path) for route in ROUTES if route.is_documented}
    assert {path for _, path in described} >= {"/modems", "/handsets", "/faults", "/clock", "/ledger"}


def test_every_reference_leads_somewhere() -> None:
    names = {reference.removeprefix("#/components/schemas/") for reference in references(DOCUMENT)}

    assert names <= set(DOCUMENT["components"]["schemas"])


def test_names_of_operations_are_words_and_used_once() -> None:
    names = [operation["operationId"] for each in DOCUMENT["paths"].values() for operation in each.values()]

    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[a-z_0-9]+", name) for name in names)


def test_what_the_path_says_is_not_asked_for_in_the_body() -> None:
    write = DOCUMENT["components"]["schemas"]["Write"]

    assert "sender" not in write["properties"]
    assert "do" not in write["properties"]
    assert write["required"] == ["to"]


def test_a_fault_is_one_of_many_told_by_its_name() -> None:
    body = DOCUMENT["paths"]["/faults"]["post"]["requestBody"]["content"]["application/json"]["schema"]

    assert len(body["oneOf"]) == len(load_actions()["arm"])
    assert body["discriminator"]["mapping"]["late_result"] == "#/components/schemas/ArmLateResult"
    late = DOCUMENT["components"]["schemas"]["ArmLateResult"]
    assert (late["additionalProperties"], late["properties"]["delay_s"]["minimum"]) == (False, 0)
