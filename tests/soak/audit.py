"""What a day must have come to: counts from the network's ledger and the phones against the gateway's store."""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from modem.errors import DecodeError
from modem.pdu import decode_incoming
from tests.soak.day import Day
from tests.support.traffic import Asked, OnAir
from tests.support.truth import Row, read_rows, shown_on, what_is_wrong

WARM_S = 3600.0


@dataclass
class Verdict:
    """Figures, and everything that is not as promised."""

    figures: dict[str, object] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)


def audit(day: Day) -> Verdict:
    """Compare; an empty `broken` means that the promises were kept."""
    verdict = Verdict(broken=list(day.problems))
    rows, inbound, callbacks = _read(day)
    _audit_sent(day, rows, verdict)
    _audit_written(day, inbound, verdict)
    _audit_callbacks(day, rows, callbacks, verdict)
    _audit_leftovers(day, verdict)
    _audit_spans(day, verdict)
    _audit_growth(day, verdict)
    _audit_log(day, verdict)
    return verdict


def _read(day: Day) -> tuple[dict[str, Row], Counter[str], list[tuple[object, ...]]]:
    with sqlite3.connect(f"file:{day.database}?mode=ro", uri=True) as reader:
        rows = read_rows(reader)
        inbound = Counter(text for (text,) in reader.execute("SELECT text FROM inbound"))
        callbacks = reader.execute("SELECT * FROM callback").fetchall()
    reader.close()
    return rows, inbound, callbacks


# -- from us to phones -----------------------------------------------------------------------------


def _audit_sent(day: Day, rows: dict[str, Row], verdict: Verdict) -> None:
    statuses: Counter[str] = Counter()
    marked = copies = lost_reports = 0
    for number, asked in day.traffic.asked.items():
        row, seen = rows.get(number), day.traffic.on_air.get(number, OnAir())
        if row is None:
            if asked.is_accepted:
                verdict.broken.append(f"{number}: accepted, and not in the store")
            continue
        statuses[row.status] += 1
        marked += row.resent_segment is not None
        copies += sum(count - 1 for count in seen.taken.values())
        verdict.broken += [f"{number} (message {row.id}, {row.status}, {asked.kind}): {what}"
                           for what in _what_is_wrong(day, asked, row, seen)]  # fmt: skip
        lost_reports += row.status == "sent" and bool(seen.reports)
    verdict.figures |= {
        "from accepted to sent": _waits(day),
        "accepted": sum(asked.is_accepted is True for asked in day.traffic.asked.values()),
        "answer lost": sum(asked.is_accepted is None for asked in day.traffic.asked.values()),
        "refused": dict(day.traffic.refusals),
        "statuses": dict(statuses),
        "marked as possible duplicates": marked,
        "segments on the air more than once": copies,
        "reports that the modem took and we never heard": lost_reports,
    }


def _waits(day: Day) -> str:
    with sqlite3.connect(f"file:{day.database}?mode=ro", uri=True) as reader:
        waits = sorted(
            (sent_at - accepted_at) / 1000
            for sent_at, accepted_at in reader.execute(
                "SELECT sent_at, accepted_at FROM message WHERE sent_at IS NOT NULL"
            )
        )
    reader.close()
    at = {name: waits[int(share * (len(waits) - 1))] for name, share in (("p50", 0.5), ("p99", 0.99), ("most", 1.0))}
    return ", ".join(f"{name} {wait_s:.0f} s" for name, wait_s in at.items())


def _what_is_wrong(day: Day, asked: Asked, row: Row, seen: OnAir) -> Iterator[str]:
    # What may have gone out is sent again by the same SIM only: it waits for a card that is in a drawer.
    if row.is_open and (row.pin_sim is None or row.pin_sim in _cards(day)):
        yield "still open at the end"
    yield from what_is_wrong(asked, row, seen, shown_on(day.rack, asked.number))


# -- from phones to us -----------------------------------------------------------------------------


