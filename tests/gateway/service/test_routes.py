"""What becomes of submissions under the rules of the box, as it is stored."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.config.settings import Settings
from gateway.core.account import Account
from gateway.core.message import Assignment, Message
from gateway.core.number import Number
from gateway.core.span import Span, SpanState
from gateway.core.types import AccountId, EpochMs, Port
from gateway.errors import NoSpanError, RuleRefusalError
from gateway.service.accounts import Accounts
from gateway.service.desk import Service
from gateway.service.spans import SpanBoard, SpanCondition
from gateway.service.submitting import Submission
from gateway.service.why import Explainer
from gateway.store.backends.sqlite.store import SqliteStore
from gateway.store.receiving import NewInbound
from gateway.store.sending import AttemptOutcome, Settlement, Turn
from tests.support.clock import FakeClock

GERMAN = Number(given="+491711234567", normalised="+491711234567")
AUSTRIAN = Number(given="+436641234567", normalised="+436641234567")
HOUR_MS = 3_600_000


class Box:
    """A service with three spans that can send: 1 and 2 of one network, 3 of another."""

    def __init__(self, store: SqliteStore, **settings: object) -> None:
        self.store = store
        self.clock = FakeClock()
        self.settings = Settings.model_validate(settings)
        self.board = SpanBoard(lambda: store.load)
        self.board.put([Span(port=Port(port), name=f"gsm-{port}") for port in (1, 2, 3)])
        for port in (1, 2, 3):
            self.show(port)
        accounts = Accounts(store, clock=self.clock)
        self.service = Service(
            settings=self.settings, store=store, accounts=accounts, board=self.board, clock=self.clock
        )
        self.account = Account(id=AccountId(1), name="shop")

    def show(self, port: int, state: SpanState = SpanState.READY) -> None:
        mccmnc, operator = ("26202", "Vodafone.de") if port < 3 else ("26201", "Telekom.de")
        condition = SpanCondition(state=state, reason="", imsi=f"{mccmnc}123456789{port}", operator=operator)
        self.board.set_condition(Port(port), condition)

    def away(self, port: int) -> None:
        """Its modem was unplugged: nobody says any more which SIM is in it."""
        self.board.set_condition(Port(port), SpanCondition())

    async def send(self, *numbers: Number, account: Account | None = None, **facts: object) -> list[Message]:
        submission = replace(
            Submission(dialect="v1", numbers=numbers or (GERMAN,), text="hello"),
            **facts,  # type: ignore[arg-type]  # fields by name
        )
        accepted = await self.service.submit(account or self.account, submission)
        return await self.store.messages([one.id for one in accepted])

    async def takes(self, port: int) -> Assignment | None:
        """Have a span take what it may, whatever it prefers, and send it."""
        turn = Turn(
            port=Port(port),
            sim=f"sim{port}",
            imsi=f"imsi{port}",
            now=self.clock.now_ms(),
            steal_before=EpochMs(1 << 60),
        )
        assignment = (await self.store.turn(turn)).assignment
        if assignment is not None:
            settlement = Settlement(
                attempt_id=assignment.attempt_id, message_id=assignment.message_id, outcome=AttemptOutcome.ACCEPTED
            )
            await self.store.turn(replace(turn, settlement=settlement, claim=False))
        return assignment


MakeBox = Callable[..., Awaitable[Box]]


@pytest.fixture
async def make_box(tmp_path: Path) -> AsyncIterator[MakeBox]:
    store = SqliteStore(tmp_path / "gateway.db")
    await store.open()
    await store.add_account(Account(id=AccountId(0), name="shop"), "-", EpochMs(0))

    async def make(**settings: object) -> Box:
        return Box(store, **settings)

    yield make
    await store.close()


async def test_without_a_rule_nothing_is_explained(make_box: MakeBox) -> None:
    box = await make_box()
    (message,) = await box.send()
    assert (message.port, message.route_why) == (1, "")


async def test_a_country_has_its_spans_as_long_as_one_can_send(make_box: MakeBox) -> None:
    box = await make_box(route=[{"name": "Austria", "countries": ["AT"], "spans": [3]}])
    german, austrian = await box.send(GERMAN, AUSTRIAN)
    assert (german.port, german.route_why) == (1, "")
    assert (austrian.port, austrian.route_why) == (3, "rule Austria: prefers spans 3")
    box.show(3, SpanState.NOT_READY)
    (elsewhere,) = await box.send(AUSTRIAN)
    assert elsewhere.port == 2
    assert elsewhere.route_why == "rule Austria passed over: spans 3 (not ready)"


async def test_a_strict_rule_keeps_the_others_away_and_the_message_waits(make_box: MakeBox) -> None:
    box = await make_box(route=[{"prefixes": ["+49171"], "spans": ["gsm-2"], "only": True}])
    box.show(2, SpanState.NOT_READY)
    (message,) = await box.send()
    assert (message.port, message.route_why) == (None, "rule 1: only spans 2 (not ready)")
    assert await box.takes(1) is None
    taken = await box.takes(2)
    assert taken is not None
    assert taken.message_id == message.id


async def test_a_network_keeps_its_numbers_also_while_its_modem_is_away(make_box: MakeBox) -> None:
    box = await make_box(route=[{"name": "on-net", "prefixes": ["+49171"], "mccmnc": ["26201"], "only": True}])
    box.board.put([Span(port=Port(3), name="gsm-3", imsi="262011234567893")])
    assert (await box.send())[0].port == 3
    box.away(3)
    (waits,) = await box.send()
    assert (waits.port, waits.route_why) == (None, "rule on-net: only spans 3 (missing)")
    assert await box.takes(1) is None


async def test_a_strict_rule_without_any_span_is_refused(make_box: MakeBox) -> None:
    box = await make_box(route=[{"mccmnc": ["23415"], "only": True}])
    with pytest.raises(NoSpanError):
        await box.send()


async def test_what_a_rule_refuses_is_not_taken_nor_is_anything_with_it(make_box: MakeBox) -> None:
    box = await make_box(route=[{"name": "abroad", "prefixes": ["+43"], "refuse": "not in our contract"}])
    with pytest.raises(RuleRefusalError):
        await box.send(GERMAN, AUSTRIAN)
    assert box.store.load.open_messages == 0
    assert (await box.send(GERMAN))[0].port == 1
    explainer = Explainer(box.settings, board=box.board, store=box.store, clock=box.clock)
    said = await explainer.why("+436641234567", account="shop", dialect="v1", sender="")
    assert (said.port, said.spans, said.summary) == (None, (), "refused by rule abroad: not in our contract")


async def test_callers_keep_the_spans_they_name_within_the_rule(make_box: MakeBox) -> None:
    box = await make_box(route=[{"name": "cheap", "spans": [2, 3], "only": True}])
    assert [one.port for one in await box.send(GERMAN, AUSTRIAN, GERMAN, spans=(Port(3), Port(1), Port(2)))] == [
        3,
        2,
        3,
    ]
    (named,) = await box.send(spans=(Port(2),))
    assert named.port == 2
    with pytest.raises(NoSpanError):
        await box.send(spans=(Port(1),))


async def test_rules_go_by_account_api_and_sender(make_box: MakeBox) -> None:
    box = await make_box(
        route=[
            {"senders": ["acme*"], "spans": [3]},
            {"accounts": ["sh?p"], "dialects": ["openvox"], "spans": [2]},
        ]
    )
    assert (await box.send())[0].port == 1
    assert (await box.send(dialect="openvox"))[0].port == 2
    assert (await box.send(sender="ACME"))[0].port == 3
    await box.store.add_account(Account(id=AccountId(0), name="other"), "-", EpochMs(0))
    (message,) = await box.send(account=Account(id=AccountId(2), name="other"), dialect="openvox")
    assert not message.route_why


async def test_what_is_put_off_is_kept_to_its_spans_but_gets_one_when_it_is_due(make_box: MakeBox) -> None:
    box = await make_box(route=[{"spans": [3], "only": True}])
    send_at = EpochMs(box.clock.now_ms() + HOUR_MS)
    (message,) = await box.send(send_at=send_at)
    assert message.port is None
    await box.store.release(send_at)
    assert await box.takes(1) is None
    assert await box.takes(3) is not None


async def test_the_load_of_a_request_is_spread_within_a_rule(make_box: MakeBox) -> None:
    box = await make_box(route=[{"operators": ["vodafone*"]}])
    assert [one.port for one in await box.send(*[GERMAN] * 4)] == [1, 2, 1, 2]


# --- conversations ----------------------------------------------------------------------------------


async def test_a_conversation_keeps_its_span_while_that_can_send(make_box: MakeBox) -> None:
    box = await make_box(dispatch={"sticky_s": 3600})
    await box.send(spans=(Port(3),))
    (again,) = await box.send()
    assert (again.port, again.route_why) == (3, "same span as before in this conversation")
    assert (await box.send(AUSTRIAN))[0].port == 1, "another conversation"
    box.show(3, SpanState.NOT_READY)
    (elsewhere,) = await box.send()
    assert (elsewhere.port, elsewhere.route_why) == (2, "")


async def test_a_conversation_is_forgotten_after_its_time(make_box: MakeBox) -> None:
    box = await make_box(dispatch={"sticky_s": 3600})
    await box.send(spans=(Port(3),))
    box.clock.advance(3599)
    assert (await box.send())[0].port == 3
    box.clock.advance(3601)
    assert (await box.send())[0].port == 1


async def test_an_answer_goes_out_where_the_question_came_in(make_box: MakeBox) -> None:
    box = await make_box(dispatch={"sticky_s": 3600})
    await box.send(spans=(Port(2),))
    box.clock.advance(1)
    inbound = NewInbound(
        port=Port(3),
        sim="sim3",
        sim_imsi="262011234567893",
        sender="+491711234567",
        text="hi",
        data=None,
        smsc="",
        scts=None,
        received_at=box.clock.now_ms(),
    )
    await box.store.add_inbound(inbound, None)
    assert (await box.send())[0].port == 3


async def test_a_rule_goes_before_a_conversation(make_box: MakeBox) -> None:
    box = await make_box(route=[{"spans": [1]}], dispatch={"sticky_s": 3600})
    await box.send(spans=(Port(3),))
    assert (await box.send())[0].port == 1


# --- explained --------------------------------------------------------------------------------------


async def test_a_choice_is_explained_as_it_would_be_made(make_box: MakeBox) -> None:
    box = await make_box(
        route=[
            {"name": "Austria", "countries": ["AT"], "spans": [3]},
            {"name": "away", "spans": [3]},
            {"name": "Germany", "countries": ["DE"], "spans": [1, 2]},
            {"name": "rest", "spans": [1]},
        ],
        number={"default_region": "DE"},
    )
    box.show(3, SpanState.NOT_READY)
    await box.send(spans=(Port(1),))
    explainer = Explainer(box.settings, board=box.board, store=box.store, clock=box.clock)
    said = await explainer.why("0171 1234567", account="shop", dialect="v1", sender="")
    (message,) = await box.send()
    assert (said.recipient, said.port, said.spans) == ("+491711234567", message.port, (1, 2, 3))
    assert said.summary == "rule Germany, shortest expected wait"
    assert [(rule.name, rule.verdict) for rule in said.rules] == [
        ("Austria", "not about it: country"),
        ("away", "passed over: none of its spans can send"),
        ("Germany", "decides: its spans are preferred"),
        ("rest", "not reached"),
    ]
    assert [(one.port, one.why_not, one.waiting_segments, one.expected_wait_s) for one in said.candidates] == [
        (1, "longer wait", 1, 4.0),
        (2, "", 0, 0.0),
        (3, "not one of rule Germany", 0, 0.0),
    ]


async def test_what_would_wait_and_what_would_be_refused_is_said(make_box: MakeBox) -> None:
    box = await make_box(route=[{"name": "only two", "spans": [2], "only": True}])
    box.board.set_condition(Port(2), SpanCondition(state=SpanState.NOT_READY, reason="no network"))
    explainer = Explainer(box.settings, board=box.board, store=box.store, clock=box.clock)
    said = await explainer.why("+491711234567", account="", dialect="", sender="")
    assert (said.port, said.spans) == (None, (2,))
    assert said.summary == "it would wait: no span of rule only two can send now"
    assert said.candidates[1].why_not == "not ready: no network"
    box.board.put([Span(port=Port(2), name="gsm-2", enabled=False)])
    said = await explainer.why("+491711234567", account="", dialect="", sender="")
    assert (said.spans, said.summary) == ((), "refused: rule only two has no span that is switched on")
    with pytest.raises(NoSpanError):
        await box.send()
