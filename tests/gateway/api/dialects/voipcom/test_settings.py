from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from gateway.api.dialects.voipcom.settings import Settings
from gateway.api.settings import dialect_mistakes
from gateway.config.settings import ApiSection


def test_a_tariff_is_by_country_and_by_first_digits() -> None:
    settings = Settings.model_validate({"tariff": {"default": 1, "us": 0.01, "1713": 0.008}})
    assert settings.tariff == {"default": 1.0, "US": 0.01, "1713": 0.008}


@pytest.mark.parametrize(
    "values",
    [
        {"tariff": {"USA": 1}},
        {"tariff": {"+1713": 1}},
        {"tariff": {"US": -0.01}},
        {"tariff": {"US": float("inf")}},
        {"tariff": {"US": float("nan")}},
        {"tariff": {"US": "much"}},
        {"national_digits": 10},
        {"country_code": "1"},
        {"national_digits": 10, "country_code": "+1"},
        {"page_size": 0},
        {"colour": "red"},
    ],
    ids=str,
)
def test_a_mistake_is_refused(values: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Settings.model_validate(values)


def test_a_mistake_is_told_with_its_key() -> None:
    api = ApiSection.model_validate({"voipcom": {"national_digits": 10}})
    assert dialect_mistakes(api, "gateway.toml") == [
        "gateway.toml: api.voipcom.country_code: national_digits and country_code go together"
    ]
