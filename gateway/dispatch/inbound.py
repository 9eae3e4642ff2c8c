"""What phones and service centres send to our SIMs: store it, then let the modem forget it."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import structlog

import modem.pdu as sms
from gateway.core.inbound import InboundKind, Nature
from gateway.core.types import EpochMs
from gateway.dispatch.nature import nature_of
from gateway.store.outage import Outage
from gateway.store.receiving import InboundPart, NewInbound, Report, ReportFate, Slot
from modem.errors import DecodeError

if TYPE_CHECKING:
    from datetime import datetime

    from gateway.clock import Clock
    from gateway.core.types import MessageId, Port
    from gateway.dispatch.radio import Identity, Radio, Received
    from gateway.store.backend import Store

log = structlog.get_logger(__name__)

AT_THE_NETWORK = "+CMT"
"""The memory of what was routed to us and is not acknowledged yet; no modem has one of this name."""
TP_MMS = 0x04
TP_MTI = 0x03
STATUS_REPORT = 0x02


class Receiver:
    """Takes TPDUs from the network into the store."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._outage = Outage()

    async def receive(self, received: Received, *, port: Port, identity: Identity) -> Slot | None:
        """Store a deliver or a status report; gives under what it is known should it come again, None of a report."""
        try:
            tpdu = sms.decode_incoming(received.tpdu)
        except DecodeError as error:
            log.warning("unreadable TPDU kept as data", action="inbound", span=port, reason=str(error))
            slot: Slot | None = _slot(received, identity)
            await self._outage.ride_out(lambda: self._store_unreadable(received, port, identity, slot))
        else:
            # The store itself knows a report that it has counted.
            slot = None if isinstance(tpdu, sms.StatusReport) else _slot(received, identity)
            await self._outage.ride_out(lambda: self._store_readable(tpdu, received, port, identity, slot))
        return slot

    async def let_go(self, received: Received, slot: Slot | None, radio: Radio) -> None:
        """Delete in the modem, or acknowledge, what is durable; where that cannot be it is known when it comes again.

        A modem that sends one message after the other does this between two of them.
        """
        is_done = await (radio.acknowledge() if received.stored is None else radio.delete(received.stored))
        if slot is not None and is_done:
            await self._outage.ride_out(lambda: self._store.free_slot(slot))

    async def join_leftovers(self) -> None:
        """Join sets that are complete: the process, or the store's readiness to write, ended before they could be."""
        for parts in await self._store.complete_parts():
            await self._join(parts, is_complete=True)

    async def give_out_incomplete(self, before: EpochMs) -> None:
        """Make messages of sets that lack segments and are older than `before`, marked as incomplete."""
        for parts in await self._store.stale_parts(before):
            await self._join(parts, is_complete=False)

    async def _store_readable(
        self,
        tpdu: sms.Deliver | sms.StatusReport,
        received: Received,
        port: Port,
        identity: Identity,
        slot: Slot | None,
    ) -> None:
        if isinstance(tpdu, sms.StatusReport):
            await self._store_report(tpdu, port, identity)
        else:
            await self._store_deliver(tpdu, received, port, identity, slot)

    async def _store_report(self, report: sms.StatusReport, port: Port, identity: Identity) -> None:
        fate = await self._store.report(
            Report(
                sim=identity.sim,
                mr=report.mr,
                recipient=report.recipient.text,
                status=report.status,
                scts=_epoch_ms(report.scts.value),
                discharged=_epoch_ms(report.discharged.value),
                received_at=self._clock.now_ms(),
            )
        )
        level = log.info if fate is ReportFate.PARKED else log.debug
        level("delivery report", action="report", span=port, mr=report.mr, tp_st=report.status, fate=fate.value)

    async def _store_deliver(
        self, deliver: sms.Deliver, received: Received, port: Port, identity: Identity, slot: Slot | None
    ) -> None:
        concat = deliver.concat
        now = self._clock.now_ms()
        if concat is None or concat.total < 2:
            whole = NewInbound(
                port=port,
                sim=identity.sim,
                sim_imsi=identity.imsi,
                sender=deliver.originator.text,
                text=deliver.text or "",
                data=None if deliver.text is not None else deliver.data,
                smsc=received.smsc,
                scts=_epoch_ms(deliver.scts.value),
                received_at=now,
                nature=nature_of(deliver, text=deliver.text, data=deliver.data),
            )
            _log_stored(await self._store.add_inbound(whole, slot), whole, segments=1)
            return
        parts = await self._store.add_part(
            InboundPart(
                sim=identity.sim,
                sim_imsi=identity.imsi,
                port=port,
                sender=deliver.originator.text,
                ref=concat.ref,
                ref_bits=concat.bits,
                total=concat.total,
                seq=concat.seq,
                tpdu=received.tpdu,
                smsc=received.smsc,
                scts=_epoch_ms(deliver.scts.value),
                received_at=now,
            ),
            slot,
        )
        if parts is not None:
            await self._join(parts, is_complete=True)

    async def _join(self, parts: list[InboundPart], *, is_complete: bool) -> None:
        first = parts[0]
        delivers = [sms.decode_deliver(part.tpdu) for part in parts]
        text = sms.join(delivers)
        data = b"".join(deliver.data for deliver in delivers)
        whole = NewInbound(
            port=first.port,
            sim=first.sim,
            sim_imsi=first.sim_imsi,
            sender=first.sender,
            text=text or "",
            data=None if text is not None else data,
            smsc=first.smsc,
            scts=first.scts,
            received_at=max(part.received_at for part in parts),
            is_complete=is_complete,
            nature=nature_of(delivers[0], text=text, data=data),
        )
        inbound_id = await self._store.join_parts(first, whole)
        if inbound_id is not None:
            _log_stored(inbound_id, whole, segments=len(parts))

    async def _store_unreadable(self, received: Received, port: Port, identity: Identity, slot: Slot | None) -> None:
        await self._store.add_inbound(
            NewInbound(
                port=port,
                sim=identity.sim,
                sim_imsi=identity.imsi,
                sender="",
                text="",
                data=received.tpdu,
                smsc=received.smsc,
                scts=None,
                received_at=self._clock.now_ms(),
                is_complete=False,
                nature=Nature(kind=InboundKind.UNREADABLE),
            ),
            slot,
        )