def _audit_written(day: Day, inbound: Counter[str], verdict: Verdict) -> None:
    written = set(day.traffic.written)
    ours = Counter({text: count for text, count in inbound.items() if text in written})
    for text in sorted(written - set(ours)):
        number = day.traffic.written[text]
        verdict.broken.append(f"written to {number} and never received: {text[:40]!r} ({_where(day, number, text)})")
    verdict.broken += [f"received {count} times: {text[:40]!r}" for text, count in ours.items() if count > 1]
    verdict.figures |= {
        "written": len(written),
        "received": sum(ours.values()),
        "received besides": dict(Counter(text[:20] for text in inbound.elements() if text not in written)),
    }


def _where(day: Day, number: str, text: str) -> str:
    """Say where an inbound text got stuck."""
    mailbox = day.rack.network._directory.find(number)
    assert mailbox is not None
    mark = text.split(" ", 1)[0] + " "
    if any(mark in (getattr(held.message, "text", "") or "") for held in mailbox.queue):
        return f"{len(mailbox.queue)} wait at the service centre, the SIM refused {mailbox.tries} times"
    for index, machine in enumerate(day.rack.machines):
        for name in ("SM", "ME"):
            memory = machine.equipment.memory(name)
            for slot, stored in memory:
                if mark in (getattr(_decoded(stored.tpdu), "text", "") or ""):
                    return f"in slot {slot} of {name} ({len(memory)} of {memory.capacity} used) of modem{index}"
    return "the modem took it, and has it no more"


def _decoded(tpdu: bytes) -> object:
    try:
        return decode_incoming(tpdu)
    except DecodeError:
        return None


# -- callbacks -------------------------------------------------------------------------------------


def _audit_callbacks(day: Day, rows: dict[str, Row], callbacks: list[tuple[object, ...]], verdict: Verdict) -> None:
    told = day.receiver.statuses
    by_number: dict[str, dict[str, int]] = {}
    for (number, kind, _), count in told.items():
        by_number.setdefault(number, Counter())[kind] += count
    for number, row in rows.items():
        if row.status in {"queued", "held"}:
            continue
        results = by_number.get(number, {}).get("SMS-Status-Result", 0)
        if not results:
            verdict.broken.append(f"{number} ({row.status}): no result was told")
    missing = [text for text in day.traffic.written if not day.receiver.inbound[text]]
    verdict.broken += [f"not told to the customer: {text[:40]!r}" for text in missing]
    if callbacks:
        verdict.broken.append(f"{len(callbacks)} callbacks are still owed: {callbacks[:3]}")
    verdict.figures |= {
        "callbacks": sum(told.values()) + sum(day.receiver.inbound.values()),
        "callbacks told again": sum(count - 1 for count in told.values())
        + sum(day.receiver.inbound[text] - 1 for text in day.traffic.written),
    }


# -- what must be gone at the end ------------------------------------------------------------------


def _audit_leftovers(day: Day, verdict: Verdict) -> None:
    kept = {name: day.count(name) for name in ("part_set", "slot", "parked_report")}
    verdict.figures["kept in the store"] = kept
    still_open = day.count("message", "status IN ('queued', 'held', 'sending')")
    if day.load["open_messages"] != still_open or day.load["open_by_account"] != still_open:
        verdict.broken.append(f"{still_open} messages are open, the store counts {day.load}")
    if day.load["waiting_segments"] and not still_open:
        verdict.broken.append(f"no message is open, the store counts {day.load}")
    if kept["part_set"]:
        verdict.broken.append(f"{kept['part_set']} texts from phones lack segments")
    if kept["slot"]:
        verdict.broken.append(f"{kept['slot']} texts that are stored were not deleted in their modem")
    left = {
        f"modem{index} {name}": len(memory)
        for index, machine in enumerate(day.rack.machines)
        for name in ("SM", "ME")
        if len(memory := machine.equipment.memory(name))
    }
    if left:
        verdict.broken.append(f"messages are left in memories: {left}")


