"""`gsm-gateway serve`: run the gateway in the foreground, as the service manager starts it."""

from __future__ import annotations

import asyncio
import secrets
import sys
from typing import TYPE_CHECKING

import click

from gateway import lifecycle, logs
from gateway.app import App
from gateway.cli.context import config_option, reason_of, settings_or_exit
from gateway.core.account import Role
from gateway.errors import ConfigError, StoreError

if TYPE_CHECKING:
    from pathlib import Path

    from gateway.config.settings import Settings


@click.command()
@config_option
def command(config: Path | None) -> None:
    """Run the gateway until SIGTERM.

    \b
    Examples:
      gsm-gateway serve
      gsm-gateway serve --config ./gateway.toml
      GSM_GATEWAY__HTTP__PORT=9000 gsm-gateway serve
    """
    settings = settings_or_exit(config)
    logs.configure(settings.gateway)
    try:
        asyncio.run(serve(settings))
    except ConfigError as error:
        raise click.ClickException(str(error)) from error
    except StoreError as error:
        raise click.ClickException(f"cannot run: {error}") from error
    except OSError as error:
        raise click.ClickException(f"cannot run: {reason_of(error)}") from error


async def serve(settings: Settings) -> None:
    """Run the gateway; the very first start makes the administrator and prints the password once."""
    app = App(settings)
    await lifecycle.run(app, prepare=make_first_admin)


async def make_first_admin(app: App) -> None:
    """Make the account `admin` in an empty store."""
    if await app.accounts.list():
        return
    password = secrets.token_urlsafe(12)
    await app.accounts.create("admin", role=Role.ADMIN, password=password)
    click.echo(f"First start: account admin, password {password}   (shown only now)", file=sys.stderr)
