"""Cross-origin requests: which web pages may have their scripts call an API. https://fetch.spec.whatwg.org 3.2."""

from __future__ import annotations

from dataclasses import dataclass

ANY = "*"


@dataclass(frozen=True, kw_only=True, slots=True)
class Cors:
    """The `origins` that are allowed, `*` among them for all; the server answers their OPTIONS."""

    origins: tuple[str, ...]

    def headers(self, origin: str) -> dict[str, str]:
        """Give the headers for a page of `origin`, none when it is not allowed, or when no page asks.

        >>> sorted(Cors(origins=("https://crm.example",)).headers("https://other.example"))
        ['Vary']
        """
        headers = {"Vary": "Origin"}
        if not origin or not (origin in self.origins or ANY in self.origins):
            return headers
        return {
            "Access-Control-Allow-Origin": origin,
            "Access-Control-Allow-Methods": "POST,GET,OPTIONS",
            "Access-Control-Allow-Headers": "Origin,X-Requested-With,Content-Type,Accept",
            "Access-Control-Max-Age": "86400",
            **headers,
        }
