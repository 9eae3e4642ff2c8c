"""The parts of others are as they came, and the page asks nobody else for anything."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

from tests.house.tree import ROOT

if TYPE_CHECKING:
    import aiohttp

PAGE = ROOT / "modem/emulator/control/page"
VENDOR = PAGE / "vendor"
OURS = sorted([*(PAGE / "templates").iterdir(), *(PAGE / "static").iterdir()])


def test_the_parts_of_others_are_as_they_came() -> None:
    lines = (line.split("  ") for line in (VENDOR / "SHA256SUMS").read_text().splitlines())
    listed = {name: checksum for checksum, name in lines}
    found = {
        file.name: hashlib.sha256(file.read_bytes()).hexdigest()
        for file in VENDOR.iterdir()
        if file.name not in ("SHA256SUMS", "README.md")
    }

    assert listed == found
    assert "Zero-Clause BSD" in (VENDOR / "LICENSE-htmx").read_text()
    assert "MIT License" in (VENDOR / "LICENSE-pico").read_text()


def test_the_page_names_no_other_host() -> None:
    for file in OURS:
        text = file.read_text().replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"https?:|[\"'(]//", text), file


def test_no_script_or_style_stands_in_a_template() -> None:
    for file in (PAGE / "templates").iterdir():
        text = file.read_text()
        assert not re.search(r"<script(?![^>]* src=)|<style|\bstyle=|\bon[a-z]+=|hx-on", text), file
        # What is marked as safe is what another template has made.
        assert all(name.startswith("parts.") for name in re.findall(r"\{\{ *(\S+) *\| *safe", text)), file


async def test_every_file_the_page_asks_for_is_served(door: aiohttp.ClientSession) -> None:
    async with door.get("/") as response:
        text = await response.text()
    files = re.findall(r'(?:href|src)="(/(?:assets|vendor)/[^"]+)"', text)
    for file in files:
        async with door.get(file) as response:
            assert response.status == 200, file

    assert len(files) == 6
