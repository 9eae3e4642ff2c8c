"""Facts made by hand, and strategies that make many."""

from __future__ import annotations

from hypothesis import strategies as st

from modem.ports.facts import PortFacts, PortKind, UsbFacts


def usb(slot: str = "1-2", *, ids: str = "2c7c:0125", **more: object) -> UsbFacts:
    vendor, _, product = ids.partition(":")
    return UsbFacts(slot=slot, vendor=vendor, product=product, **more)  # type: ignore[arg-type]


def port(number: int, interface: str = "00", *, of: UsbFacts | None = None, **more: object) -> PortFacts:
    """Make a port of a USB device; `of` None makes one of the board."""
    kind = PortKind.UART if of is None else PortKind.USB
    device = f"/dev/ttyS{number}" if of is None else f"/dev/ttyUSB{number}"
    given: dict[str, object] = {"interface_kind": "ff/ff/ff", "driver": "option"} if of is not None else {}
    if of is None:
        interface = ""
    return PortFacts(device=device, kind=kind, usb=of, interface=interface, **(given | more))  # type: ignore[arg-type]


@st.composite
def boxes(draw: st.DrawFn) -> list[PortFacts]:
    """Make the ports of a box: modems of one model without serial numbers, adapters, hand-made groups, UARTs."""
    ports: list[PortFacts] = []
    for index in range(draw(st.integers(1, 5))):
        kind = draw(st.sampled_from(["modem", "adapter", "made", "uart"]))
        if kind == "uart":
            ports.append(port(len(ports)))
            continue
        ids, driver = ("0403:6011", "ftdi_sio") if kind == "adapter" else ("2c7c:0125", "option")
        marks = {"ID_MM_PHYSDEV_UID": f"box{index % 2}"} if kind == "made" else {}
        device = usb(f"1-{index + 1}", ids=ids)
        for number in range(draw(st.integers(1, 4))):
            ports.append(port(len(ports), f"{number:02x}", of=device, driver=driver, properties=marks))
    return ports
