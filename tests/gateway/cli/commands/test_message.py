"""The group has the verbs that are tested in `tests/gateway/cli/test_message_verbs.py`, each with its help."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from gateway.cli.commands.message import command


@pytest.mark.parametrize("verb", ["send", "cancel", "reschedule", "replay"])
def test_the_group_has_the_verb_with_examples(verb: str) -> None:
    result = CliRunner().invoke(command, [verb, "--help"])
    assert result.exit_code == 0
    assert f"gsm-gateway message {verb}" in result.stdout
