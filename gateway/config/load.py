"""Read the settings file and the environment; report every mistake at once."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError
from pydantic_settings import SettingsError

from gateway.config.settings import DEFAULT_FILE, Settings
from gateway.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path

    from pydantic_core import ErrorDetails


def load_settings(path: Path | None = None) -> Settings:
    """Give the settings from `path` (default /etc/gsm-gateway/gateway.toml) and the environment.

    A default file that does not exist is no mistake, a named one is. Raises ConfigError with one line
    per mistake: file, key, reason. The file is read once: it may be a pipe, which gives what it holds only once.
    """
    file = path or DEFAULT_FILE
    found = _read(file) if path is not None or file.exists() else {}

    class FileSettings(Settings):
        of_file = found

    try:
        return FileSettings()
    except ValidationError as error:
        raise ConfigError(mistakes_of(error, str(file))) from error
    except SettingsError as error:
        raise ConfigError([f"environment: {error}"]) from error


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError([f"{file}: cannot be read: {error.strerror}"]) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError([f"{file}: not valid TOML: {error}"]) from error


def mistakes_of(error: ValidationError, source: str, prefix: str = "") -> list[str]:
    """Give one line per mistake of a pydantic error: source, key, reason."""
    return [f"{source}: {prefix}{_key(detail)}: {_reason(detail)}" for detail in error.errors()]


def _key(detail: ErrorDetails) -> str:
    key = ""
    for part in detail["loc"]:
        key += f"[{part}]" if isinstance(part, int) else f".{part}" if key else str(part)
    return key or "(whole file)"


def _reason(detail: ErrorDetails) -> str:
    if detail["type"] == "extra_forbidden":
        return "unknown setting"
    if detail["type"] == "missing":
        return "required"
    return detail["msg"].removeprefix("Value error, ")
