"""[api.smsgateway24]"""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from gateway.api.dialect import DialectSettings

NAME = "smsgateway24"


def _distinct(slots: dict[int, int]) -> dict[int, int]:
    seconds = list(slots.values())
    if len(set(seconds)) < len(seconds) or set(seconds) & slots.keys():
        raise ValueError("a span can be in one device only")
    return slots


class Settings(DialectSettings):
    """[api.smsgateway24]"""

    device_required: bool = Field(default=True, description="refuse a message without device_id; else it means any")
    strict_sim: bool = Field(default=False, description="refuse sim 1 for a device with one SIM")
    slots: Annotated[dict[int, int], AfterValidator(_distinct)] = Field(
        {}, description="spans that are one device with two SIMs: the span of slot 0 = that of slot 1"
    )
    list_limit: int = Field(1000, ge=1, description="most messages in one answer of getallsms")
    webhook_statuses: list[int] = Field(
        [6, 7, 8, 9, 10, 11, 12, 100], description="statuses that the delivery webhook is told"
    )
    webhook_once: bool = Field(default=False, description="call a webhook once, as the vendor may do, without retry")
    verify_tls: bool = Field(default=True, description="check the certificate of https webhooks")
