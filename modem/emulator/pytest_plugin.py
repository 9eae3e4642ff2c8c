"""pytest plugin: emulated modems as fixtures. pytest loads it by its entry point wherever this package is installed.

    gsm_network     a network of its own for each test, without modems yet (`blocking.GsmNetwork`)
    gsm_modem       one modem on it: `gsm_modem.port` is what the program under test opens
    gsm_modems      gsm_modems(n) gives n modems

`@pytest.mark.gsm_network(radio_time_s=0.5, report_delay_s=2, boot_s=5, seed=7, clock="manual", model="sim800")` sets
a test's network.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from modem.emulator.rack.blocking import GsmModem, GsmNetwork

_SETTINGS: Final = ("radio_time_s", "report_delay_s", "boot_s", "seed", "clock", "model")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add --gsm-seed."""
    group = parser.getgroup("gsm-modem", "emulated GSM modems")
    group.addoption(
        "--gsm-seed",
        type=int,
        default=0,
        metavar="N",
        help="seed of emulated networks whose test names none (default 0)",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    config.addinivalue_line("markers", f"gsm_network({', '.join(_SETTINGS)}): settings of the emulated network")


def pytest_report_header(config: pytest.Config) -> str | None:
    """Say a seed that was chosen."""
    seed: int = config.getoption("--gsm-seed")
    return f"gsm-modem: seed {seed}" if seed else None


@pytest.fixture
def gsm_network(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[GsmNetwork]:
    """Give a virtual mobile network; it ends with the test."""
    from modem.emulator.rack.blocking import GsmNetwork  # noqa: PLC0415 - a test run without modems does not pay for it

    settings = {"seed": request.config.getoption("--gsm-seed")} | _marked(request)
    try:
        network = GsmNetwork(tmp_path / "gsm", **settings)
    except ValueError as error:
        message = f"{request.node.nodeid}: gsm_network: {error}"
        raise pytest.UsageError(message) from error
    with network:
        yield network


@pytest.fixture
def gsm_modems(gsm_network: GsmNetwork) -> Callable[[int], list[GsmModem]]:
    """Give a function that adds n modems to the network and returns them."""

    def add(count: int) -> list[GsmModem]:
        return [gsm_network.add_modem() for _ in range(count)]

    return add


@pytest.fixture
def gsm_modem(gsm_network: GsmNetwork) -> GsmModem:
    """Give one modem, ready to be opened."""
    return gsm_network.add_modem()


def _marked(request: pytest.FixtureRequest) -> dict[str, object]:
    mark = request.node.get_closest_marker("gsm_network")
    if mark is None:
        return {}
    if mark.args or (unknown := mark.kwargs.keys() - set(_SETTINGS)):
        wrong = "values without a name" if mark.args else ", ".join(sorted(unknown))
        message = f"{request.node.nodeid}: gsm_network knows {', '.join(_SETTINGS)}, not {wrong}"
        raise pytest.UsageError(message)
    return dict(mark.kwargs)
