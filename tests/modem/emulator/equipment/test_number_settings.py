from __future__ import annotations

import pytest

from modem.emulator.equipment import number_settings
from modem.emulator.equipment.number_settings import NumberSetting
from modem.emulator.equipment.settings import Settings

ALL = [value for value in vars(number_settings).values() if isinstance(value, NumberSetting)]


@pytest.mark.parametrize("setting", ALL, ids=lambda setting: setting.name)
def test_the_factorys_choice_is_one_of_the_values(setting: NumberSetting) -> None:
    assert len(setting.default) == len(setting.allowed)
    assert all(value in allowed for value, allowed in zip(setting.default, setting.allowed, strict=True))


def test_a_host_changes_the_values_of_its_settings_only() -> None:
    changed = Settings(numbers={"+CRC": (1,)})

    assert number_settings.CRING.values(changed) == (1,)
    assert number_settings.CRING.values(Settings()) == (0,)
