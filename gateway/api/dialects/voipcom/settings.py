"""[api.voipcom]"""

from __future__ import annotations

import re
from functools import cached_property
from typing import Annotated

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from gateway.api.dialect import DialectSettings
from gateway.core.tariff import DEFAULT, Tariff

NAME = "voipcom"
_CODE = re.compile(r"([1-9][0-9]{0,2})?")
_PLACE = re.compile(r"[A-Z]{2}|[0-9]{1,15}")


def _tariff(prices: dict[str, float]) -> dict[str, float]:
    named = {DEFAULT if name.lower() == DEFAULT else name.upper(): price for name, price in prices.items()}
    for name, price in named.items():
        if name != DEFAULT and not _PLACE.fullmatch(name):
            raise ValueError(f"{name} is neither default nor a country of two letters nor the first digits of a number")
        if not 0 <= price < 1_000_000:
            raise ValueError(f"the price of {name} must be 0 or more")
    return named


class Settings(DialectSettings):
    """[api.voipcom]"""

    page_size: int = Field(20, ge=1, le=1000, description="rows of a page of sms/summary and sms/chat")
    scheduled_page_size: int = Field(100, ge=1, le=1000, description="rows of a page of sms/scheduled")
    national_digits: int = Field(
        0, ge=0, le=14, description="numbers of that many digits without plus get the country code; 0 for none"
    )
    country_code: str = Field("", validate_default=True, description="for national_digits, without plus")
    tariff: Annotated[dict[str, float], AfterValidator(_tariff)] = Field(
        {DEFAULT: 0.0}, description="price of a segment by country (US) or first digits (1713); told, never charged"
    )
    verify_tls: bool = Field(default=True, description="check the certificate of https reply addresses")

    @field_validator("country_code")
    @classmethod
    def _goes_with_digits(cls, code: str, info: ValidationInfo) -> str:
        if not _CODE.fullmatch(code):
            raise ValueError("not a calling code of one to three digits, such as 1 or 49")
        if bool(code) != bool(info.data.get("national_digits")):
            raise ValueError("national_digits and country_code go together")
        return code

    @cached_property
    def prices(self) -> Tariff:
        """The tariff, prepared for looking up: that is done for every message."""
        return Tariff(self.tariff)
