from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.config.load import load_settings
from gateway.errors import ConfigError


def _file(folder: Path, text: str) -> Path:
    file = folder / "gateway.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_an_empty_file_gives_the_defaults_of_the_readme(tmp_path: Path) -> None:
    settings = load_settings(_file(tmp_path, ""))
    assert (settings.http.host, settings.http.port) == ("127.0.0.1", 8080)
    assert settings.store.path == Path("/var/lib/gsm-gateway/gateway.db")
    assert settings.dispatch.when_unknown == "resend"


def test_the_environment_wins_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GSM_GATEWAY__HTTP__PORT", "9001")
    settings = load_settings(_file(tmp_path, '[http]\nport = 9000\nhost = "0.0.0.0"\n'))
    assert (settings.http.host, settings.http.port) == ("0.0.0.0", 9001)


def test_a_pipe_is_read_as_any_file() -> None:
    with _pipe("[http]\nport = 9000\n") as path:
        assert load_settings(path).http.port == 9000
    with _pipe("[http]\nport = 70000\n") as path, pytest.raises(ConfigError) as caught:
        load_settings(path)
    assert caught.value.mistakes == [f"{path}: http.port: Input should be less than or equal to 65535"]


def test_a_device_that_says_nothing_gives_the_defaults() -> None:
    assert load_settings(Path(os.devnull)).http.port == 8080


@contextlib.contextmanager
def _pipe(text: str) -> Iterator[Path]:
    """Give what a shell puts for <(...): it says its text once, then nothing."""
    reader, writer = os.pipe()
    os.write(writer, text.encode())
    os.close(writer)
    yield Path(f"/dev/fd/{reader}")
    os.close(reader)


def test_every_mistake_is_reported_with_file_key_and_reason(tmp_path: Path) -> None:
    file = _file(
        tmp_path,
        """
        colour = "red"
        [http]
        port = 70000
        prot = 1
        [gateway]
        timezone = "Mars/Olympus"
        [text]
        national_tables = ["klingon"]
        [[span]]
        port = 1
        match = { imei = "1", path = "/dev/a" }
        [[modems.sim]]
        pin_file = "/tmp/pin"
        """,
    )
    with pytest.raises(ConfigError) as caught:
        load_settings(file)
    keys = {mistake.split(": ")[1] for mistake in caught.value.mistakes}
    assert keys == {
        "colour",
        "http.port",
        "http.prot",
        "gateway.timezone",
        "text.national_tables[0]",
        "span[0].match",
        "modems.sim[0].iccid",
    }
    assert all(mistake.startswith(f"{file}: ") for mistake in caught.value.mistakes)


@pytest.mark.parametrize(
    ("text", "reason"), [("[http\n", "not valid TOML"), ("[[span]]\nport=1\nmatch={imei='1'}\n" * 2, "given twice")]
)
def test_mistakes_of_the_whole_file_are_named(tmp_path: Path, text: str, reason: str) -> None:
    with pytest.raises(ConfigError, match=reason):
        load_settings(_file(tmp_path, text))


def test_a_named_file_must_exist(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        load_settings(tmp_path / "missing.toml")


def test_tables_of_dialects_are_handed_on_unread(tmp_path: Path) -> None:
    settings = load_settings(_file(tmp_path, '[api]\nunknown_as = "sent"\n[api.openvox]\nsync_timeout_s = 5\n'))
    assert settings.api.unknown_as == "sent"
    assert settings.api.of("openvox") == {"sync_timeout_s": 5}
    assert settings.api.of("another") == {}
