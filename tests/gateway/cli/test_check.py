from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner

from gateway.cli import main


def _check(folder: Path, text: str, *options: str) -> tuple[int, str, str]:
    file = folder / "gateway.toml"
    file.write_text(text, encoding="utf-8")
    result = CliRunner().invoke(main, ["check", "--config", str(file), *options])
    return result.exit_code, result.stdout, result.stderr


def test_right_settings_give_0(tmp_path: Path) -> None:
    code, output, _ = _check(tmp_path, "[http]\nport = 9000\n")
    assert (code, output) == (0, f"{tmp_path / 'gateway.toml'}: settings are right\n")


def test_all_mistakes_are_listed_and_give_1(tmp_path: Path) -> None:
    code, _, errors = _check(
        tmp_path,
        '[http]\nport = "x"\n[store]\nurl = "mysql://x"\n',
    )
    assert code == 1
    assert [line.split(": ")[1] for line in errors.splitlines()] == ["http.port", "store"]


def test_tables_of_dialects_are_checked_too(tmp_path: Path) -> None:
    code, _, errors = _check(
        tmp_path, '[api.openvox]\noutbox_page_size = 0\ncolour = "red"\n[api.nobody]\nenabled = true\n'
    )
    assert code == 1
    assert {line.split(": ")[1] for line in errors.splitlines()} == {
        "api.openvox.outbox_page_size",
        "api.openvox.colour",
        "api.nobody",
    }


def test_files_that_are_named_must_exist(tmp_path: Path) -> None:
    code, _, errors = _check(tmp_path, f'[[modems.sim]]\niccid = "1"\npin_file = "{tmp_path}/pin"\n')
    assert (code, errors.split(": ")[1]) == (1, "modems.sim[0].pin_file")


def test_pin_files_are_looked_into(tmp_path: Path) -> None:
    right, wrong, loose = (tmp_path / name for name in ("right", "wrong", "loose"))
    for file, text, mode in ((right, "1234\n", 0o600), (wrong, "12a4\n", 0o600), (loose, "1234\n", 0o666)):
        file.write_text(text)
        file.chmod(mode)
    text = "".join(
        f'[[modems.sim]]\niccid = "89{index}"\npin_file = "{path}"\n'
        for index, path in enumerate((right, wrong, loose))
    )
    code, _, errors = _check(tmp_path, text)
    assert code == 1
    assert f"modems.sim[1].pin_file: PIN file {wrong} does not hold a PIN of 4 to 8 digits" in errors
    assert f"modems.sim[2].pin_file: PIN file {loose} may be written by everybody: chmod 600 {loose}" in errors
    assert "modems.sim[0]" not in errors


def test_a_pin_that_everybody_may_read_is_a_warning(tmp_path: Path) -> None:
    file = tmp_path / "pin"
    file.write_text("1234")
    file.chmod(0o644)
    code, output, errors = _check(tmp_path, f'[[modems.sim]]\niccid = "89"\npin_file = "{file}"\n')
    assert (code, "settings are right" in output) == (0, True)
    assert f"modems.sim[0].pin_file: warning: everybody on this machine may read the PIN: chmod 600 {file}" in errors


def test_json_shows_the_settings_in_force(tmp_path: Path) -> None:
    _, output, _ = _check(tmp_path, "[http]\nport = 9000\n", "--json")
    assert json.loads(output)["http"]["port"] == 9000


def test_rules_are_checked_to_the_key(tmp_path: Path) -> None:
    code, _, errors = _check(
        tmp_path,
        """
        [[route]]
        prefixes = ["0049 171"]
        spans = [1]
        [[route]]
        countries = ["XX"]
        spans = [0]
        [[route]]
        accounts = ["shop"]
        [[route]]
        spans = [2]
        onyl = true
        [[route]]
        spans = [2]
        refuse = "no"
        """,
    )
    assert code == 1
    assert [line.split(": ")[1] for line in errors.splitlines()] == [
        "route[0].prefixes[0]",
        "route[1].countries[0]",
        "route[1].spans[0]",
        "route[2]",
        "route[3].onyl",
        "route[4]",
    ]
    assert "a rule needs spans, operators or mccmnc" in errors


def test_an_api_that_a_rule_names_must_be_there_and_a_span_should(tmp_path: Path) -> None:
    code, _, errors = _check(tmp_path, '[[route]]\ndialects = ["openvox", "smpp"]\nspans = ["sales", "gsm-2", 3]\n')
    lines = errors.splitlines()
    assert code == 1
    assert [line.split(": ")[1:3] for line in lines] == [
        ["route[0].spans[0]", "warning"],
        [
            "route[0].dialects[1]",
            "no API is called smpp; known are onezeroart, openvox, smsgateway24, smsplus, voipcom",
        ],
    ]
