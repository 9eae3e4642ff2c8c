"""What several commands need: settings with readable mistakes, and the accounts, whoever holds the store."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from gateway.app import span_desk, store_of, weights_of
from gateway.clock import Clock
from gateway.config.load import load_settings
from gateway.control import RemoteAccounts, ask, control_path, running_accounts
from gateway.control_directory import RemoteUpkeep
from gateway.control_messages_read import LocalMessages, RemoteMessages
from gateway.control_pacing import LocalPacing, RemotePacing
from gateway.control_spans import LocalSpans, RemoteSpans
from gateway.control_store import LocalStore
from gateway.core.number import read_number
from gateway.directory.directory import Directory
from gateway.directory.upkeep import Upkeep
from gateway.errors import ConfigError, InvalidFieldError, StoreError
from gateway.service.accounts import Accounts
from gateway.service.pacing import LimitBook, PacingDesk
from gateway.service.spans import SpanBoard, SpanCondition
from gateway.service.timelines import Timelines
from gateway.service.why import Explainer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Coroutine

    from gateway.config.settings import Settings
    from gateway.store.backends.sqlite.store import SqliteStore

_SETTINGS: Final = f"{__name__}.settings"

Command = TypeVar("Command", bound=Callable[..., Any])
Result = TypeVar("Result")


def config_option(command: Command) -> Command:
    """Add `--config FILE`."""
    return click.option(
        "--config",
        type=click.Path(dir_okay=False, path_type=Path),
        default=None,
        help="Settings file (default /etc/gsm-gateway/gateway.toml).",
    )(command)


def settings_or_exit(config: Path | None) -> Settings:
    """Give the settings; mistakes are printed one per line and end the program with 1.

    One command reads them once, however often it asks: the file may be a pipe.
    """
    read: dict[Path | None, Settings] = click.get_current_context().meta.setdefault(_SETTINGS, {})
    try:
        if config not in read:
            read[config] = load_settings(config)
    except ConfigError as error:
        for mistake in error.mistakes:
            click.echo(mistake, err=True)
        raise SystemExit(1) from None
    return read[config]


def run(work: Coroutine[Any, Any, Result], *, names_field: bool = False) -> Result:
    """Do what a command asks for; what is wrong with it or with the store ends the program with a line about it."""
    try:
        return asyncio.run(work)
    except InvalidFieldError as error:
        is_named = names_field and error.field
        raise click.ClickException(f"{error.field}: {error.reason}" if is_named else error.reason) from error
    except StoreError as error:
        raise click.ClickException(str(error)) from error


def ask_running(config: Path | None, call: str, arguments: dict[str, Any]) -> Any:
    """Have a call answered that only a running gateway can answer; InvalidFieldError names what is wrong with it."""
    path = control_path(settings_or_exit(config).store.path)
    try:
        return asyncio.run(ask(path, call, arguments))
    except (FileNotFoundError, ConnectionRefusedError) as error:
        raise click.ClickException(f"no gateway is running here ({path})") from error


@contextlib.asynccontextmanager
async def open_accounts(settings: Settings) -> AsyncIterator[Accounts | RemoteAccounts]:
    """Give the accounts: from the running gateway if there is one, else straight from the store."""
    remote = await running_accounts(control_path(settings.store.path))
    if remote is not None:
        yield remote
        return
    async with _open_store(settings) as store:
        yield Accounts(store, clock=Clock())


@contextlib.asynccontextmanager
async def open_upkeep(settings: Settings) -> AsyncIterator[Upkeep | RemoteUpkeep]:
    """Give the upkeep of the lists: that of the running gateway if there is one, else straight on the store."""
    path = await _running(settings)
    if path is not None:
        yield RemoteUpkeep(path)
        return
    async with _open_store(settings) as store:
        region = settings.number.default_region
        directory = Directory(store, clock=Clock(), read_number=partial(read_number, default_region=region))
        yield Upkeep(store, directory, clock=Clock())


@contextlib.asynccontextmanager
async def open_spans(settings: Settings) -> AsyncIterator[LocalSpans | RemoteSpans]:
    """Give the spans: of the running gateway if there is one, else as they are stored."""
    path = await _running(settings)
    if path is not None:
        yield RemoteSpans(path)
        return
    async with _as_left(settings) as store:
        board = SpanBoard(lambda: store.load)
        board.set_weights(weights_of(settings))
        board.put(await store.spans())
        for port in board.ports():
            board.set_condition(port, SpanCondition(reason="the gateway is not running"))
        clock = Clock()
        explainer = Explainer(settings, board=board, store=store, clock=clock)
        yield LocalSpans(span_desk(settings, board=board, store=store, clock=clock), explainer)


async def call_store(settings: Settings) -> dict[str, Any]:
    """Give what `LocalStore` says: of the running gateway if there is one, else of the file."""
    path = await _running(settings)
    if path is not None:
        running: dict[str, Any] = await ask(path, "store show", {})
        return running
    async with _as_left(settings) as store:
        stored: dict[str, Any] = await LocalStore(store, settings.store.path).call("show", {})
        return stored


@contextlib.asynccontextmanager
async def open_messages(settings: Settings) -> AsyncIterator[LocalMessages | RemoteMessages]:
    """Give the messages to look at: of the running gateway if there is one, else as they are stored."""
    path = await _running(settings)
    if path is not None:
        yield RemoteMessages(path)
        return
    async with _as_left(settings) as store:
        board = SpanBoard(lambda: store.load)
        board.put(await store.spans())
        yield LocalMessages(Timelines(store, board=board, settings=settings))


@contextlib.asynccontextmanager
async def open_pacing(settings: Settings) -> AsyncIterator[LocalPacing | RemotePacing]:
    """Give the limits: of the running gateway if there is one, else as they are stored."""
    path = await _running(settings)
    if path is not None:
        yield RemotePacing(path)
        return
    async with _as_left(settings) as store:
        board = SpanBoard(lambda: store.load)
        board.put(await store.spans())
        book = LimitBook(store, settings=settings)
        await book.load()
        yield LocalPacing(PacingDesk(book, store=store, board=board, clock=Clock()))


async def _running(settings: Settings) -> Path | None:
    """Give the socket of the gateway that holds the store, None when none runs."""
    path = control_path(settings.store.path)
    return path if await running_accounts(path) is not None else None


@contextlib.asynccontextmanager
async def _as_left(settings: Settings) -> AsyncIterator[SqliteStore]:
    """Give the store as a gateway left it; where none ever ran there is nothing to look at, and nothing is made."""
    if not settings.store.path.exists():
        raise click.ClickException(f"{settings.store.path} is not there: the gateway has not run yet")
    async with _open_store(settings) as store:
        yield store


@contextlib.asynccontextmanager
async def _open_store(settings: Settings) -> AsyncIterator[SqliteStore]:
    store = store_of(settings.store)
    try:
        await store.open()
    except (StoreError, OSError) as error:
        raise click.ClickException(f"{settings.store.path}: {error}") from error
    try:
        yield store
    finally:
        await store.close()


def reason_of(error: OSError) -> str:
    """Say what could not be had, without the number that Python puts before it."""
    where = f"{error.filename}: " if error.filename else ""
    return f"{where}{error.strerror or error}"
