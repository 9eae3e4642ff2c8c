"""What goes on the air for flash messages and for data, compared with the standard."""

from __future__ import annotations

import pytest

from gateway.core.message import NewMessage
from gateway.core.options import DataPorts, Options
from gateway.core.status import Status
from gateway.core.types import EpochMs
from tests.gateway.dispatch.conftest import Field, MakeField


async def sent_tpdus(
    field: Field, *, text: str = "", segments: int = 1, request_report: bool = True, options: Options
) -> list[bytes]:
    """Send one message; gives its TPDUs with a TP-MR of 0 and without their validity."""
    now = field.clock.now_ms()
    message = NewMessage(
        account_id=field.account.id,
        dialect="openvox",
        recipient="+34654123456",
        recipient_given="+34654123456",
        text=text,
        segment_count=segments,
        concat_ref=0xA5,
        spans=(),
        port=None,
        accepted_at=now,
        valid_until=EpochMs(now + 3_600_000),
        request_report=request_report,
        options=options,
    )
    (message_id,) = await field.store.accept([message])
    await field.until(message_id, Status.SENT)
    radio = await field.radio(0)
    return [_bare(submit.encode()) for submit in radio.sent]


def _bare(tpdu: bytes) -> bytes:
    """Take out what differs from run to run: TP-VPF and TP-VP (relative, one octet behind TP-DCS), and TP-MR."""
    address_end = 4 + (tpdu[2] + 1) // 2
    return bytes((tpdu[0] & ~0x18, 0)) + tpdu[2 : address_end + 2] + tpdu[address_end + 3 :]


# pmarti/python-messaging messaging/test/test_sms.py: "hey yo" of class 0 to +34654123456, there without a report.
CLASS_0 = "01000B914356143254F6001006E8721E947F03"


async def test_a_flash_message_in_the_gsm_alphabet_has_the_dcs_of_class_0(make_field: MakeField) -> None:
    field = await make_field(auto=True)
    options = Options(is_flash=True)
    (tpdu,) = await sent_tpdus(field, text="hey yo", options=options, request_report=False)
    assert tpdu.hex().upper() == CLASS_0


async def test_a_flash_message_in_ucs2_has_the_dcs_of_class_0(make_field: MakeField) -> None:
    field = await make_field(auto=True)
    (tpdu,) = await sent_tpdus(field, text="Ж", options=Options(is_flash=True))
    # TP-SRR set; TP-DCS 0x18: general group, class 0, UCS2 (3GPP TS 23.038 4); U+0416.
    assert tpdu.hex() == "21000b914356143254f60018020416"


# TP-DCS 0x04 is 8-bit data without a class (3GPP TS 23.038 4). Element 05, length 04: destination and source port,
# 16 bits each (3GPP TS 23.040 9.2.3.24.4); element 00, length 03: reference, total, number (9.2.3.24.1).
@pytest.mark.parametrize(
    ("data", "ports", "expected"),
    [
        ("c0ffee", None, ["21000b914356143254f6000403c0ffee"]),
        (
            "0102",
            DataPorts(destination=2948, source=9200),
            ["61000b914356143254f600040906" + "05040b8423f0" + "0102"],
        ),
        (
            "aa" * 130,
            DataPorts(destination=9204),
            ["61000b914356143254f6000489" + "06" + "050423f40000" + "aa" * 130],
        ),
        (
            "aa" * 128 + "bb" * 7,
            DataPorts(destination=9204),
            [
                "61000b914356143254f600048c" + "0b" + "0003a50201" + "050423f40000" + "aa" * 128,
                "61000b914356143254f6000413" + "0b" + "0003a50202" + "050423f40000" + "bb" * 7,
            ],
        ),
    ],
    ids=["no ports", "WAP push", "one full segment", "two segments"],
)
async def test_data_goes_out_as_the_standard_says(
    make_field: MakeField, data: str, ports: DataPorts | None, expected: list[str]
) -> None:
    field = await make_field(auto=True)
    options = Options(data=bytes.fromhex(data), data_ports=ports)
    tpdus = await sent_tpdus(field, text="[data]", segments=len(expected), options=options)
    assert [tpdu.hex() for tpdu in tpdus] == expected
