"""Log lines as a process writes them: ours and the libraries' in one shape. In a process of its own: it is global."""

from __future__ import annotations

import json
import re
import subprocess
import sys

import pytest

PROGRAM = """
import logging, sys
import structlog
from gateway import logs
from gateway.config.settings import GatewaySection

logs.configure(GatewaySection(log_level="info", log_format={log_format!r}))
log = structlog.get_logger("gateway.here")
log.debug("not important", action="hidden")
log.info("message", action="sent", message=7, cause=None)
logging.getLogger("library.there").warning("port %s", "gone")
def fail(password):
    raise ValueError("boom")
try:
    fail("secret-1")
except ValueError:
    log.exception("failed", action="crash")
"""


def said(log_format: str, more: str = "") -> str:
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(log_format=log_format) + more],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return run.stderr


def test_ours_and_the_libraries_look_alike_as_text() -> None:
    lines = said("text").splitlines()
    instant = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z"
    assert re.fullmatch(rf"{instant} \[info     \] message +\[gateway\.here\] action=sent message=7", lines[0])
    assert re.fullmatch(rf"{instant} \[warning  \] port gone +\[library\.there\]", lines[1].rstrip())
    assert "[error" in lines[2]
    assert "action=crash" in lines[2]
    assert lines[-1] == "ValueError: boom"
    assert not any("hidden" in line or "secret-1" in line for line in lines)


def test_ours_and_the_libraries_look_alike_as_json() -> None:
    ours, theirs, failure = (json.loads(line) for line in said("json").splitlines())
    instant = ours.pop("timestamp")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z", instant)
    assert ours == {"event": "message", "level": "info", "logger": "gateway.here", "action": "sent", "message": 7}
    assert theirs.keys() == {"event", "level", "logger", "timestamp"}
    assert (theirs["event"], theirs["level"], theirs["logger"]) == ("port gone", "warning", "library.there")
    assert "ValueError: boom" in failure["exception"]
    assert "secret-1" not in failure["exception"]


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_nothing_stops_when_standard_error_is_gone(log_format: str) -> None:
    more = """
out = sys.stderr
sys.stderr = open("/dev/full", "w", buffering=1)
log.error("not heard", action="lost")
sys.stderr = open("/dev/null", "w")
sys.stderr.close()
log.error("not heard", action="lost")
sys.stderr = out
log.info("goes on", action="on")
"""
    assert "goes on" in said(log_format, more)
