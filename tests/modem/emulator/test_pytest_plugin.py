"""The fixtures, used as a stranger's project does: a folder with one test file, the plugin found by its entry point."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent.parent


def run(folder: Path, source: str, *arguments: str) -> tuple[int, str]:
    (folder / "test_mine.py").write_text(source)
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--strict-markers", *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=50)
    return done.returncode, done.stdout + done.stderr


def example() -> str:
    found = re.search(
        r"<!-- begin: pytest example -->\n```python\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL
    )
    assert found is not None
    return found[1]


def test_the_example_of_the_readme_works(tmp_path: Path) -> None:
    code, output = run(tmp_path, example())

    assert (code, "1 passed" in output) == (0, True), output


def test_the_example_notices_a_program_that_sends_something_else(tmp_path: Path) -> None:
    code, output = run(tmp_path, example().replace("Hello\\x1a", "Hallo\\x1a"))

    assert (code, "1 failed" in output) == (1, True), output


def test_the_example_is_short() -> None:
    assert len(example().splitlines()) <= 15


def test_a_seed_is_for_the_whole_run_and_a_mark_for_one_test(tmp_path: Path) -> None:
    source = """
import pytest
def test_option(gsm_network): assert gsm_network.seed == 7
@pytest.mark.gsm_network(seed=9)
def test_mark(gsm_network): assert gsm_network.seed == 9
@pytest.mark.gsm_network(model="sim800")
def test_model(gsm_network):
    assert gsm_network.add_modem().model == "SIMCOM_SIM800L"
    assert gsm_network.add_modem("zte-mf").model == "MF180"
def test_many(gsm_modems): assert len({modem.number for modem in gsm_modems(3)}) == 3
async def test_asynchronous(gsm_modem): assert gsm_modem.is_plugged
"""
    code, output = run(tmp_path, source, "--gsm-seed", "7", "-o", "asyncio_mode=auto")

    assert (code, "5 passed" in output) == (0, True), output
    assert "gsm-modem: seed 7" in output


@pytest.mark.parametrize(
    ("mark", "complaint"),
    [
        ("radio_time=1", "gsm_network knows radio_time_s, report_delay_s, boot_s, seed, clock, model, not radio_time"),
        ("1", "not values without a name"),
        ("model='sim801'", "model is one of a7670, "),
        ("clock='fast'", "clock is 'real', 'manual' or 'jumping', not 'fast'"),
    ],
)
def test_a_wrong_mark_is_said(tmp_path: Path, mark: str, complaint: str) -> None:
    source = f"import pytest\n@pytest.mark.gsm_network({mark})\ndef test_it(gsm_network): pass\n"
    code, output = run(tmp_path, source)

    assert code != 0
    assert complaint in output


def test_a_project_without_modems_loads_nothing_of_them(tmp_path: Path) -> None:
    code, output = run(tmp_path, "import sys\ndef test_it(): assert 'modem.emulator.rack.rack' not in sys.modules\n")

    assert code == 0, output
