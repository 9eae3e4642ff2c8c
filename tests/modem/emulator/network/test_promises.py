"""What the network promises as a whole: equal seeds give equal ledgers, and nothing is lost or doubled unless told."""

from __future__ import annotations

import json
import random
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modem.emulator.network import (
    RADIO_TIMES,
    Answer,
    AnswerRule,
    Cell,
    Centre,
    Congestion,
    Delay,
    Letter,
    Quota,
    Recipient,
    Reorder,
    Reports,
    Signal,
    Tariff,
    Trace,
    Window,
    flash,
)
from modem.emulator.radio import Acknowledged, Arriving, Delivery, MemoryFreed, Registration, UssdRequest
from modem.pdu import Deliver, Relative, Submit
from tests.modem.emulator.network.site import Site, imsi, number

HOUR_S = 3600
DAY_S = 24 * HOUR_S
PEOPLE = [f"+49171123450{index}" for index in range(6)]


def busy_site(seed: int) -> Site:
    """A network with a bit of everything."""
    congestion = Congestion(window=Window(from_s=8 * HOUR_S, until_s=9 * HOUR_S), slowdown=2, refused=0.2)
    site = Site(
        4,
        seed=seed,
        home=Cell(radio_time=RADIO_TIMES["gsm"], channels=2, congestions=(congestion,)),
        centre=Centre(report_delay=Delay(least_s=2, usual_s=4, most_s=12)),
    )
    network = site.network
    network.add_cell(Cell(name="lte", radio_time=RADIO_TIMES["sgs"]))
    network.move(imsi(1), "lte", 0)
    network.behave(PEOPLE[0], Recipient(absences=(Window(from_s=HOUR_S, until_s=5 * HOUR_S),)))
    network.behave(PEOPLE[1], Recipient(refusal=0x41))
    network.behave(PEOPLE[2], Recipient(reports=Reports(is_sent=False)))
    network.behave(PEOPLE[3], Recipient(copies=2, transit=Delay(least_s=0, most_s=60)))
    network.behave(PEOPLE[4], Recipient(reorder=Reorder(count=4, is_random=True), reports=Reports(copies=2)))
    network.rule(AnswerRule(answer=Answer(cause=41), share=0.02))
    network.rule(AnswerRule(answer=Answer(is_heard=False), share=0.01))
    network.charge(imsi(2), Tariff(balance_cents=3000, price_cents=9, quota=Quota(messages=20, period_s=HOUR_S)))
    signal = Trace(steps=((0.0, Signal(rssi=20, jitter=4)), (300.0, Signal(rssi=8, jitter=4))), repeat_s=600)
    network.trace_signal(imsi(0), signal, 0)
    outages = ((0.0, Registration.HOME), (5000.0, Registration.SEARCHING), (5600.0, Registration.HOME))
    network.trace_registration(imsi(3), Trace(steps=outages, repeat_s=7000), 0)
    site.settle()
    return site


