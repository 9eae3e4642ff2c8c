"""TP-ST: what became of a message, as a status report says it (3GPP TS 23.040 9.2.3.15)."""

from __future__ import annotations

from enum import Enum


class StatusClass(Enum):
    """What a status means for the message."""

    COMPLETED = "completed"
    TEMPORARY = "temporary"
    """The service centre is still trying: a later report follows."""
    PERMANENT = "permanent"
    TEMPORARY_FINAL = "temporary_final"
    """A temporary error, but the service centre has given up."""
    RESERVED = "reserved"
    """80 and over; to be treated as a failure."""

    @property
    def is_final(self) -> bool:
        """Whether no other report follows."""
        return self is not StatusClass.TEMPORARY


_CLASSES = (StatusClass.COMPLETED, StatusClass.TEMPORARY, StatusClass.PERMANENT, StatusClass.TEMPORARY_FINAL)

_TRYING = {
    0x0: "congestion",
    0x1: "recipient busy",
    0x2: "no response from recipient",
    0x3: "service rejected",
    0x4: "quality of service not available",
    0x5: "error in recipient's phone",
}

_TEXTS = {
    0x00: "received by the recipient's phone",
    0x01: "forwarded, but delivery cannot be confirmed",
    0x02: "replaced by the service centre",
    **{0x20 + code: f"{text}, still trying" for code, text in _TRYING.items()},
    0x40: "remote procedure error",
    0x41: "incompatible destination",
    0x42: "connection rejected by recipient's phone",
    0x43: "not obtainable",
    0x44: "quality of service not available",
    0x45: "no interworking available",
    0x46: "validity period expired",
    0x47: "deleted by the sender",
    0x48: "deleted by the service centre's administration",
    0x49: "message does not exist",
    **{0x60 + code: f"{text}, given up" for code, text in _TRYING.items()},
}


def status_class(status: int) -> StatusClass:
    """Return what TP-ST `status` (0..255) means for the message."""
    return _CLASSES[status >> 5] if status < 0x80 else StatusClass.RESERVED


def status_text(status: int) -> str:
    """Return TP-ST `status` (0..255) in words."""
    if status in _TEXTS:
        return _TEXTS[status]
    meaning = status_class(status).value.replace("_", " ")
    if status < 0x80 and status & 0x10:
        return f"{meaning}, service centre's own code {status:02X}"
    return f"{meaning}, reserved code {status:02X}" if status < 0x80 else f"reserved code {status:02X}"
