"""The settings of routing rules."""

from __future__ import annotations

from typing import Annotated

import phonenumbers
from pydantic import AfterValidator, Field, StringConstraints, model_validator

from gateway.config.section import Section


def _known_country(code: str) -> str:
    if code not in phonenumbers.SUPPORTED_REGIONS:
        raise ValueError(f'not a country: {code}; wanted: two capital letters of ISO 3166, e.g. "DE"')
    return code


def _span(span: int | str) -> int | str:
    """Give the number of a span, also where it is text (as from the environment), or its name."""
    number = int(span) if str(span).isdecimal() else span
    if number == "" or (isinstance(number, int) and number < 1):
        raise ValueError(f"not a span: {span!r}; wanted: its number, from 1, or its name")
    return number


Prefix = Annotated[str, StringConstraints(pattern=r"^\+?[0-9]{1,15}$")]
Country = Annotated[str, AfterValidator(_known_country)]
Words = Annotated[str, StringConstraints(min_length=1)]
MccMnc = Annotated[str, StringConstraints(pattern="^[0-9]{3,6}$")]
SpanName = Annotated[int | str, AfterValidator(_span)]


class RouteSettings(Section):
    """[[route]]: which spans are for which messages; the first rule that can be kept counts."""

    name: Words | None = Field(
        None, description="how the rule is called where a choice is explained; default its place"
    )
    prefixes: list[Prefix] = Field(
        [], description='what recipients begin with, as they go on the air, e.g. ["+4915"]; empty is any'
    )
    countries: list[Country] = Field([], description='countries of recipients, e.g. ["DE", "AT"]; empty is any')
    accounts: list[Words] = Field(
        [], description='accounts that ask, * and ? for any signs, e.g. ["shop", "sales-*"]; empty is any'
    )
    dialects: list[Words] = Field([], description='APIs by which they ask, e.g. ["openvox"]; empty is any')
    senders: list[Words] = Field([], description="sender names that callers give, * and ? for any signs; empty is any")
    spans: list[SpanName] = Field([], description='spans for these messages, numbers or names: [1, "gsm-2"]')
    operators: list[Words] = Field(
        [], description='only those of them whose operator has such a name, e.g. ["Vodafone*"]; empty is any'
    )
    mccmnc: list[MccMnc] = Field(
        [],
        description='only those whose SIM\'s IMSI begins so, e.g. ["26202"], to stay inside one network; empty is any',
    )
    only: bool = Field(
        default=False,
        description="no other span may send these messages: they wait; else others do when none of these can",
    )

    refuse: str = Field("", description="take none of these messages: why not, in words for the log and `span why`")

    @model_validator(mode="after")
    def _leads_somewhere(self) -> RouteSettings:
        has_spans = bool(self.spans or self.operators or self.mccmnc)
        if self.refuse and (has_spans or self.only):
            raise ValueError("refuse goes without spans, operators, mccmnc and only")
        if not (self.refuse or has_spans):
            raise ValueError("a rule needs spans, operators or mccmnc: the spans that it is for; or refuse")
        return self
