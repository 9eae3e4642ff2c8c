"""Files and templates of the page."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import aiohttp_jinja2
import jinja2

if TYPE_CHECKING:
    from aiohttp import web

_HERE: Final = Path(__file__).parent
_FOLDERS: Final = {"/assets": _HERE / "static", "/vendor": _HERE / "vendor"}


def add_assets(app: web.Application) -> None:
    """Serve the files, and make the templates known; what is put into a template is text, never markup."""
    for path, folder in _FOLDERS.items():
        app.router.add_static(path, folder)
    aiohttp_jinja2.setup(
        app,
        loader=jinja2.FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