def day_of(seed: int) -> tuple[bytes, list[str]]:
    """Run a day of network time; return the ledger as JSON lines, and what the modems heard."""
    site = busy_site(seed)
    habits = random.Random("the modems do the same each day")
    refusing = random.Random("so do their memories")
    site.acknowledge = lambda _delivery: Acknowledged(cause=22 if refusing.random() < 0.02 else None)
    for step in range(DAY_S // 30):
        index = step % 4
        to = habits.choice([*PEOPLE, number((index + 1) % 4)])
        site.submit(f"message {step}", to, index, report=True, validity=Relative(octet=habits.randrange(168)))
        if step % 7 == 0:
            site.network.post(
                habits.choice([Letter(text="x" * 400), flash("now"), Letter(data=bytes(20))]),
                PEOPLE[step % 6],
                number(index),
                site.now,
            )
        if step % 50 == 0:
            site.tell(UssdRequest(text="*100#"), index)
            site.network.call(PEOPLE[5], imsi(index), site.now)
        if step % 90 == 0:
            site.tell(MemoryFreed(), index)
        site.settle()
        site.wait(30)
    lines = "".join(json.dumps(entry.as_json()) + "\n" for entry in site.network.ledger).encode()
    return lines, [f"{at} {event}" for at, event in site.heard]


def test_a_day_of_network_time_with_one_seed_gives_one_ledger() -> None:
    first, second, other = day_of(1), day_of(1), day_of(2)

    assert first == second
    assert first[0] != other[0]
    kinds = Counter(json.loads(line)["kind"] for line in first[0].splitlines())
    assert min(kinds["submit"], kinds["deliver"], kinds["status_report"]) > 500


@st.composite
def recipients(draw: st.DrawFn) -> Recipient:
    """Anything that neither loses nor doubles a message."""
    delays = st.builds(Delay, least_s=st.sampled_from([0, 1, 10]), most_s=st.sampled_from([None, 10, 50]))
    reorders = st.none() | st.builds(
        Reorder, count=st.integers(2, 5), within_s=st.sampled_from([0.0, 5.0, 500.0]), is_random=st.booleans()
    )
    from_s = draw(st.integers(0, 500))
    absences = (Window(from_s=from_s, until_s=from_s + draw(st.integers(0, 5000))),) if draw(st.booleans()) else ()
    reports = draw(st.builds(Reports, delay=st.none() | delays, reorder=reorders, lead_s=st.none() | st.just(2.0)))
    failing = draw(st.sampled_from([0.0, 0.38]))
    return Recipient(transit=draw(delays), absences=absences, failing=failing, reorder=draw(reorders), reports=reports)


class Story:
    """What happens to three modems and some people: texts that were sent, and those that arrived."""

    def __init__(self, site: Site, goals: list[str], full_share: float, seed: int) -> None:
        self.site = site
        self.posted: Counter[str] = Counter()
        self.arrived: Counter[str] = Counter()
        self.reports = 0
        self._goals = goals
        self._full_share = full_share
        self._chance = random.Random(seed)
        site.acknowledge = self._acknowledge

    def _acknowledge(self, delivery: Delivery) -> Acknowledged:
        if self._chance.random() < self._full_share:
            return Acknowledged(cause=22)
        if isinstance(delivery.message, Deliver):
            self.arrived[str(delivery.message.text)] += 1
        else:
            self.reports += 1
        return Acknowledged()

    def go_on(self, action: str, index: int, goal: int, text: str, *, report: bool) -> None:
        """Let one thing happen."""
        to = self._goals[goal]
        if action == "submit":
            self.site.submit(text, to, index, report=report)
        elif action == "post":
            self.site.network.write(PEOPLE[4], to, text, self.site.now)
            self.posted[text] += 1
        elif action == "off":
            self.site.detach(index)
        elif action == "on":
            self.site.attach(index)
        else:
            state = Registration.SEARCHING if action == "lose" else Registration.HOME
            self.site.network.register(imsi(index), state, self.site.now)
        self.site.settle()

    def end(self) -> None:
        """Let everybody be there, for a day."""
        for index in range(3):
            self.site.network.register(imsi(index), Registration.HOME, self.site.now)
            self.site.attach(index)
        self.site.wait(DAY_S)
        for person in PEOPLE:
            self.arrived.update(str(text) for text in self.site.shown(person))


ACTIONS = ["submit", "submit", "submit", "post", "off", "on", "lose", "find"]
STEPS = st.lists(
    st.tuples(
        st.sampled_from(ACTIONS), st.integers(0, 2), st.integers(0, 5), st.booleans(), st.sampled_from([0, 1, 50])
    ),
    min_size=1,
    max_size=30,
)


@settings(max_examples=80, deadline=None)
@given(
    steps=STEPS,
    behaviours=st.lists(st.none() | recipients(), min_size=6, max_size=6),
    seed=st.integers(0, 1000),
    cell=st.tuples(st.sampled_from(sorted(RADIO_TIMES)), st.sampled_from([None, 1, 2])),
    shares=st.tuples(st.sampled_from([0.0, 0.3]), st.sampled_from([0.0, 0.4])),
)
def test_no_message_is_lost_or_doubled_unless_told(
    steps: list[tuple[str, int, int, bool, int]],
    behaviours: list[Recipient | None],
    seed: int,
    cell: tuple[str, int | None],
    shares: tuple[float, float],
) -> None:
    """Whatever is absent, slow, full, out of reach or turned round: what was taken arrives once, and so its report."""
    radio, channels = cell
    site = Site(3, seed=seed, home=Cell(radio_time=RADIO_TIMES[radio], channels=channels))
    goals = [*PEOPLE[:3], number(0), number(1), number(2)]
    for goal, behaviour in zip(goals, behaviours, strict=True):
        if behaviour is not None:
            site.network.behave(goal, behaviour)
    site.network.rule(AnswerRule(answer=Answer(cause=42), share=shares[0]))
    story = Story(site, goals, shares[1], seed)
    for step, (action, index, goal_number, is_reported, pause_s) in enumerate(steps):
        story.go_on(action, index, goal_number, str(step), report=is_reported)
        site.wait(pause_s)
    story.end()

    submits = [entry.tpdu for entry in site.network.ledger if isinstance(entry.tpdu, Submit) and entry.is_taken]
    taken = Counter(str(submit.text) for submit in submits)
    assert story.arrived == taken + story.posted
    assert story.reports == sum(submit.request_report for submit in submits)
    # A yes is never a lie; it may be lost with the modem's radio.
    assert sum(site.answers(index).count(None) for index in range(3)) <= len(submits)


def test_a_message_goes_round_between_sims_without_end_of_breath() -> None:
    """A queue of thousands is walked without recursion."""
    site = Site(2)
    site.detach(1)
    for step in range(3000):
        site.submit(str(step), number(1))
    site.attach(1)

    assert site.texts(1) == [str(step) for step in range(3000)]


@pytest.mark.parametrize("index", [0, 1])
def test_arriving_waits_for_its_acknowledgement(index: int) -> None:
    site = Site(2)
    site.acknowledge = lambda _delivery: None
    for _ in range(5):
        site.network.write(PEOPLE[0], number(index), "hello", 0)
    site.settle()

    assert len(site.all_heard(Arriving, index)) == 1
