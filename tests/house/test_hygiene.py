"""What may not be in the repository, and what the requirements files must hold."""

from __future__ import annotations

import re
import tomllib

import pytest
from packaging.requirements import Requirement

from tests.house.tree import ROOT, project_files, texts

# Put together here so that this file does not hold what it looks for.
REGISTRIES = [".".join(parts) for parts in (("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"))]
REMINDERS = re.compile(r"\b(" + "|".join(("TO" + "DO", "FIX" + "ME", "XX" + "X")) + r")\b")
EXPORTS = ("requirements.txt", "requirements-build.txt", "requirements-dev.txt")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


def pinned(export: str) -> dict[str, str]:
    """Give name and version of each package of a requirements file."""
    text = (ROOT / export).read_text()
    return dict(re.findall(r"^([a-z0-9.-]+)==(\S+)", text, re.MULTILINE))


def wanted(export: str) -> list[Requirement]:
    """Give what pyproject.toml asks for in the set of packages that `export` holds."""
    groups = PROJECT["dependency-groups"]
    asked = {
        "requirements.txt": PROJECT["project"]["dependencies"],
        "requirements-build.txt": groups["build"],
        "requirements-dev.txt": PROJECT["project"]["dependencies"] + groups["build"] + groups["dev"],
    }[export]
    return [Requirement(line) for line in asked if isinstance(line, str)]


def test_no_lock_file_of_a_tool_is_kept() -> None:
    assert [path for path in project_files() if path.suffix == ".lock"] == []


def test_no_registry_is_named() -> None:
    assert [(path, host) for path, text in texts() for host in REGISTRIES if host in text] == []


def test_nothing_is_left_for_later() -> None:
    found = [
        (str(path), number)
        for path, text in texts()
        if path.suffix in (".py", ".sql", ".toml", ".md", ".rules", ".service", "")
        for number, line in enumerate(text.splitlines(), 1)
        if REMINDERS.search(line)
    ]
    assert found == []


def test_text_files_end_with_one_line_end() -> None:
    found = [
        str(path)
        for path, text in texts()
        if path.suffix in (".py", ".toml", ".md", ".sql", ".txt")
        and text
        and (not text.endswith("\n") or text.endswith("\n\n"))
    ]
    assert found == []


@pytest.mark.parametrize("export", EXPORTS)
def test_requirements_are_pinned_and_hashed_and_name_no_address(export: str) -> None:
    text = (ROOT / export).read_text()
    entries = [entry for entry in re.split(r"\n(?=[a-z])", text) if not entry.startswith("#")]
    assert entries
    for entry in entries:
        assert re.match(r"[a-z0-9.-]+==\S+", entry), entry
        assert "--hash=sha256:" in entry, entry
    assert "://" not in text
    assert not re.search(r"^\s*--(?!hash=)", text, re.MULTILINE), "an option that is not a hash"


@pytest.mark.parametrize("export", EXPORTS)
def test_requirements_are_what_the_project_asks_for(export: str) -> None:
    versions = pinned(export)
    for requirement in wanted(export):
        version = versions.get(requirement.name)
        assert version, f"{requirement.name} is missing: make requirements"
        assert requirement.specifier.contains(version, prereleases=True), f"{requirement} is not {version}"


def test_both_sets_hold_the_same_versions() -> None:
    everything = pinned("requirements-dev.txt")
    for export in EXPORTS:
        assert pinned(export).items() <= everything.items()
