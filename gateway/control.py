"""Questions and changes while the gateway runs: a socket beside the database, for this box's own command line.

Only one process may hold the store, so the command line asks the running gateway. One JSON line
`{"call": …, "arguments": {…}}` in, one `{"result": …}` or `{"error": {"field": …, "reason": …}}` out.
A call of two words, such as `span list`, is for the part that the first one names.
Who may open the socket is a matter of file permissions: it is readable by the gateway's user alone.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
from dataclasses import fields
from typing import TYPE_CHECKING, Any, cast

import structlog

from gateway.core.account import Account, AccountChanges, Role
from gateway.errors import GatewayError, InvalidFieldError
from gateway.store.backend import ApiToken

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Mapping
    from pathlib import Path

    from gateway.core.types import EpochMs
    from gateway.service.accounts import Accounts

    Part = Callable[[str, dict[str, Any]], Awaitable[Any]]

log = structlog.get_logger(__name__)

LINE_LIMIT_OCTETS = 64 * 1024 * 1024
"""A hundred thousand contacts, or ten thousand lines of history, are one line."""

LAST_ANSWERS_S = 1.0
"""What is asked when the gateway ends gets its answer, unless it is a call that waits for something to happen."""


def control_path(database: Path) -> Path:
    """Give the socket that belongs to a database file."""
    return database.with_name(database.name + ".control")


@contextlib.contextmanager
def _short(path: Path) -> Iterator[str]:
    """Give a name of `path` that fits sun_path (108 octets), by way of its folder's descriptor."""
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)


