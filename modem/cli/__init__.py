"""The `gsm-modem` command: tools for modems, real and emulated."""

from __future__ import annotations

import importlib
import pkgutil
from typing import cast

import click


class _Shelf(click.Group):
    """A group whose commands are the files of `modem/cli/commands`; each brings a `COMMAND` of its own name."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all files."""
        package = importlib.import_module("modem.cli.commands")
        return sorted({*super().list_commands(ctx), *(entry.name for entry in pkgutil.iter_modules(package.__path__))})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load one file."""
        if cmd_name not in self.list_commands(ctx):
            return None
        return cast("click.Command", importlib.import_module(f"modem.cli.commands.{cmd_name}").COMMAND)


@click.group(cls=_Shelf, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="gsm-gateway")
def main() -> None:
    """Tools for GSM and LTE modems, real and emulated."""
