"""Every setting of the gateway with its unit, default and a line of text.

The sections of the HTTP dialects are not here: each dialect owns its settings (`gateway.api.dialects`),
and `Settings.api` hands them on unread.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, IPvAnyNetwork, model_validator
from pydantic_settings import BaseSettings, InitSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

from gateway.config.routes import RouteSettings  # noqa: TC001 (pydantic reads it)
from gateway.config.section import Section

DEFAULT_FILE = Path("/etc/gsm-gateway/gateway.toml")
LANGUAGES = (
    "turkish",
    "spanish",
    "portuguese",
    "bengali",
    "gujarati",
    "hindi",
    "kannada",
    "malayalam",
    "oriya",
    "punjabi",
    "tamil",
    "telugu",
    "urdu",
)
"""Names of the national language tables of 3GPP TS 23.038, in the order of their identifiers 1..13."""


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError(f"not an IANA time zone: {name}") from error
    return name


def _known_language(name: str) -> str:
    if name not in LANGUAGES:
        raise ValueError(f"not a national table: {name}; known are {', '.join(LANGUAGES)}")
    return name


def _digits_only(iccid: str) -> str:
    digits = iccid.replace(" ", "").replace("-", "")
    if not (digits.isascii() and digits.isdigit()):
        raise ValueError(f"not an ICCID, it has digits only: {iccid}")
    return digits


def _is_pattern(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"not a regular expression: {error}") from error
    return pattern


Pattern = Annotated[str, AfterValidator(_is_pattern)]
TimeZone = Annotated[str, AfterValidator(_known_zone)]
Language = Annotated[str, AfterValidator(_known_language)]
Iccid = Annotated[str, AfterValidator(_digits_only)]
Seconds = Annotated[float, Field(gt=0)]
Days = Annotated[float, BeforeValidator(lambda value: 0 if value == "forever" else value), Field(ge=0)]
"""0, or the word forever, is without end."""


class GatewaySection(Section):
    """[gateway]"""

    timezone: TimeZone = Field("UTC", description="zone of times shown and read, where an account has none")
    name: str = Field("gsm-gateway", description="name of this box, in its first log line and in /health/live")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="least important line logged")
    log_format: Literal["text", "json"] = Field("text", description="how a log line looks")


class HttpSection(Section):
    """[http]"""

    host: str = Field("127.0.0.1", description="address to listen on; 0.0.0.0 for the whole LAN")
    port: int = Field(8080, ge=0, le=65535, description="TCP port; 0 takes a free one")
    tls_certificate: Path | None = Field(
        None, description="PEM file of the certificate chain; with tls_key turns TLS on"
    )
    tls_key: Path | None = Field(None, description="PEM file of the private key")
    body_limit_octets: int = Field(1_048_576, ge=1024, description="largest request body, also after decompression")
    max_connections: int = Field(500, ge=1, description="most clients connected at once, further ones get 503")
    request_timeout_s: Seconds = Field(60, description="a request that is not there whole after this is given up")
    max_recipients: int = Field(1000, ge=1, description="most recipients in one request")
    trusted_proxies: list[IPvAnyNetwork] = Field([], description="proxies whose X-Forwarded-For is believed")

    @model_validator(mode="after")
    def _tls_is_whole(self) -> HttpSection:
        if (self.tls_certificate is None) != (self.tls_key is None):
            raise ValueError("tls_certificate and tls_key go together")
        return self


class StoreSection(Section):
    """[store]"""

    url: str = Field("sqlite:////var/lib/gsm-gateway/gateway.db", description="where messages are kept")
    synchronous: Literal["full", "normal"] = Field(
        "full", description="normal may lose the last accepted messages in a power cut"
    )
    min_free_mb: int | None = Field(
        None,
        ge=0,
        description="free disk in MB below which new messages are refused; 0: never; not set: 200, or 5 % of less",
    )

    @model_validator(mode="after")
    def _url_is_known(self) -> StoreSection:
        if not self.url.startswith("sqlite:///"):
            raise ValueError("url must begin with sqlite:/// (four slashes for an absolute path)")
        return self

    @property
    def path(self) -> Path:
        """The database file."""
        return Path(self.url.removeprefix("sqlite:///"))

    @property
    def min_free_octets(self) -> int | None:
        """`min_free_mb` in octets."""
        return None if self.min_free_mb is None else self.min_free_mb * 1_000_000


class LimitsSettings(Section):
    """limits of [modems], of a [[span]] and of a [[modems.sim]]: what is not set there is as in the one before."""

    gap_s: float | None = Field(None, ge=0, le=86_400, description="pause between two segments of a SIM")
    gap_jitter_s: float | None = Field(
        None, ge=0, le=86_400, description="up to so much is added to the gap, at random"
    )
    per_minute: int | None = Field(None, ge=0, description="most segments in a minute; 0 for no limit")
    per_hour: int | None = Field(None, ge=0, description="most segments in an hour; 0 for no limit")
    per_day: int | None = Field(None, ge=0, description="most segments in a day; 0 for no limit")
    per_month: int | None = Field(None, ge=0, description="most segments in a month; 0 for no limit")
    contract_day: int | None = Field(
        None, ge=1, le=31, description="day on which a month begins, in a shorter month its last; none: 1"
    )
    periods: Literal["calendar", "sliding"] | None = Field(
        None,
        description="calendar: from midnight, from the full hour; sliding: the last 24 hours, the last 30 days; "
        "none: calendar",
    )
    timezone: TimeZone | None = Field(None, description="zone of the calendar; none: gateway.timezone")


class SimSettings(Section):
    """[[modems.sim]]"""

    iccid: Iccid = Field(description="the SIM that is meant: the number printed on it")
    pin_file: Path | None = Field(None, description="file with the PIN of this SIM, tried once; chmod 600")
    smsc: str = Field(
        "", pattern=r"^(\+?[0-9]{3,20})?$", description="service centre instead of the SIM's own, e.g. +491710760000"
    )
    limits: LimitsSettings = LimitsSettings()


class BalanceSettings(Section):
    """[[modems.balance]]"""

    operator: str = Field(
        "", description='name of the operator as the span shows it, * for any signs, e.g. "Vodafone*"'
    )
    mccmnc: str = Field("", pattern="^[0-9]{0,6}$", description='what the IMSIs begin with, e.g. "26202"; empty is any')
    code: str = Field(
        pattern=r"^[0-9*#][0-9*#+]{0,181}$", description='USSD code that asks for the balance, e.g. "*100#"'
    )
    answers: list[str] = Field([], description='answers to the menus that the code leads to, e.g. ["1"]')
    pattern: Pattern = Field(
        r"-?[0-9][0-9.,]*", description="regular expression for the number, in its first group if it has one"
    )
    interval_s: Seconds = Field(86_400, ge=60, description="how often a SIM is asked")
    low: float | None = Field(None, description="below this the history and the log say that the balance is low")


class ModemsSection(Section):
    """[modems]"""

    ports: list[str] = Field([], description="serial ports, globs or socket://HOST:PORT; empty finds the modems itself")
    rescan_s: Seconds = Field(2.0, description="how often ports that are named here are looked for")
    baudrate: int = Field(115_200, ge=1200, description="speed of real UARTs; USB modems ignore it")
    hang_up_calls: bool = Field(
        default=True,
        description="refuse incoming calls: nobody answers, and some modems send nothing while they ring",
    )
    limits: LimitsSettings = LimitsSettings()
    sim: list[SimSettings] = Field([], description="what is known of single SIMs")
    balance: list[BalanceSettings] = Field([], description="how the SIMs of an operator are asked for their balance")

    @model_validator(mode="after")
    def _sims_are_unique(self) -> ModemsSection:
        iccids = [sim.iccid for sim in self.sim]
        twice = sorted({iccid for iccid in iccids if iccids.count(iccid) > 1})
        if twice:
            raise ValueError(f"sim: ICCID {twice[0]} is given twice")
        return self


class SpanMatch(Section):
    """match of a [[span]]: one of the three."""

    imei: str = Field("", description="the modem's serial number")
    iccid: str = Field("", description="the SIM's serial number")
    path: str = Field("", description="the name of the port, as modems.ports or the log has it, or a glob of it")

    @model_validator(mode="after")
    def _exactly_one(self) -> SpanMatch:
        if sum(map(bool, (self.imei, self.iccid, self.path))) != 1:
            raise ValueError("match needs exactly one of imei, iccid, path")
        return self


class SpanSettings(Section):
    """[[span]]"""

    port: int = Field(ge=1, description="number that callers use")
    name: str = Field("", description="name that callers see; default gsm-<port>")
    match: SpanMatch = Field(description="which modem or SIM it is")
    weight: float = Field(
        1,
        gt=0,
        description="of spans on which a message would wait equally long the one with the greatest is preferred",
    )
    limits: LimitsSettings = LimitsSettings()


class NumberSection(Section):
    """[number]"""

    default_region: str = Field(
        "", pattern="^([A-Z]{2})?$", description='country of national numbers, e.g. "DE"; empty sends them as written'
    )


class TextSection(Section):
    """[text]"""

    max_segments: int = Field(10, ge=1, le=255, description="longest text, in segments")
    national_tables: list[Language] = Field([], description='national shift tables that may be used, e.g. ["turkish"]')


class QueueSection(Section):
    """[queue]"""

    limit: int = Field(100_000, ge=1, description="most messages waiting in the whole box, without the urgent ones")
    urgent_limit: int = Field(1000, ge=1, description="most urgent messages waiting in the whole box")
    validity_s: Seconds = Field(
        172_800, description="how long a message is good for: to wait here, and then at the service centre"
    )
    schedule_limit_days: int = Field(3650, ge=1, description="how far ahead a message may be put off")
    key_life_s: Seconds = Field(
        172_800, description="how long a request with an idempotency key is known, and answered as the first time"
    )


class DispatchSection(Section):
    """[dispatch]"""

    submit_timeout_s: Seconds = Field(120, description="longest wait for the modem's answer after Ctrl-Z")
    patience_s: Seconds = Field(15, description="wait for the answer before a bare AT asks whether it will still come")
    hung_after_s: Seconds = Field(
        60, description="a modem silent to AT so long after Ctrl-Z is believed to hang, and may be restarted"
    )
    when_unknown: Literal["resend", "report"] = Field(
        "resend", description="no answer and no evidence: send once more on the same SIM, or say unknown"
    )
    evidence_s: Seconds = Field(30, description="how long evidence is awaited before when_unknown decides")
    max_tries: int = Field(9, ge=1, description="most tries of one segment after temporary refusals")
    retry_first_s: Seconds = Field(5, description="wait before the first retry; doubles each time, less up to a tenth")
    retry_longest_s: Seconds = Field(900, description="longest wait between two tries")
    steal_after_s: Seconds = Field(
        2, description="a message waiting longer than this for its span may go out on another one that it allows"
    )
    exclude_s: Seconds = Field(
        900, description="a message that another span may send goes not to one that refused it for so long"
    )
    sticky_s: float = Field(
        0,
        ge=0,
        description="a number that was written to, or wrote, so long ago keeps its span while it can send; 0: off",
    )
    incomplete_after_s: Seconds = Field(86_400, description="an inbound text lacking segments is given out after this")
    stop_timeout_s: Seconds = Field(130, description="longest wait at shutdown for submits in flight")


class HistorySection(Section):
    """[history]"""

    keep_days: float = Field(90, gt=0, description="how long lines of the history of modems are kept")
    keep_lines: int = Field(100_000, ge=100, description="most lines of the history that are kept")


class RetentionSection(Section):
    """[retention]"""

    outbound_days: Days = Field(
        365, description='how long outbound messages are kept once nothing happens to them; 0 or "forever" keeps them'
    )
    inbound_days: Days = Field(365, description="how long inbound messages are kept; likewise")
    audit_days: Days = Field(1825, description="how long notes of administrative changes are kept; likewise")
    most_messages: int = Field(
        5_000_000,
        ge=0,
        description="most outbound and most inbound messages that are kept, the oldest go first; 0: no limit",
    )


class CallbacksSection(Section):
    """[callbacks]"""

    allowed_networks: list[IPvAnyNetwork] = Field(
        [], description="loopback, link-local or multicast networks that callbacks may go to all the same"
    )
    connect_timeout_s: Seconds = Field(5, description="longest wait for a connection")
    timeout_s: Seconds = Field(15, description="longest wait for the whole request")
    secret: str = Field("", description="signs each callback in X-Gateway-Signature; empty: unsigned")
    workers: int = Field(64, ge=1, description="most callbacks under way at once")
    per_receiver: int = Field(4, ge=1, description="most callbacks under way to one host at once")


class ApiSection(BaseModel):
    """[api]; the tables below it belong to the dialects."""

    model_config = ConfigDict(extra="allow", frozen=True)

    unknown_as: Literal["failed", "sent"] = Field(
        "failed", description="what dialects without a word for unknown call such a message"
    )

    def of(self, dialect: str) -> Any:
        """The raw table [api.<dialect>], {} when it is missing."""
        return (self.model_extra or {}).get(dialect, {})


class Settings(BaseSettings):
    """All settings; every one also as environment GSM_GATEWAY__SECTION__KEY."""

    model_config = SettingsConfigDict(
        env_prefix="GSM_GATEWAY__", env_nested_delimiter="__", extra="forbid", frozen=True
    )
    of_file: ClassVar[dict[str, Any]] = {}
    """What the settings file says."""

    gateway: GatewaySection = GatewaySection()
    http: HttpSection = HttpSection()
    store: StoreSection = StoreSection()
    modems: ModemsSection = ModemsSection()
    span: list[SpanSettings] = []
    route: list[RouteSettings] = []
    number: NumberSection = NumberSection()
    text: TextSection = TextSection()
    queue: QueueSection = QueueSection()
    dispatch: DispatchSection = DispatchSection()
    history: HistorySection = HistorySection()
    retention: RetentionSection = RetentionSection()
    callbacks: CallbacksSection = CallbacksSection()
    api: ApiSection = ApiSection()

    @model_validator(mode="after")
    def _ports_are_unique(self) -> Settings:
        ports = [span.port for span in self.span]
        twice = sorted({port for port in ports if ports.count(port) > 1})
        if twice:
            raise ValueError(f"span: port {twice[0]} is given twice")
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003  (pydantic-settings calls by keyword)
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003  (likewise)
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Code before environment before file."""
        return init_settings, env_settings, InitSettingsSource(settings_cls, init_kwargs=cls.of_file)
