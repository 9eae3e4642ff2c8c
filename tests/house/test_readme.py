"""README.md names every command and status, docs/settings.md every setting, also where no table is drawn from code."""

from __future__ import annotations

import importlib
import re
from typing import TYPE_CHECKING, get_args

import click
from pydantic import BaseModel

from gateway.config.settings import Settings
from gateway.core.status import Status
from tests.house.tree import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator


def readme() -> str:
    """Give the text of README.md."""
    return (ROOT / "README.md").read_text()


def commands(name: str, group: click.Command) -> Iterator[str]:
    """Give each command line under `group` as a person types it, without arguments."""
    if not isinstance(group, click.Group):
        yield name
        return
    context = click.Context(group)
    for word in group.list_commands(context):
        command = group.get_command(context, word)
        assert command is not None
        yield from commands(f"{name} {word}", command)


def inner_models(annotation: object) -> Iterator[type[BaseModel]]:
    """Give the models inside a field's type, as in `list[Model]` or `Model | None`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from inner_models(argument)


def settings(model: type[BaseModel], prefix: str = "") -> Iterator[str]:
    """Give the dotted name of each setting of a model, those of its tables included."""
    for name, field in model.model_fields.items():
        inner = list(inner_models(field.annotation))
        if not inner:
            yield prefix + name
        for each in inner:
            yield from settings(each, f"{prefix}{name}.")


def dialect_settings() -> Iterator[str]:
    """Give the settings of every dialect, as `api.<dialect>.<key>`."""
    for name, dialect in importlib.import_module("gateway.api.dialects").shelf().items():
        yield from settings(dialect.settings, f"api.{name}.")


def named_settings(text: str) -> set[str]:
    """Give the dotted names in backticks; the brackets of a list, as in `[[span]].port`, are left out."""
    names = re.findall(r"`([\[\]a-z_0-9.]+)`", text)
    return {re.sub(r"[\[\]]", "", name) for name in names}


def test_every_command_is_in_the_readme() -> None:
    text = readme()
    found = [
        command
        for name, module in (("gsm-gateway", "gateway.cli"), ("gsm-modem", "modem.cli"))
        for command in commands(name, importlib.import_module(module).main)
    ]
    assert {"gsm-gateway serve", "gsm-gateway account add", "gsm-modem emulate"} <= set(found)
    assert [command for command in found if not re.search(rf"\b{re.escape(command)}\b", text)] == []


def test_every_setting_is_in_the_docs() -> None:
    named = named_settings((ROOT / "docs" / "settings.md").read_text())
    wanted = [*settings(Settings), *dialect_settings()]
    assert {"http.port", "modems.sim.iccid", "span.match.imei"} <= set(wanted)
    assert [setting for setting in wanted if setting not in named] == []


def test_every_status_is_in_the_readme() -> None:
    text = readme()
    assert [status for status in Status if not re.search(rf"\b{status}\b", text)] == []
