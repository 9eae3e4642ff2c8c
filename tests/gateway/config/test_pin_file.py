from __future__ import annotations

from pathlib import Path

import pytest

from gateway.config.pin_file import PinFileError, is_open_to_all, read_pin


@pytest.mark.parametrize("text", ["1234", " 1234\n", "12345678\r\n"])
def test_pin_is_read_without_what_an_editor_puts_around_it(tmp_path: Path, text: str) -> None:
    file = tmp_path / "pin"
    file.write_bytes(text.encode())
    file.chmod(0o600)
    assert read_pin(file) == text.strip()
    assert not is_open_to_all(file)


@pytest.mark.parametrize("text", ["", "123", "123456789", "12 34", "abcd", "\xef\xbb\xbf1234", "1234" * 100])
def test_what_is_no_pin_is_never_given_out(tmp_path: Path, text: str) -> None:
    file = tmp_path / "pin"
    file.write_text(text)
    file.chmod(0o600)
    with pytest.raises(PinFileError, match="does not hold a PIN of 4 to 8 digits"):
        read_pin(file)


def test_missing_file_and_folder_say_so(tmp_path: Path) -> None:
    with pytest.raises(PinFileError, match="cannot be read: No such file or directory"):
        read_pin(tmp_path / "pin")
    with pytest.raises(PinFileError, match="cannot be read: Is a directory"):
        read_pin(tmp_path)
    assert not is_open_to_all(tmp_path / "pin")


def test_file_that_everybody_may_write_is_not_believed(tmp_path: Path) -> None:
    file = tmp_path / "pin"
    file.write_text("1234")
    file.chmod(0o666)
    with pytest.raises(PinFileError, match="may be written by everybody"):
        read_pin(file)
