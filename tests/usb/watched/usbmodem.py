"""A usbbox modem that also writes down which of its interfaces get octets; usbbox starts it in the place of its own.

Each write becomes a line of JSON in the file that USB_WRITES names.
"""

from __future__ import annotations

import importlib.util
import json
import os
import sys
from pathlib import Path
from typing import Any


def _original() -> Any:
    path = Path(os.environ["USBBOX_SCRIPTS"]) / "usbmodem.py"
    spec = importlib.util.spec_from_file_location("original_usbmodem", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def main() -> object:
    """Be the modem that the command line asks for."""
    original = _original()

    class Watched(original.Modem):  # type: ignore[misc,name-defined]  # the scripts have no types
        def packet(self, typ: int, ident: int, body: bytes) -> None:
            if typ == original.BULK and not body[0] & 0x80:
                interface = self.eps[body[0]][2]
                seen = {"interface": interface, "is_at": body[0] == self.at_out, "octets": body[8:].hex()}
                with Path(os.environ["USB_WRITES"]).open("a") as log:
                    log.write(json.dumps({"product": self.strings[2], "arguments": sys.argv[1:], **seen}) + "\n")
            super().packet(typ, ident, body)

    original.Modem = Watched
    return original.main()


if __name__ == "__main__":
    sys.exit(main())  # type: ignore[arg-type]  # None, as its main gives
