"""[api.openvox]"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from gateway.api.dialect import DialectSettings

NAME = "openvox"
PAGE_LIMIT = 500


class Settings(DialectSettings):
    """[api.openvox]"""

    controller_prefix: bool = Field(default=True, description="serve every path also under /controller/")
    sync_timeout_s: float = Field(60, gt=0, description="longest wait of /sms/send in mode 1")
    outbox_page_size: int = Field(10, ge=1, le=PAGE_LIMIT, description="rows of a page when the caller names no size")
    token_life_s: int = Field(600, ge=1, description="life of a token of /auth/login, anew with every use")
    config_as: Literal["list", "object"] = Field("list", description="shape of data in /smsoutbox/get_config")
    push_once: bool = Field(default=False, description="fire each push once, as the vendor does, without retry")
    verify_tls: bool = Field(default=True, description="check the certificate of https receivers")
    id_in_reports: bool = Field(default=False, description="add id= to report pushes")
