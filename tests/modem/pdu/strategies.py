"""Hypothesis strategies for the values of modem.pdu."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import strategies as st

from modem.pdu import (
    Absolute,
    Address,
    Dcs,
    Deliver,
    Enhanced,
    Header,
    InformationElement,
    Language,
    Ports,
    Relative,
    StatusReport,
    Submit,
    Timestamp,
    TypeOfNumber,
)
from modem.pdu.alphabet import DEFAULT_CODEC
from modem.pdu.septets import septets_for

octets = st.integers(0, 255)
languages = st.sampled_from(list(Language))
default_texts = st.text(st.sampled_from(sorted(DEFAULT_CODEC.characters)))

# The Indic, emoji, joiner and line end characters make the cuts hard; the rest is anything.
_TRICKY = "aZ@€[]{}|^~\\\f\r\n \u0301\u0915\u094d\u0937\u200d\ufe0f\ufeff\u1100\u1161\u11a8çğşİı😀👩🏽🇩🇪👧"
texts = st.one_of(
    st.text(st.sampled_from(_TRICKY), max_size=400),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=200),
    default_texts,
    st.builds(
        lambda text, times: text * times, st.text(st.sampled_from(_TRICKY), min_size=1, max_size=12), st.integers(1, 60)
    ),
)

ports = st.one_of(
    st.builds(Ports, destination=octets, source=octets, bits=st.just(8)),
    st.builds(Ports, destination=st.integers(0, 0xFFFF), source=st.integers(0, 0xFFFF), bits=st.just(16)),
)

zones = st.integers(-56, 56).map(lambda quarters: timezone(timedelta(minutes=15 * quarters)))
instants = st.datetimes(datetime(1970, 1, 2), datetime(2069, 12, 30), timezones=zones)  # noqa: DTZ001  hypothesis wants naive limits
timestamps = st.one_of(
    instants.map(Timestamp.of), st.binary(min_size=7, max_size=7).map(lambda raw: Timestamp(raw=raw))
)

_digit_types = st.sampled_from([ton for ton in TypeOfNumber if ton is not TypeOfNumber.ALPHANUMERIC])
numbers = st.builds(Address, number=st.text("0123456789*#abc", max_size=20), ton=_digit_types, npi=st.integers(0, 15))
names = st.builds(
    Address,
    number=default_texts.filter(lambda text: len(DEFAULT_CODEC.encode(text) or b"") <= 11),
    ton=st.just(TypeOfNumber.ALPHANUMERIC),
    npi=st.integers(0, 15),
)
addresses = st.one_of(numbers, names)

validities = st.one_of(
    st.none(),
    st.builds(Relative, octet=octets),
    st.builds(Absolute, at=timestamps),
    st.builds(Enhanced, raw=st.binary(min_size=7, max_size=7)),
)

elements = st.builds(InformationElement, id=octets, data=st.binary(max_size=12))
headers = st.one_of(st.none(), st.builds(Header, elements=st.lists(elements, max_size=5).map(tuple)))


@st.composite
def user_data(draw: st.DrawFn) -> dict[str, object]:
    """Draw dcs, header and body that fit together and into 140 octets."""
    dcs, header = draw(octets), draw(headers)
    header_octets = 0 if header is None else len(header.encode())
    coding = Dcs.decode(dcs)
    if coding.counts_septets:
        room = 160 - septets_for(header_octets)
        body = bytes(draw(st.lists(st.integers(0, 127), max_size=room)))
    else:
        body = draw(st.binary(max_size=140 - header_octets))
    return {"dcs": dcs, "header": header, "body": body}


_flags = st.booleans()
submits = st.builds(
    lambda content, **fields: Submit(**content, **fields),
    user_data(),
    destination=addresses,
    pid=octets,
    mr=octets,
    validity=validities,
    request_report=_flags,
    reject_duplicates=_flags,
    reply_path=_flags,
)
delivers = st.builds(
    lambda content, **fields: Deliver(**content, **fields),
    user_data(),
    originator=addresses,
    pid=octets,
    scts=timestamps,
    more_messages=_flags,
    loop_prevention=_flags,
    report_indication=_flags,
    reply_path=_flags,
)
_report_fields = {
    "mr": octets,
    "recipient": addresses,
    "scts": timestamps,
    "discharged": timestamps,
    "status": octets,
    "more_messages": _flags,
    "loop_prevention": _flags,
    "is_for_command": _flags,
    "pid": st.one_of(st.none(), octets),
}
status_reports = st.one_of(
    st.builds(StatusReport, dcs=st.one_of(st.none(), octets), **_report_fields),
    st.builds(lambda content, **fields: StatusReport(**content, **fields), user_data(), **_report_fields),
)
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
