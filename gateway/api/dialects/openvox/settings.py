"""[api.openvox]"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from gateway.api.dialect import DialectSettings

NAME = "openvox"
PAGE_LIMIT = 500


def _as_text(value: Any) -> Any:
    """Give a whole number as its digits: in the settings file both `0` and `"0"` are natural."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _in_lower_case(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


KeyBase = Annotated[Literal["0", "1"], BeforeValidator(_as_text)]
PortStyle = Annotated[Literal["1", "gsm-1.1"], BeforeValidator(_as_text)]
TimeoutUnit = Literal["auto", "s", "ms"]
ProfileName = Literal["modern", "legacy"]


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
    get_api: bool = Field(
        default=True, description="serve the GET API; else it answers that the function is switched off"
    )
    profile: ProfileName = Field(
        "modern",
        description="GET API as on which devices: `modern` (firmware of 2020 and later) answers at once, "
        "`legacy` when the message is sent",
    )
    record_key_base: KeyBase | None = Field(
        None, description="GET API: key of the first record, `0` or `1`; none: 1, in the profile legacy 0"
    )
    sync: bool | None = Field(
        None, description="GET API: answer when the message is sent, not at once; none: as the profile says"
    )
    port_style: PortStyle | None = Field(
        None, description="GET API: ports in answers as `1` or as `gsm-1.1`; none: as the profile says"
    )
    timeout_unit: TimeoutUnit = Field(
        "auto", description="GET API: what `timeout` counts, `s` or `ms`; `auto`: 1000 and more are ms"
    )
    report: Annotated[Literal["json", "string", "no"], BeforeValidator(_in_lower_case)] = Field(
        "json", description="GET API: shape of an answer when the caller names none, `json`, `string` or `no`"
    )
    message_limit_octets: int = Field(1000, ge=1, description="GET API: longest text, in octets of UTF-8")
    when_not_ready: Literal["queue", "refuse"] = Field(
        "queue", description="GET API: what becomes of a message for a span that cannot send now"
    )
    open_status_calls: bool = Field(
        default=False,
        description="GET API: /smsstatus, /simstatus, /smsremain without login, for the whole box, as the vendor does",
    )
    cors_origins: tuple[str, ...] = Field(
        (), description="GET API: web pages whose scripts may call it, such as `https://crm.example`; `*` for all"
    )
    sync_timeout_default_s: float = Field(30, gt=0, description="GET API: wait of /sendsms when the caller names none")
    sync_timeout_max_s: float = Field(120, gt=0, description="GET API: longest wait that a caller may name")
    ussd_timeout_s: float = Field(20, gt=0, description="GET API: wait of /sendussd when the caller names none")
