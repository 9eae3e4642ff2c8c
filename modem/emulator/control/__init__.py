"""The tester's door over HTTP: everything that can be done to modems, phones and network, and the page for people.

Theory of operation. A `Route` says what it takes, gives and looks like; the shelf `routes/` holds those that show
something, and every action of `modem.emulator.actions` is one more. From these records come the running server and the
OpenAPI document at /openapi.json, so that neither can say what the other does not. There is no login: the guard lets in
only requests that are meant for this host and that no foreign page sent.
"""

from __future__ import annotations

from modem.emulator.control.server import address, application, serve

__all__ = ["address", "application", "serve"]
