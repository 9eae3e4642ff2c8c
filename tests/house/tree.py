"""What the rules about the code need to know of the folders."""

from __future__ import annotations

import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("gateway", "modem")
SHELVES = (
    "gateway/api/dialects",
    "gateway/cli/commands",
    "gateway/directory/lists",
    "modem/cli/commands",
    "modem/emulator/actions",
    "modem/emulator/commands",
    "modem/emulator/control/routes",
    "modem/emulator/faults",
    "modem/profiles",
)
PURE_ROOMS = ("modem/pdu", "modem/at", "modem/profile.py", "modem/profiles", "gateway/core")
_OUTPUT = frozenset({".git", ".venv", "__pycache__", "var", "dist", ".hypothesis"})


def modules(*places: str) -> list[Path]:
    """Give every Python file under `places` (folders or files), relative to the root, in order."""
    found: set[Path] = set()
    for place in places:
        path = ROOT / place
        found.update([path] if path.is_file() else path.rglob("*.py"))
    return sorted(path.relative_to(ROOT) for path in found)


def project_files() -> list[Path]:
    """Give every file that belongs to the project, tracked or about to be, relative to the root."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode == 0:
        names = [Path(name) for name in listed.stdout.split("\0") if name]
    else:  # an unpacked source archive
        names = [path.relative_to(ROOT) for path in ROOT.rglob("*") if not _OUTPUT & set(path.parts)]
    return sorted(name for name in names if (ROOT / name).is_file())


def texts() -> list[tuple[Path, str]]:
    """Give path and text of every project file that is text."""
    found = []
    for name in project_files():
        octets = (ROOT / name).read_bytes()
        if b"\0" not in octets:
            found.append((name, octets.decode(errors="replace")))
    return found
