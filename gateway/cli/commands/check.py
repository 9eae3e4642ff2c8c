"""`gsm-gateway check`: are the settings right?"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from gateway.api.settings import dialect_mistakes
from gateway.cli.context import config_option
from gateway.config.load import load_settings
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
    except ConfigError as error:
        settings, mistakes = Settings.model_construct(), error.mistakes
    for mistake in mistakes:
        click.echo(mistake, err=True)
    if mistakes:
        raise SystemExit(1)
    click.echo(json.dumps(settings.model_dump(mode="json"), indent=2) if as_json else f"{source}: settings are right")


def file_mistakes(settings: Settings, source: str) -> list[str]:
    """Give one line for every file that the settings name and that cannot be read."""
    named = [("http.tls_certificate", settings.http.tls_certificate), ("http.tls_key", settings.http.tls_key)]
    named += [(f"modems.sim[{index}].pin_file", sim.pin_file) for index, sim in enumerate(settings.modems.sim)]
    mistakes = []
    for key, path in named:
        if path is not None and not path.is_file():
            mistakes.append(f"{source}: {key}: no such file: {path}")
    return mistakes
