"""Which changes of state are told."""

from __future__ import annotations

from modem.driver.events import Identity, Lost, ModemEvent, ModemState, NotReady, Ready
from modem.driver.status import Status

IDENTITY = Identity(
    manufacturer="Example", model="X", revision="1", imei="490154203237518", imsi=None, iccid=None, own_number=None
)


def test_each_change_is_told_once() -> None:
    events: list[ModemEvent] = []
    status = Status("/dev/modem", emit=events.append)
    status.not_ready(ModemState.CLOSED, "no such file")
    status.not_ready(ModemState.CLOSED, "no such file")
    status.not_ready(ModemState.STARTING, "starting up")
    status.identity = IDENTITY
    status.ready("registered")
    status.ready("registered, roaming")
    status.not_ready(ModemState.NOT_READY, "registered, roaming")
    status.lost("end of file")
    assert events == [
        NotReady(reason="no such file", state=ModemState.CLOSED),
        NotReady(reason="starting up", state=ModemState.STARTING),
        Ready(identity=IDENTITY),
        NotReady(reason="registered, roaming"),
        Lost(reason="end of file"),
    ]
    assert status.state is ModemState.CLOSED
    # Another modem may be behind the port next time, and this one behind another port.
    assert status.identity is None
