from __future__ import annotations

from pathlib import Path

import pytest

from gateway.api.dialects import shelf
from gateway.api.settings import dialect_mistakes, read_settings
from gateway.config.load import load_settings
from gateway.config.settings import ApiSection
from gateway.errors import ConfigError


def test_every_dialect_has_settings_without_a_file() -> None:
    assert read_settings(ApiSection()).keys() == shelf().keys()


def test_all_mistakes_are_said_at_once() -> None:
    api = ApiSection.model_validate(
        {"openvox": {"page": 1, "config_as": "tuple"}, "opnvox": {"enabled": True}, "openvoks": 1}
    )
    mistakes = [
        "gateway.toml: api.openvoks: unknown setting",
        "gateway.toml: api.opnvox: unknown setting",
        "gateway.toml: api.openvox.config_as: Input should be 'list' or 'object'",
        "gateway.toml: api.openvox.page: unknown setting",
    ]
    assert dialect_mistakes(api, "gateway.toml") == mistakes
    with pytest.raises(ConfigError) as caught:
        read_settings(api, "gateway.toml")
    assert caught.value.mistakes == mistakes
    assert dialect_mistakes(ApiSection(), "gateway.toml") == []


def test_a_table_that_is_none_is_a_mistake() -> None:
    assert len(dialect_mistakes(ApiSection.model_validate({"openvox": 1}), "gateway.toml")) == 1


def test_settings_come_by_the_environment_too(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "gateway.toml"
    file.write_text("[api.openvox]\ntoken_life_s = 60\n", encoding="utf-8")
    monkeypatch.setenv("GSM_GATEWAY__API__OPENVOX__PUSH_ONCE", "true")
    settings = read_settings(load_settings(file).api)["openvox"].model_dump()
    assert (settings["token_life_s"], settings["push_once"]) == (60, True)
