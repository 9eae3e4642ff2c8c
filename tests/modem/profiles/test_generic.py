"""The generic profile: the lines it lives by are known as unsolicited."""

from __future__ import annotations

from modem.at.urc import UNSOLICITED
from modem.profiles.generic import PROFILE


def test_lines_of_the_profile_are_never_taken_for_answers() -> None:
    assert PROFILE.restart_urcs | PROFILE.ready_urcs <= UNSOLICITED
    assert not PROFILE.restart_urcs & PROFILE.ready_urcs
