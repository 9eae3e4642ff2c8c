"""The HTTP server: paths of all dialects and of health, intake, answers, access log."""

from __future__ import annotations

import itertools
import logging
import os
import re
import secrets
import ssl
from dataclasses import dataclass, field, replace
from time import perf_counter
from typing import TYPE_CHECKING, Any

import structlog
from aiohttp import web

from gateway.api.auth import source_address
from gateway.api.dialect import Answer, Call, encode_json
from gateway.api.dialects import shelf
from gateway.api.intake import read_params
from gateway.api.listener import HttpServer, Limits
from gateway.api.params import Params
from gateway.api.refusals import InternalError, MalformedError, OversizeError, UnknownPathError, WrongMethodError
from gateway.api.settings import read_settings
from gateway.errors import ConfigError, RequestError, StoreError, StoreUnavailableError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from gateway.api.dialect import Dialect, DialectSettings, Route
    from gateway.service.desk import Service

log = structlog.get_logger(__name__)

SLOW_S = 1.0
SHUTDOWN_TIMEOUT_S = 5.0
LOGGED_PATH_LIMIT = 200
DISK_LOW = "the disk is nearly full: new messages are refused"
_NAMED = re.compile(r"\{[^/]*\}")
_SLASHES = re.compile(r"/{2,}")
_NOT_FOUND = Answer(body=b"Not found", status=404, content_type="text/plain; charset=utf-8", refusal="404")
_PREFLIGHT = Answer(body=b"", status=204, content_type="text/plain; charset=utf-8")
_HEALTH_METHODS = frozenset({"GET", "HEAD"})


@dataclass(frozen=True, kw_only=True, slots=True)
class _Target:
    """What answers a path: a dialect and its route, None for a path that the dialect does not know."""

    dialect: Dialect[Any]
    settings: DialectSettings
    path: str
    route: Route[Any] | None
    parts: Mapping[str, str] = field(default_factory=dict)


class Paths:
    """Which dialect answers a path: exact ones first, then the dialects' prefixes by whole segments."""

    def __init__(self, dialects: Iterable[tuple[Dialect[Any], DialectSettings]]) -> None:
        self._exact: dict[str, _Target] = {}
        self._patterns: dict[str, _Target] = {}
        self._prefixes: dict[str, tuple[Dialect[Any], DialectSettings]] = {}
        for dialect, settings in dialects:
            for route in dialect.routes(settings):
                target = _Target(dialect=dialect, settings=settings, path=route.path, route=route)
                if "{" in route.path:
                    self._claim(self._patterns, _NAMED.sub("{}", route.path), target, dialect.name)
                else:
                    self._claim(self._exact, route.path, target, dialect.name)
            for prefix in dialect.prefixes(settings):
                self._claim(self._prefixes, prefix, (dialect, settings), dialect.name)

    @staticmethod
    def _claim(claimed: dict[str, Any], path: str, target: object, name: str) -> None:
        if path in claimed or f"{path}/".startswith("/health/"):
            raise ConfigError([f"api.{name}: {path} belongs to another API already"])
        claimed[path] = target

    def find(self, path: str) -> _Target | None:
        """Give what answers `path`; one trailing slash and doubled ones do not matter. None when nobody does."""
        target = self._exact.get(path)
        if target is not None:
            return target
        path = plain_path(path)
        return self._exact.get(path) or self._by_pattern(path) or self._below_prefix(path)

    def _by_pattern(self, path: str) -> _Target | None:
        segments = path.split("/")
        for target in self._patterns.values():
            wanted = target.path.split("/")
            parts = dict(zip(wanted, segments, strict=False))
            if len(wanted) == len(segments) and all(name == text or name[:1] == "{" for name, text in parts.items()):
                return replace(target, parts={name[1:-1]: text for name, text in parts.items() if name[:1] == "{"})
        return None

    def _below_prefix(self, path: str) -> _Target | None:
        prefix = path
        while prefix:
            if prefix in self._prefixes:
                dialect, settings = self._prefixes[prefix]
                return _Target(dialect=dialect, settings=settings, path=path, route=None)
            prefix = prefix.rpartition("/")[0]
        return None


def plain_path(path: str) -> str:
    """Give a path without doubled slashes and without one at its end."""
    path = _SLASHES.sub("/", path)
    return path[:-1] if len(path) > 1 and path.endswith("/") else path


