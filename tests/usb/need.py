"""What these tests need, and what of it is missing here."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from tests.house.tree import ROOT

PROGRAMS = ("qemu-system-x86_64", "mmdebstrap", "nbdkit", "dpkg-deb", "mke2fs", "socat")
SCRIPTS = ("box.py", "build.sh", "usbmodem.py")


def scripts() -> Path:
    """Give the folder of the usbbox scripts."""
    named = os.environ.get("USBBOX_SCRIPTS")
    return Path(named) if named else ROOT.parent / "shared" / "usbbox"


def missing() -> list[str]:
    """Give what is missing, in words; empty when the tests can run."""
    found = [] if os.geteuid() == 0 else ["root (the guest's file system is made with the owners it needs)"]
    path = f"{os.environ.get('PATH', '')}:/usr/local/sbin:/usr/sbin:/sbin"
    found += [program for program in PROGRAMS if shutil.which(program, path=path) is None]
    absent = [name for name in SCRIPTS if not (scripts() / name).is_file()]
    if absent:
        found.append(f"{', '.join(absent)} in USBBOX_SCRIPTS (default ../shared/usbbox beside the project)")
    return found
