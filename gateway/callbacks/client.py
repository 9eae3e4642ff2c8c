"""One callback over HTTP: no redirects, no proxies of the environment, short waits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import aiohttp
from yarl import URL

from gateway import __version__
from gateway.callbacks.guard import Guard
from gateway.callbacks.signature import sign

if TYPE_CHECKING:
    from gateway.config.settings import CallbacksSection
    from gateway.core.callback import CallbackRequest
    from gateway.core.types import CallbackId

USER_AGENT = f"gsm-gateway/{__version__}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What a request gave: `status` of HTTP, None when no answer came; `error` in plain words, "" for any 2xx."""

    status: int | None
    error: str

    @property
    def text(self) -> str:
        """What it gave, as a person reads it."""
        return self.error or f"HTTP {self.status}"


class Client:
    """Makes the requests; `close` when done."""

    def __init__(self, settings: CallbacksSection, own_port: int) -> None:
        self._settings = settings
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, socket_factory=Guard(settings.allowed_networks, own_port)),
            timeout=aiohttp.ClientTimeout(total=settings.timeout_s, connect=settings.connect_timeout_s),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": USER_AGENT},
            trust_env=False,
        )

    async def close(self) -> None:
        """Close all connections."""
        await self._session.close()

    async def send(self, request: CallbackRequest, callback_id: CallbackId) -> Answer:
        """Make the request once; never raises for faults of the receiver."""
        headers = {**request.headers, "X-Gateway-Event": str(callback_id)}
        if self._settings.secret:
            headers["X-Gateway-Signature"] = sign(request, self._settings.secret)
        try:
            async with self._session.request(
                request.method,
                URL(request.url, encoded=True),
                headers=headers,
                data=request.body or None,
                allow_redirects=False,
                ssl=request.verify_tls,
            ) as response:
                error = "" if 200 <= response.status < 300 else f"HTTP {response.status}"
                return Answer(status=response.status, error=error)
        except TimeoutError:
            reason = f"no answer within {self._settings.timeout_s:g} s"
        except aiohttp.ClientConnectorError as failure:
            reason = f"cannot connect: {failure.os_error.strerror or failure.os_error}"
        except (aiohttp.ClientError, OSError, ValueError) as failure:
            # Their texts may hold the address, and with it the message.
            reason = type(failure).__name__
        return Answer(status=None, error=reason)
