"""`gsm-gateway check`: are the settings right?"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import click

from gateway.api.dialects import shelf
from gateway.api.settings import dialect_mistakes
from gateway.cli.context import config_option
from gateway.config.load import load_settings
from gateway.config.pin_file import PinFileError, is_open_to_all, read_pin
from gateway.config.settings import DEFAULT_FILE, Settings
from gateway.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path


@click.command()
@config_option
@click.option("--json", "as_json", is_flag=True, help="Print the settings in force as JSON.")
def command(*, config: Path | None, as_json: bool) -> None:
    """Check the settings; prints every mistake at once as file, key, reason.

    \b
    Exit status: 0 right, 1 wrong.
    Examples:
      gsm-gateway check
      gsm-gateway check --config ./gateway.toml --json
    """
    source = str(config or DEFAULT_FILE)
    try:
        settings = load_settings(config)
        mistakes = dialect_mistakes(settings.api, source) + file_mistakes(settings, source)
        mistakes += route_mistakes(settings, source)
    except ConfigError as error:
        settings, mistakes = Settings.model_construct(), error.mistakes
    for line in (*file_warnings(settings, source), *route_warnings(settings, source), *mistakes):
        click.echo(line, err=True)
    if mistakes:
        raise SystemExit(1)
    click.echo(json.dumps(settings.model_dump(mode="json"), indent=2) if as_json else f"{source}: settings are right")


def file_mistakes(settings: Settings, source: str) -> list[str]:
    """Give one line for every file that the settings name and that cannot be used."""
    named = [("http.tls_certificate", settings.http.tls_certificate), ("http.tls_key", settings.http.tls_key)]
    mistakes = [
        f"{source}: {key}: no such file: {path}" for key, path in named if path is not None and not path.is_file()
    ]
    for key, path in pin_files(settings):
        try:
            read_pin(path)
        except PinFileError as error:
            mistakes.append(f"{source}: {key}: {error}")
    return mistakes


def route_mistakes(settings: Settings, source: str) -> list[str]:
    """Give one line for every API that a rule names and that there is not."""
    known = shelf()
    return [
        f"{source}: route[{index}].dialects[{place}]: no API is called {name}; known are {', '.join(sorted(known))}"
        for index, rule in enumerate(settings.route)
        for place, name in enumerate(rule.dialects)
        if name not in known
    ]


def route_warnings(settings: Settings, source: str) -> list[str]:
    """Give one line for every span that a rule names and that the settings do not: it may have its name elsewhere."""
    names = {one.name for one in settings.span if one.name}
    return [
        f"{source}: route[{index}].spans[{place}]: warning: no [[span]] is called {name}; until one is, this picks none"
        for index, rule in enumerate(settings.route)
        for place, name in enumerate(rule.spans)
        if isinstance(name, str) and name not in names and not re.fullmatch(r"gsm-[0-9]+", name)
    ]


def file_warnings(settings: Settings, source: str) -> list[str]:
    """Give one line for every file that can be used and should not be as it is."""
    return [
        f"{source}: {key}: warning: everybody on this machine may read the PIN: chmod 600 {path}"
        for key, path in pin_files(settings)
        if is_open_to_all(path)
    ]


def pin_files(settings: Settings) -> list[tuple[str, Path]]:
    """Give key and path of each PIN file that is named."""
    sims = enumerate(settings.modems.sim)
    return [(f"modems.sim[{index}].pin_file", sim.pin_file) for index, sim in sims if sim.pin_file is not None]