# -- the gateway itself ----------------------------------------------------------------------------


def _audit_spans(day: Day, verdict: Verdict) -> None:
    for span in day.spans:
        is_spare_card = span["state"] == "missing" and span["imei"] not in _imeis(day)
        if span["state"] != "ready" and not is_spare_card:
            verdict.broken.append(f"span {span['port']} is {span['state']} at the end: {span['reason']}")
    verdict.figures["longest that a span was away without a trouble"] = f"{day.longest_away_min} min"
    verdict.figures["spans"] = dict(Counter(span["state"] for span in day.spans))


def _cards(day: Day) -> set[str]:
    return {machine.equipment.sim.iccid for machine in day.rack.machines}


def _imeis(day: Day) -> set[str]:
    return {machine.equipment.identity.imei for machine in day.rack.machines}


def _audit_growth(day: Day, verdict: Verdict) -> None:
    """The last process lived through half of the day: nothing of it may have grown since it was warm."""
    last = [sample for sample in day.samples if sample.process == day.samples[-1].process]
    lived_s = last[-1].at_s - last[0].at_s
    verdict.figures["last process lived"] = f"{lived_s / 3600:.1f} h"
    # A socket that a modem was in once is watched for ever, by three tasks.
    for_sockets = 3 * (len(day.sockets_used) - day.plan.modems)
    for name, allowed in (("tasks", 2 + for_sockets), ("descriptors", 3), ("threads", 2)):
        values = [sample.gauges[name] for sample in last]
        # With a modem that is unplugged there are fewer; at the end all are there.
        most_early, final = max(values[: len(values) // 3 + 1]), values[-1]
        verdict.figures[name] = f"{most_early:.0f} → {final:.0f}"
        if final > most_early + allowed:
            verdict.broken.append(f"{name} grew: {[round(value) for value in values]}; tasks: {day.tasks}")
    first_mb, last_mb = (day.trimmed_mb[last[0].process][index] for index in (0, -1))
    verdict.figures["memory without the database's caches"] = f"{first_mb:.1f} → {last_mb:.1f} MB"
    # A process is not warm in its first hour: modules, statements and pools come as they are needed.
    if lived_s > WARM_S and last_mb > first_mb * 1.05:
        verdict.broken.append(f"memory grew from {first_mb:.1f} to {last_mb:.1f} MB, the database's caches left out")
    for name, share in (("rss_mb", 0.30), ("objects", 0.05), ("blocks", 0.05)):
        values = [sample.gauges[name] for sample in last]
        verdict.figures[name] = f"{values[0]:.0f} → {values[-1]:.0f}"
        settled = values[len(values) // 3 :]
        if len(values) >= 6 and min(settled[len(settled) // 2 :]) > max(settled[: len(settled) // 2]) * (1 + share):
            verdict.broken.append(f"{name} grew: {[round(value) for value in values]}")
    for left in day.left_behind:
        if left["tasks"] > 1:
            verdict.broken.append(f"stopped, and {left['tasks'] - 1:.0f} tasks are left")
    if day.left_behind:
        most = {name: max(left[name] for left in day.left_behind) for name in ("tasks", "descriptors", "threads")}
        verdict.figures["most left behind by a stop"] = most


_BAD_LINES = re.compile(
    r"Traceback|internal error|session failed|never awaited|was destroyed|never retrieved|\[critical"
)


def _audit_log(day: Day, verdict: Verdict) -> None:
    lines = day.service.log.read_text(encoding="utf-8", errors="replace").splitlines()
    bad = [(number, line) for number, line in enumerate(lines, 1) if _BAD_LINES.search(line)]
    verdict.broken += [f"gateway.log:{number}: {line[:200]}" for number, line in bad[:20]]
    verdict.figures["log lines"] = len(lines)
    verdict.figures["database"] = f"{day.database.stat().st_size / 1e6:.1f} MB"
    verdict.figures["exit codes"] = day.service.exit_codes