def _slot(received: Received, identity: Identity) -> Slot:
    """Give where the modem holds it, or, for one that was routed to us, a place for these octets at the network.

    Until a routed message is acknowledged the network has it, and brings it again with the same octets: TP-SCTS is the
    time at the service centre, and only TP-MMS, whether more wait behind it, may have changed. 3GPP TS 23.040 9.2.2.1.
    """
    digest = hashlib.sha256(received.tpdu).digest()
    if received.stored is not None:
        return Slot(sim=identity.sim, memory=received.stored.memory, index=received.stored.index, digest=digest)
    first, rest = received.tpdu[:1], received.tpdu[1:]
    digest = hashlib.sha256(bytes(octet | TP_MMS for octet in first) + rest).digest()
    return Slot(sim=identity.sim, memory=AT_THE_NETWORK, index=int.from_bytes(digest[:4]) >> 1, digest=digest)


def _log_stored(inbound_id: MessageId | None, inbound: NewInbound, *, segments: int) -> None:
    if inbound_id is None:
        log.info("message was received before", action="repeated", span=inbound.port)
        return
    log.info(
        "message received",
        action="inbound",
        span=inbound.port,
        message=inbound_id,
        kind=inbound.nature.kind.value,
        segments=segments,
        complete=inbound.is_complete,
    )


def is_report(tpdu: bytes) -> bool:
    """Whether a TPDU from the network says it is a status report. 3GPP TS 23.040 9.2.3.1 (TP-MTI)."""
    return bool(tpdu) and tpdu[0] & TP_MTI == STATUS_REPORT


def _epoch_ms(instant: datetime | None) -> EpochMs | None:
    return None if instant is None else EpochMs(int(instant.timestamp() * 1000))
