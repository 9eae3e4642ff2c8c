"""`gsm-gateway demo`: the gateway with emulated modems, nothing to plug in."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import json
import secrets
from pathlib import Path

import click

from gateway import lifecycle, logs
from gateway.app import App
from gateway.cli.context import reason_of
from gateway.config.settings import Settings
from gateway.core.account import Role
from gateway.errors import StoreError
from modem.emulator import control
from modem.emulator.rack.rack import Rack

MODEMS_READY_S = 10.0
RADIO_TIME_S = 0.2
REPORT_DELAY_S = 0.3
LOOPBACK = ("127.0.0.0/8", "::1/128")
TRY_NUMBER = "+491711234567"
_HINTS = {
    errno.EADDRINUSE: "; --port and --handsets-port take others, 0 takes a free one",
    errno.EBUSY: " with --dir",
}
"""What to do about the errors of a second demo."""


@click.command()
@click.option("--modems", "count", default=4, show_default=True, type=click.IntRange(1, 64), help="Emulated modems.")
@click.option("--port", default=8080, show_default=True, type=click.IntRange(0, 65535), help="Port of the HTTP API.")
@click.option(
    "--handsets-port",
    default=8090,
    show_default=True,
    type=click.IntRange(0, 65535),
    help="Port of the virtual phones.",
)
@click.option(
    "--dir",
    "folder",
    default=Path("var"),
    show_default=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Where data is kept.",
)
def command(count: int, port: int, handsets_port: int, folder: Path) -> None:
    """Run the gateway on 127.0.0.1 with emulated modems and virtual phones.

    \b
    Examples:
      gsm-gateway demo
      gsm-gateway demo --modems 8 --port 9000 --dir /tmp/gsm-demo
    """
    folder = folder.resolve()
    settings = demo_settings(port, folder)
    logs.configure(settings.gateway)
    try:
        asyncio.run(_run(settings, count, handsets_port, folder))
    except StoreError as error:
        raise click.ClickException(f"cannot run: {error}") from error
    except OSError as error:
        raise click.ClickException(f"cannot run: {reason_of(error)}{_HINTS.get(error.errno or 0, '')}") from error


def demo_settings(port: int, folder: Path) -> Settings:
    """Give settings for a box on the loopback with its data in `folder`; callbacks may go to the loopback."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return Settings.model_validate(
        {
            "http": {"host": "127.0.0.1", "port": port},
            "store": {"url": f"sqlite:///{folder / 'gateway.db'}"},
            "modems": {"ports": [str(folder / "modems" / "modem*")]},
            "callbacks": {"allowed_networks": LOOPBACK},
        }
    )


async def _run(settings: Settings, count: int, handsets_port: int, folder: Path) -> None:
    rack = Rack(count=count, directory=folder / "modems", radio_time_s=RADIO_TIME_S, report_delay_s=REPORT_DELAY_S)
    await rack.start()
    try:
        handsets = await control.serve(rack, "127.0.0.1", handsets_port)
        try:
            password = ""

            async def prepare(app: App) -> None:
                nonlocal password
                password = await _demo_password(app, folder)

            async def welcome(app: App) -> None:
                with contextlib.suppress(TimeoutError):  # the log says which modem is not ready
                    await asyncio.wait_for(app.board.wait_usable(count), MODEMS_READY_S)
                click.echo(_welcome(app, control.address(handsets), password))

            await lifecycle.run(App(settings), prepare=prepare, on_ready=welcome)
        finally:
            await handsets.cleanup()
    finally:
        await rack.stop()


async def _demo_password(app: App, folder: Path) -> str:
    """Give the password of the account `demo`, made at the first start and kept in a file for the next ones."""
    file = folder / "demo-password"
    if await app.store.account_by_login("demo") is None:
        password = secrets.token_urlsafe(9)
        file.touch(mode=0o600)
        file.write_text(password)
        await app.accounts.create("demo", role=Role.SENDER, password=password)
    return file.read_text()


def _welcome(app: App, handsets: str, password: str) -> str:
    login = {"username": "demo", "password": password}
    send = json.dumps({**login, "dest_num": TRY_NUMBER, "msg": "Hello from gsm-gateway"})
    address = app.server.address
    return f"""
gsm-gateway demo: {address}   account demo, password {password}

Send a message to a virtual phone:
  curl -s {address}/sms/send -d '{send}'

See what became of it:
  curl -s {address}/smsoutbox/get -d '{json.dumps(login)}'

See the phones: {handsets}/

Look at a phone from here, and answer from it (to the number of gsm-1; see {handsets}/modems):
  curl -s {handsets}/handsets/{TRY_NUMBER}

Stop with Ctrl-C.
"""
