"""The command `gsm-gateway`; each command is one file in `commands`, imported only when it is used."""

from __future__ import annotations

import importlib
import pkgutil

import click

from gateway import __version__


class Shelf(click.Group):
    """Finds its commands in the folder, without importing the others."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  (click's signature)
        """Give the names of all commands."""
        package = importlib.import_module("gateway.cli.commands")
        return sorted(module.name for module in pkgutil.iter_modules(package.__path__))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the one command that is asked for."""
        if cmd_name not in self.list_commands(ctx):
            return None
        command: click.Command = importlib.import_module(f"gateway.cli.commands.{cmd_name}").command
        return command


@click.command(cls=Shelf)
@click.version_option(__version__, prog_name="gsm-gateway")
def main() -> None:
    """SMS gateway for USB and serial GSM modems.

    \b
    Examples:
      gsm-gateway demo                          four emulated modems, nothing to plug in
      gsm-gateway check                         are the settings right?
      gsm-gateway serve                         run with /etc/gsm-gateway/gateway.toml
      gsm-gateway account add shop --role sender --password-stdin
      gsm-gateway ussd 1 '*100#'                what is left on the SIM of span 1?
    """