class ControlServer:
    """Answers the command line from the running gateway; `parts` answer calls of two words, by the first one."""

    def __init__(self, accounts: Accounts, path: Path, *, parts: Mapping[str, Part] | None = None) -> None:
        self._accounts = accounts
        self._parts = parts or {}
        self._path = path
        self._server: asyncio.Server | None = None
        self._calls: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Listen; a socket left over from a killed process is replaced (the store's lock says nobody owns it)."""
        self._path.unlink(missing_ok=True)
        mask = os.umask(0o177)
        try:
            with _short(self._path) as name:
                self._server = await asyncio.start_unix_server(self._accept, name, limit=LINE_LIMIT_OCTETS)
        finally:
            os.umask(mask)

    async def stop(self) -> None:
        """Listen no more, and let nobody wait any longer."""
        if self._server is not None:
            self._server.close()
            if calls := list(self._calls):
                _, waiting = await asyncio.wait(calls, timeout=LAST_ANSWERS_S)
                for call in waiting:
                    call.cancel()
                await asyncio.gather(*waiting, return_exceptions=True)
            await self._server.wait_closed()
        self._path.unlink(missing_ok=True)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        call = asyncio.get_running_loop().create_task(self._serve(reader, writer))
        self._calls.add(call)
        call.add_done_callback(self._calls.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            answer = await self._answer(await reader.readline())
            writer.write(json.dumps(answer).encode() + b"\n")
            await writer.drain()
        except (ConnectionError, ValueError) as error:
            log.warning("control request failed", action="control", reason=str(error))
        finally:
            writer.close()

    async def _answer(self, line: bytes) -> dict[str, Any]:
        try:
            request = json.loads(line)
            part, _, rest = request["call"].partition(" ")
            if part in self._parts:
                return {"result": await self._parts[part](rest, request["arguments"])}
            return {"result": await self._call(request["call"], request["arguments"])}
        except InvalidFieldError as error:
            return {"error": {"field": error.field, "reason": error.reason}}
        except (GatewayError, ValueError, KeyError, TypeError) as error:
            return {"error": {"field": "", "reason": str(error) or type(error).__name__}}

    async def _call(self, call: str, arguments: dict[str, Any]) -> Any:
        accounts = self._accounts
        match call:
            case "create":
                created = await accounts.create(
                    arguments["name"],
                    role=Role(arguments["role"]),
                    password=arguments["password"],
                    email=arguments["email"],
                )
                return _to_json(created)
            case "enable":
                await accounts.enable(arguments["name"])
            case "disable":
                await accounts.disable(arguments["name"])
            case "change":
                await accounts.change(arguments["name"], _changes_from_json(arguments["changes"]))
            case "set_password":
                await accounts.set_password(arguments["name"], arguments["password"])
            case "create_token":
                return await accounts.create_token(
                    arguments["name"], label=arguments["label"], expires_at=arguments["expires_at"]
                )
            case "tokens":
                return [_token_to_json(token) for token in await accounts.tokens(arguments["name"])]
            case "revoke_token":
                await accounts.revoke_token(arguments["key"])
            case "list":
                return [_to_json(account) for account in await accounts.list()]
            case _:
                raise InvalidFieldError("call", f"unknown: {call}")
        return None


class RemoteAccounts:
    """The accounts of a running gateway, with the methods of `service.accounts.Accounts` that change them."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def create(self, name: str, *, role: Role, password: str, email: str = "") -> Account:
        """Make an account; InvalidFieldError names what is wrong."""
        result = await self._ask("create", name=name, role=role.value, password=password, email=email)
        return _from_json(result)

    async def enable(self, name: str) -> None:
        """Let the account in."""
        await self._ask("enable", name=name)

    async def disable(self, name: str) -> None:
        """Keep the account out."""
        await self._ask("disable", name=name)

    async def change(self, name: str, changes: AccountChanges) -> None:
        """Change what is named of the account."""
        await self._ask("change", name=name, changes=_facts_to_json(changes))

    async def set_password(self, name: str, password: str) -> None:
        """Change the account's password, which ends its sessions."""
        await self._ask("set_password", name=name, password=password)

    async def create_token(self, name: str, *, label: str, expires_at: EpochMs | None = None) -> str:
        """Make an API token; its text is shown only now."""
        return str(await self._ask("create_token", name=name, label=label, expires_at=expires_at))

    async def tokens(self, name: str) -> list[ApiToken]:
        """Give the API tokens of an account, oldest first."""
        return [_token_from_json(one) for one in await self._ask("tokens", name=name)]

    async def revoke_token(self, key: str) -> None:
        """End an API token."""
        await self._ask("revoke_token", key=key)

    async def list(self) -> list[Account]:
        """Give all accounts in order of name."""
        return [_from_json(one) for one in await self._ask("list")]

    async def _ask(self, call: str, **arguments: object) -> Any:
        return await ask(self._path, call, arguments)


async def ask(path: Path, call: str, arguments: Mapping[str, object]) -> Any:
    """Have a call answered by the gateway that listens on `path`.

    InvalidFieldError says what it refuses; FileNotFoundError and ConnectionRefusedError that none listens.
    """
    with _short(path) as name:
        reader, writer = await asyncio.open_unix_connection(name, limit=LINE_LIMIT_OCTETS)
    try:
        writer.write(json.dumps({"call": call, "arguments": dict(arguments)}).encode() + b"\n")
        line = await reader.readline()
    except ConnectionResetError:
        line = b""
    finally:
        writer.close()
    if not line.endswith(b"\n"):
        raise InvalidFieldError("", "the gateway ended before it answered")
    answer = json.loads(line)
    if "error" in answer:
        raise InvalidFieldError(answer["error"]["field"], answer["error"]["reason"])
    return answer["result"]


async def running_accounts(path: Path) -> RemoteAccounts | None:
    """Give the accounts of the gateway that listens on `path`, None when none does."""
    remote = RemoteAccounts(path)
    try:
        await remote.list()
    except (FileNotFoundError, ConnectionRefusedError):
        return None
    return remote


def _to_json(account: Account) -> dict[str, Any]:
    return _facts_to_json({field.name: getattr(account, field.name) for field in fields(Account)})


def _from_json(values: dict[str, Any]) -> Account:
    return Account(**_facts_from_json(values))


def _facts_to_json(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Give facts of an account with lists for sets."""
    return {name: sorted(value) if isinstance(value, frozenset) else value for name, value in facts.items()}


def _facts_from_json(values: dict[str, Any]) -> dict[str, Any]:
    facts = {name: frozenset(value) if isinstance(value, list) else value for name, value in values.items()}
    return {**facts, "role": Role(values["role"])} if "role" in values else facts


def _changes_from_json(values: dict[str, Any]) -> AccountChanges:
    unknown = values.keys() - AccountChanges.__annotations__.keys()
    if unknown:
        raise InvalidFieldError(min(unknown), "cannot be changed")
    return cast("AccountChanges", _facts_from_json(values))


def _token_to_json(token: ApiToken) -> dict[str, Any]:
    facts = {field.name: getattr(token, field.name) for field in fields(ApiToken)}
    return {**facts, "secret_sha256": token.secret_sha256.hex()}


def _token_from_json(values: dict[str, Any]) -> ApiToken:
    return ApiToken(**{**values, "secret_sha256": bytes.fromhex(values["secret_sha256"])})
