"""What many lives must have come to: the network's ledger, the phones and the customer against the gateway's store."""

from __future__ import annotations

import re
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from typing import Final

from tests.crash.life import Life
from tests.support.traffic import Asked, OnAir
from tests.support.truth import DELIVERED, Row, read_rows, shown_on, what_is_wrong

BESIDE_S: Final = 3.0
"""How far from a kill what it did may be seen: a message on the air, its answer, a start, a report."""
SHOWN_S: Final = 20.0
"""How much of what was done before and after is told of a fault."""
_FINAL: Final = frozenset({"sent", "delivered", "undelivered", "failed", "expired", "unknown"})
_BAD_LINES: Final = re.compile(
    r"Traceback|internal error|session failed|never awaited|was destroyed|never retrieved|\[critical|action=broken"
)


@dataclass
class Verdict:
    """Figures, and everything that is not as promised."""

    figures: dict[str, object] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)


def audit(life: Life) -> Verdict:
    """Compare; an empty `broken` means that the promises were kept."""
    verdict = Verdict(broken=list(life.problems))
    verdict.figures |= {
        "kills": len(life.kills),
        "of these at": dict(life.points.most_common()),
        "power cuts": sum(kill.was_cut for kill in life.kills),
        "took": f"{life.took_s:.0f} s",
    }
    with closing(sqlite3.connect(f"file:{life.world.database}?mode=ro", uri=True)) as reader:
        rows = read_rows(reader)
        inbound = Counter(text for (text,) in reader.execute("SELECT text FROM inbound"))
        owed = reader.execute("SELECT * FROM callback").fetchall()
        (health,) = reader.execute("PRAGMA integrity_check").fetchone()
    if health != "ok":
        verdict.broken.append(f"the database is damaged: {health}")
    _audit_sent(life, rows, verdict)
    _audit_doubles(life, rows, verdict)
    _audit_written(life, inbound, verdict)
    _audit_told(life, rows, verdict)
    if owed:
        verdict.broken.append(f"{len(owed)} callbacks are still owed: {owed[:3]}")
    lines = life.world.box.log.read_text(encoding="utf-8", errors="replace").splitlines()
    verdict.broken += [f"gateway.log:{number}: {line[:200]}" for number, line in enumerate(lines, 1)
                       if _BAD_LINES.search(line)][:20]  # fmt: skip
    return verdict


def _audit_sent(life: Life, rows: dict[str, Row], verdict: Verdict) -> None:
    traffic = life.world.traffic
    statuses: Counter[str] = Counter()
    lost_reports = 0
    for number, asked in traffic.asked.items():
        row, seen = rows.get(number), traffic.on_air.get(number, OnAir())
        if row is None:
            if asked.is_accepted:
                verdict.broken.append(f"{number}: accepted, and not in the store")
            if seen.taken:
                verdict.broken.append(f"{number}: on the air, and not in the store")
            continue
        statuses[row.status] += 1
        verdict.broken += [
            f"{number} (message {row.id}, {row.status}, {asked.kind}): {what}"
            for what in (*_answer_wrong(asked, row), *_status_wrong(row, seen),
                         *what_is_wrong(asked, row, seen, shown_on(life.world.rack, number)))
        ]  # fmt: skip
        if row.status == "sent" and seen.reports.count(DELIVERED) >= row.segment_count:
            lost_reports += 1
            if not any(_is_beside_a_cut(life, at_s) for at_s in seen.reported_at_s):
                kills = "; ".join(_kills_near(life, seen.reported_at_s))
                verdict.broken.append(
                    f"{number} (message {row.id}): its reports {seen.reported_at_s} were not heard; kills: {kills}"
                )
    verdict.figures |= {
        "accepted": sum(asked.is_accepted is True for asked in traffic.asked.values()),
        "answer lost": sum(asked.is_accepted is None for asked in traffic.asked.values()),
        "refused": {what: count for what, count in traffic.refusals.items() if what.split()[0].isdigit()},
        "lost": sum("not in the store" in line for line in verdict.broken),
        "statuses": dict(statuses),
        "sent, and its report lost with a power cut": lost_reports,
    }


def _answer_wrong(asked: Asked, row: Row) -> Iterator[str]:
    if asked.is_accepted is False:
        yield "was refused, and is in the store"
    if asked.message_id not in {None, row.id}:
        yield f"was told to be message {asked.message_id}"
    if asked.text != row.text:
        yield f"its text is {row.text!r}, asked was {asked.text!r}"


