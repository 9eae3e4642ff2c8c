from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from modem.emulator.rack.rack import Rack
from modem.profiles import load_profiles
from tests.interop.texts import PIN
from tests.modem.emulator.host import Host

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@pytest.fixture
async def rack(request: pytest.FixtureRequest) -> AsyncIterator[Rack]:
    """Four modems on ports, or one for each name of a model that a test asks for by `indirect`.

    A report comes a while after the submit, as most programs look for it only later.
    """
    models: tuple[str, ...] = getattr(request, "param", ("generic",) * 4)
    profiles = load_profiles()
    # Not in pytest's folder: gnokii cuts the name of a port behind some sixty characters.
    with tempfile.TemporaryDirectory(prefix="modems-") as folder:
        rack = Rack(
            count=len(models),
            directory=Path(folder),
            report_delay_s=1.0,
            boot_s=0.0,
            personalities=[profiles[name].personality for name in models],
        )
        await rack.start()
        yield rack
        await rack.stop()


@pytest.fixture
async def locked_rack(rack: Rack) -> Rack:
    """The same, where the card of the first modem waits for its PIN."""
    with Host(rack.ports[0]) as host:
        await host.ask(f'+CLCK="SC",1,"{PIN}"')
    rack.unplug(0)
    rack.plug(0)
    return rack
