"""The settings of the dialects: each table [api.<dialect>] read by the dialect that owns it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import ValidationError

from gateway.api.dialects import shelf
from gateway.config.load import mistakes_of
from gateway.errors import ConfigError

if TYPE_CHECKING:
    from gateway.api.dialect import DialectSettings
    from gateway.config.settings import ApiSection

SOURCE = "settings"


def dialect_mistakes(api: ApiSection, source: str) -> list[str]:
    """Give one line per mistake in the tables of the dialects, those of unknown dialects too: source, key, reason."""
    try:
        read_settings(api, source)
    except ConfigError as error:
        return error.mistakes
    return []


def read_settings(api: ApiSection, source: str = SOURCE) -> dict[str, DialectSettings]:
    """Give the settings of every dialect by name; ConfigError lists all mistakes as `dialect_mistakes` does."""
    dialects = shelf()
    unknown = sorted((api.model_extra or {}).keys() - dialects.keys())
    mistakes = [f"{source}: api.{name}: unknown setting" for name in unknown]
    settings: dict[str, DialectSettings] = {}
    for name, dialect in dialects.items():
        try:
            settings[name] = dialect.settings.model_validate(api.of(name))
        except ValidationError as error:
            mistakes += mistakes_of(error, source, f"api.{name}.")
    if mistakes:
        raise ConfigError(mistakes)
    return settings