def _status_wrong(row: Row, seen: OnAir) -> Iterator[str]:
    if row.is_open:
        yield f"still open at the end ({row.cause})"
    if row.status == "failed" and not seen.refused:
        yield f"the network refused none of it ({row.cause})"
    if row.status in {"expired", "cancelled"}:
        yield "nobody let it end like that"


def _audit_doubles(life: Life, rows: dict[str, Row], verdict: Verdict) -> None:
    """Each copy needs a kill of its own beside the first one, of which a SIM has one message in flight at most."""
    first_at_s: dict[str, list[tuple[float, str]]] = defaultdict(list)
    copies = 0
    for number, seen in life.world.traffic.on_air.items():
        by_segment: dict[int, list[tuple[float, str]]] = defaultdict(list)
        for at_s, imsi, segment in seen.taken_at:
            by_segment[segment].append((at_s, imsi))
        for taken in by_segment.values():
            copies += len(taken) - 1
            if len({imsi for _, imsi in taken}) > 1:
                verdict.broken.append(f"{number}: sent again by another SIM")
            first_at_s[taken[0][1]] += [(taken[0][0], number)] if len(taken) > 1 else []
    for imsi, doubles in first_at_s.items():
        left = [kill.at_s for kill in life.kills]
        for at_s, number in sorted(doubles):
            beside = [kill_s for kill_s in left if abs(kill_s - at_s) < BESIDE_S]
            if beside:
                left.remove(beside[0])
            else:
                verdict.broken.append(f"{number}: twice on the air by {imsi}, no kill at {at_s:.2f} s accounts for it")
    verdict.figures |= {
        "segments on the air": sum(sum(seen.taken.values()) for seen in life.world.traffic.on_air.values()),
        "of these a second time": copies,
        "marked as possible duplicates": sum(row.resent_segment is not None for row in rows.values()),
        "without an answer": sum(row.unanswered for row in rows.values()),
    }


def _is_beside_a_cut(life: Life, at_s: float) -> bool:
    """Whether a power cut may have taken a report: what a killed process leaves unread or unsynced the next one has."""
    since_s, before = 0.0, None
    for kill in life.kills:
        is_hardly_ready = before is not None and kill.at_s - (before.back_at_s or kill.at_s) < BESIDE_S
        if before is None or not is_hardly_ready:
            since_s = kill.at_s
        elif before.back_at_s is not None:
            since_s = before.at_s
        if kill.was_cut and since_s - BESIDE_S < at_s < (kill.back_at_s or kill.at_s) + BESIDE_S:
            return True
        before = kill
    return False


def _kills_near(life: Life, instants_s: list[float]) -> Iterator[str]:
    """Tell when it was killed around the time, how, and when it was ready again."""
    for kill in life.kills:
        if any(abs(kill.at_s - at_s) < SHOWN_S for at_s in instants_s):
            back = "-" if kill.back_at_s is None else f"{kill.back_at_s:.2f}"
            yield f"{kill.at_s:.2f} {'power cut' if kill.was_cut else 'kill'} {kill.point}, ready {back}"


def _audit_written(life: Life, inbound: Counter[str], verdict: Verdict) -> None:
    written = life.world.traffic.written
    verdict.broken += [f"written to {number} and never received: {text[:40]!r}"
                       for text, number in written.items() if not inbound[text]]  # fmt: skip
    verdict.broken += [f"received {count} times: {text[:40]!r}" for text, count in inbound.items() if count > 1]
    verdict.broken += [f"received, and nobody wrote it: {text[:40]!r}" for text in inbound if text not in written]
    verdict.figures |= {"written": len(written), "received": sum(inbound.values())}


def _audit_told(life: Life, rows: dict[str, Row], verdict: Verdict) -> None:
    receiver = life.world.receiver
    told: dict[str, Counter[str]] = defaultdict(Counter)
    for (number, kind, _), count in receiver.statuses.items():
        told[number][kind] += count
    for number, row in rows.items():
        owed = {"SMS-Status-Result"} if row.status in _FINAL else set()
        owed |= {"SMS-Status-Report"} if row.status in {"delivered", "undelivered"} else set()
        verdict.broken += [f"{number} ({row.status}): {kind} was not told" for kind in owed if not told[number][kind]]
    verdict.broken += [f"not told to the customer: {text[:40]!r}" for text in life.world.traffic.written
                       if not receiver.inbound[text]]  # fmt: skip
    verdict.figures |= {
        "callbacks": sum(receiver.statuses.values()) + sum(receiver.inbound.values()),
        "of these told again": sum(count - 1 for count in (*receiver.statuses.values(), *receiver.inbound.values())),
    }
