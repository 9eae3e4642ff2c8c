"""What all faults share."""

from __future__ import annotations

import pytest

from modem.emulator.fault import Fault, is_like


@pytest.mark.parametrize(
    ("command", "pattern", "expected"),
    [
        ("+CMGL=4", "+CMGL*", True),
        ("+cmgl=4", "+CMGL*", True),
        ("+CMGL=4", "+CMGL", False),
        ("+CPIN?", "+CPIN?", True),
        ("+CPIN=", "+CPIN?", False),
        ("+CMGS=21", "+CMGS=*", True),
        ("+CMGS=?", "*=?", True),
        ("+CSQ", "*", True),
        ("+CSQ", "+C[SX]Q", False),
    ],
)
def test_a_star_stands_for_anything_and_all_else_for_itself(command: str, pattern: str, expected: bool) -> None:
    assert is_like(command, pattern) is expected


def test_a_fault_without_hooks_does_nothing() -> None:
    fault = Fault()

    assert (fault.hush, fault.pace) == (None, None)