class Server:
    """The HTTP side of the gateway: `start`, `stop`; `address` says where it listens."""

    def __init__(self, service: Service) -> None:
        """Prepare the switched-on dialects; ConfigError lists mistakes in their settings."""
        self._service = service
        settings = read_settings(service.settings.api)
        self._paths = Paths((one, settings[one.name]) for one in shelf().values() if settings[one.name].enabled)
        self._body_limit = service.settings.http.body_limit_octets
        self._proxies = service.settings.http.trusted_proxies
        self._request_ids = map("{}-{:x}".format, itertools.repeat(secrets.token_hex(4)), itertools.count(1))
        self._runner: web.ServerRunner | None = None
        self.address = ""

    async def start(self) -> None:
        """Listen as [http] says; OSError when the address cannot be had."""
        http = self._service.settings.http
        # aiohttp's Application would route a second time.
        limits = Limits(max_connections=http.max_connections, request_timeout_s=http.request_timeout_s)
        self._runner = web.ServerRunner(HttpServer(self.respond, limits), shutdown_timeout=SHUTDOWN_TIMEOUT_S)
        await self._runner.setup()
        tls = _tls_context(http.tls_certificate, http.tls_key)
        try:
            await web.TCPSite(self._runner, http.host, http.port, ssl_context=tls, backlog=1024).start()
        except OSError as error:
            # asyncio's own words say it twice, and not which setting it is.
            reason = os.strerror(error.errno) if error.errno else str(error)
            raise OSError(error.errno, f"http.host {http.host}, http.port {http.port}: {reason}") from error
        host, port = self._runner.addresses[0][:2]
        shown = f"[{host}]" if ":" in host else host
        self.address = f"{'https' if tls else 'http'}://{shown}:{port}"

    async def stop(self) -> None:
        """Listen no more; requests under way get `SHUTDOWN_TIMEOUT_S`."""
        if self._runner is not None:
            await self._runner.cleanup()

    # --- one request ----------------------------------------------------------------------------

    async def respond(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one request."""
        started = perf_counter()
        request_id = next(self._request_ids)
        source = request.remote or ""
        if self._proxies:
            source = source_address(source, request.headers.getall("X-Forwarded-For", ()), self._proxies)
        answer = await self._answer(request, request_id, source)
        headers = {
            "Content-Type": answer.content_type,
            "Cache-Control": "no-store",
            "X-Request-Id": request_id,
            "Server": "gsm-gateway",
            **answer.headers,
        }
        response = web.Response(body=answer.body, status=answer.status, headers=headers)
        if answer.is_last:
            response.force_close()
        self._log(request, request_id, source, answer, perf_counter() - started)
        return response

    async def _answer(self, request: web.BaseRequest, request_id: str, source: str) -> Answer:
        path = request.path
        target = self._paths.find(path)
        if target is None:
            return await self._health(plain_path(path), request.method) or _NOT_FOUND
        cors = None if target.route is None else target.route.cors
        if cors is None:
            return await self._answer_of(target, request, request_id, source)
        is_asked = request.method == "OPTIONS"
        answer = _PREFLIGHT if is_asked else await self._answer_of(target, request, request_id, source)
        return replace(answer, headers={**answer.headers, **cors.headers(request.headers.get("Origin", ""))})

    async def _answer_of(self, target: _Target, request: web.BaseRequest, request_id: str, source: str) -> Answer:
        try:
            if target.route is None:
                raise UnknownPathError
            methods = target.route.methods
            if request.method not in methods and not (request.method == "HEAD" and "GET" in methods):
                raise WrongMethodError(methods)
            call = Call(
                path=target.path,
                params=await self._params(request, target, target.route),
                source=source,
                service=self._service,
                settings=target.settings,
                method="GET" if request.method == "HEAD" else request.method,
                authorization=request.headers.get("Authorization", ""),
                parts=target.parts,
            )
            return await target.route.handle(call)
        except RequestError as error:
            return _refuse(target, error)
        except StoreUnavailableError as error:
            # Every caller runs into it: a trace for each would fill what is left of the disk.
            log.error("request failed", action="request", request_id=request_id, path=target.path, reason=str(error))
            return _refuse(target, InternalError("the store cannot write"))
        except Exception as error:
            log.exception("request failed", action="request", request_id=request_id, path=target.path)
            return _refuse(target, InternalError(type(error).__name__))

    async def _params(self, request: web.BaseRequest, target: _Target, route: Route[Any]) -> Params:
        try:
            return await read_params(request, self._body_limit, route.array_as)
        except MalformedError:
            if not target.dialect.malformed_is_empty:
                raise
            return Params()

    async def _health(self, path: str, method: str) -> Answer | None:
        """Answer /health/live and /health/ready, None for other paths."""
        if path not in {"/health/live", "/health/ready"}:
            return None
        if method not in _HEALTH_METHODS:
            return Answer(body=encode_json({"status": "use GET"}), status=405, headers={"Allow": "GET"}, refusal="405")
        return self._readiness() if path == "/health/ready" else await self._liveness()

    def _readiness(self) -> Answer:
        usable = [view.span.port for view in self._service.board.views() if view.is_usable]
        is_disk_low = self._service.store.is_disk_low()
        status = DISK_LOW if is_disk_low else "ready" if usable else "no span can send"
        return _health_answer(status, is_well=bool(usable) and not is_disk_low, usable_ports=usable)

    async def _liveness(self) -> Answer:
        name = self._service.settings.gateway.name
        try:
            await self._service.store.ping()
        except StoreError as error:
            log.error("store does not answer", action="health", reason=str(error))
            reason = error.brief if isinstance(error, StoreUnavailableError) else "the store is broken"
            return _health_answer("store does not answer", is_well=False, name=name, reason=reason)
        warning = {"warning": DISK_LOW} if self._service.store.is_disk_low() else {}
        return _health_answer("live", is_well=True, name=name, **warning)

    def _log(self, request: web.BaseRequest, request_id: str, source: str, answer: Answer, took_s: float) -> None:
        is_notable = bool(answer.refusal) or took_s > SLOW_S
        level = logging.INFO if is_notable else logging.DEBUG
        if log.is_enabled_for(level):
            log.log(
                level,
                "request",
                action="request",
                request_id=request_id,
                method=request.method,
                path=request.rel_url.raw_path[:LOGGED_PATH_LIMIT],  # still encoded: no line end gets into the log
                source=source,
                status=answer.status,
                refusal=answer.refusal,
                took_ms=round(took_s * 1000, 1),
            )


def _refuse(target: _Target, error: RequestError) -> Answer:
    answer = target.dialect.refuse(target.path, error, target.settings)
    return replace(answer, is_last=True) if isinstance(error, OversizeError) else answer


def _health_answer(status: str, *, is_well: bool, **more: object) -> Answer:
    body = encode_json({"status": status, **more})
    return Answer(body=body, status=200 if is_well else 503, refusal="" if is_well else "503")


def _tls_context(certificate: Path | None, key: Path | None) -> ssl.SSLContext | None:
    if certificate is None or key is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    return context
