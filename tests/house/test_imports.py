"""Who imports whom: the contracts of pyproject.toml hold, and each of them notices when it does not."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
from typing import TYPE_CHECKING, Any

import pytest

from tests.house.tree import PACKAGES, ROOT, SHELVES

if TYPE_CHECKING:
    from pathlib import Path

LINT = """
import sys
from importlinter.cli import lint_imports_command
lint_imports_command(["--no-logo", "--no-cache", *sys.argv[1:]])
"""

CONTRACTS: list[dict[str, Any]] = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"][
    "contracts"
]

# contract, file, the import that must not be there
FORBIDDEN = [
    ("modem-floors", "modem/at/lines.py", "import modem.pdu"),
    ("modem-floors", "modem/driver/port.py", "import modem.emulator"),
    ("modem-floors", "modem/errors.py", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import modem.pdu"),
    ("modem-floors", "modem/kitchen.py", "# a room without a floor"),
    ("gateway-floors", "gateway/store/backend.py", "from gateway.service import desk"),
    ("gateway-floors", "gateway/callbacks/sender.py", "import gateway.api"),
    ("gateway-floors", "gateway/core/message.py", "import gateway.config"),
    ("gateway-floors", "gateway/directory/directory.py", "from gateway.service import desk"),
    ("gateway-floors", "gateway/cellar.py", "# a room without a floor"),
    ("modem-stands-alone", "modem/driver/port.py", "import gateway.core"),
    ("who-drives", "gateway/dispatch/radio.py", "from modem.driver import modem"),
    ("who-finds", "gateway/dispatch/ports.py", "import modem.ports"),
    ("who-emulates", "gateway/app.py", "import modem.emulator.machine.machine"),
    ("who-codes", "gateway/api/params.py", "import modem.pdu"),
    ("who-speaks-at", "gateway/dispatch/outcome.py", "import modem.at"),
    ("who-speaks-at", "gateway/cli/probe.py", "import modem.cli"),
    ("pure-rooms", "modem/pdu/septets.py", "import asyncio"),
    ("pure-rooms", "modem/at/host.py", "from time import monotonic"),
    ("pure-rooms", "gateway/core/pacing.py", "import random"),
    ("pure-rooms", "gateway/core/span.py", "import urllib.request"),
    ("pure-rooms", "modem/errors.py", "import structlog"),
    ("emulator-floors", "modem/emulator/card/sim.py", "import modem.emulator.rack.rack"),
    ("pure-half-of-the-emulator", "modem/emulator/card/sim.py", "import socket"),
    ("pure-half-of-the-driver", "modem/driver/ladder.py", "import time"),
    ("pure-half-of-the-finder", "modem/ports/choice.py", "import os"),
    ("modem-floors", "modem/ports/finder.py", "import modem.driver"),
    ("what-runs-as-root", "modem/power/helper.py", "import structlog"),
    ("shelf-emulator-commands", "modem/emulator/commands/second.py", "from modem.emulator.commands import first"),
    ("shelf-emulator-faults", "modem/emulator/faults/second.py", "from modem.emulator.faults import first"),
    ("shelf-emulator-actions", "modem/emulator/actions/second.py", "from modem.emulator.actions import first"),
    (
        "shelf-control-routes",
        "modem/emulator/control/routes/second.py",
        "from modem.emulator.control.routes import first",
    ),
    ("shelf-profiles", "modem/profiles/second.py", "from . import first"),
    ("shelf-modem-cli", "modem/cli/commands/second.py", "import modem.cli.commands.first"),
    ("shelf-dialects", "gateway/api/dialects/second.py", "from gateway.api.dialects.first import read"),
    ("shelf-directory-lists", "gateway/directory/lists/second.py", "from gateway.directory.lists.first import LIST"),
    ("shelf-gateway-cli", "gateway/cli/commands/second.py", "from .first import command"),
]


def lint(folder: Path, *arguments: str) -> str:
    """Run the contracts in `folder`; the answer is the report."""
    # PYTHONPATH comes before the place where the real packages are installed.
    run = subprocess.run(
        [sys.executable, "-c", LINT, *arguments],
        cwd=folder,
        env={"PYTHONPATH": str(folder), "PATH": "", "NO_COLOR": "1", "COLUMNS": "400"},
        capture_output=True,
        text=True,
        check=False,
        timeout=50,
    )
    return run.stdout + run.stderr


def named_modules() -> set[str]:
    """Give every module of ours that a contract names."""
    names: set[str] = set()
    for contract in CONTRACTS:
        for key, value in contract.items():
            if key in ("source_modules", "forbidden_modules", "protected_modules", "allowed_importers", "containers"):
                names.update(value)
        for container in contract.get("containers", ()):
            tails = " ".join(contract["layers"]).translate(str.maketrans("()|:", "    ")).split()
            names.update(f"{container}.{tail}" for tail in tails)
    return {name for name in names if name.split(".")[0] in PACKAGES}


@pytest.fixture(scope="module")
def empty_house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the rooms without anything in them."""
    house = tmp_path_factory.mktemp("house")
    shutil.copy(ROOT / "pyproject.toml", house)
    for name in named_modules():
        (house / name.replace(".", "/")).mkdir(parents=True, exist_ok=True)
    for shelf in SHELVES:
        (house / shelf).mkdir(parents=True, exist_ok=True)
        (house / shelf / "first.py").touch()
    for package in PACKAGES:
        for folder in (house / package, *(path for path in (house / package).rglob("*") if path.is_dir())):
            (folder / "__init__.py").touch()
    return house


def test_contracts_are_kept() -> None:
    report = lint(ROOT)
    assert f"Contracts: {len(CONTRACTS)} kept, 0 broken." in report, report


def test_an_empty_house_breaks_no_contract(empty_house: Path) -> None:
    report = lint(empty_house)
    assert f"Contracts: {len(CONTRACTS)} kept, 0 broken." in report, report


@pytest.mark.parametrize(
    ("contract", "file", "line"), FORBIDDEN, ids=[f"{contract}:{file}" for contract, file, _ in FORBIDDEN]
)
def test_a_forbidden_import_is_noticed(empty_house: Path, contract: str, file: str, line: str) -> None:
    path = empty_house / file
    assert not path.exists()
    folder = path.with_suffix("")
    if folder.is_dir():
        path = folder / "__init__.py"
    before = path.read_text() if path.exists() else None
    path.write_text(line + "\n")
    try:
        report = lint(empty_house, "--contract", contract)
    finally:
        if before is None:
            path.unlink()
        else:
            path.write_text(before)
    assert "Contracts: 0 kept, 1 broken." in report, report


def test_every_contract_has_been_seen_to_break() -> None:
    assert {contract["id"] for contract in CONTRACTS} == {contract for contract, _, _ in FORBIDDEN}


def test_every_shelf_has_its_contract() -> None:
    shelves = {
        module.removesuffix(".*").replace(".", "/")
        for contract in CONTRACTS
        if contract["type"] == "independence"
        for module in contract["modules"]
    }
    assert shelves == set(SHELVES)
