"""Lays a description for umockdev out as files, for tests that look at devices without events of them."""

from __future__ import annotations

from pathlib import Path

DESCRIPTIONS = Path(__file__).parents[1] / "modem" / "ports" / "devices"


def read_description(name: str) -> list[str]:
    """Return the devices of `tests/modem/ports/devices/<name>.umockdev`; lines with # are ours, not umockdev's."""
    lines = (DESCRIPTIONS / f"{name}.umockdev").read_text().splitlines()
    text = "\n".join(line for line in lines if not line.startswith("#"))
    return [block.strip() for block in text.split("\n\n") if block.strip()]


def lay_out(root: Path, name: str) -> None:
    """Make `root`/sys and `root`/dev as the kernel and udev would for the devices of a description."""
    for block in read_description(name):
        lines = [line.split(": ", 1) for line in block.splitlines()]
        folder = root / "sys" / dict(lines)["P"].lstrip("/")
        folder.mkdir(parents=True, exist_ok=True)
        properties = [value for kind, value in lines if kind == "E"]
        (folder / "uevent").write_text("".join(f"{one}\n" for one in properties))
        for kind, value in lines:
            key, _, text = value.partition("=")
            if kind == "A":
                (folder / key).write_text(text.replace("\\n", "\n"))
            elif kind == "L":
                (folder / key).symlink_to(text)
        subsystem = dict(one.split("=", 1) for one in properties)["SUBSYSTEM"]
        bus = root / "sys" / ("bus/usb/devices" if subsystem == "usb" else f"class/{subsystem}")
        bus.mkdir(parents=True, exist_ok=True)
        (bus / folder.name).symlink_to(folder)
        if subsystem == "tty":
            (root / "dev").mkdir(exist_ok=True)
            (root / "dev" / folder.name).touch()
