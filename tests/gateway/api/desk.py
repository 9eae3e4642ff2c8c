"""A box for the tests of the HTTP side: real desk, accounts and store, no modems.

Port 1 is ready, port 2 is enabled but its modem is away. The account `demo` has the password `secret`. The key of
the box is 32 zeros, so that what is computed under it can be written down.
"""

from __future__ import annotations

import hashlib
import sqlite3
from base64 import b64encode
from collections.abc import Awaitable, Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

from gateway.config.settings import Settings
from gateway.core.account import Account, Role
from gateway.core.callback import CallbackEvent
from gateway.core.number import Number
from gateway.core.span import Span, SpanState
from gateway.core.status import Status
from gateway.core.types import AccountId, EpochMs, MessageId, Port
from gateway.service.accounts import Accounts
from gateway.service.desk import Service
from gateway.service.spans import SpanBoard, SpanCondition
from gateway.service.submitting import Submission
from gateway.store.backends.sqlite.store import SqliteStore
from gateway.store.receiving import NewInbound, Report
from gateway.store.sending import AttemptOutcome, Settlement, Turn
from tests.gateway.api.exchange import Exchange, filled
from tests.support.clock import FakeClock

PASSWORD = "secret"
IMSI = {1: "262011234567890", 2: "262019876543210"}


def cheap_hash(password: str) -> str:
    """A hash as `gateway.service.passwords` keeps it, with parameters that cost nothing."""
    salt = b"0123456789abcdef"
    digest = hashlib.scrypt(password.encode(), salt=salt, n=2, r=1, p=1, dklen=32)
    return f"scrypt$2$1$1${b64encode(salt).decode()}${b64encode(digest).decode()}"


class Desk:
    def __init__(self, path: Path, settings: Settings | None = None) -> None:
        self.path = path
        self.clock = FakeClock(1_711_448_100_000)  # 2024-03-26 10:15:00 UTC
        self.store = SqliteStore(path, synchronous="normal")
        self.board = SpanBoard(lambda: self.store.load)
        self.accounts = Accounts(self.store, clock=self.clock)
        self.service = Service(
            settings=settings or Settings(),
            store=self.store,
            accounts=self.accounts,
            board=self.board,
            clock=self.clock,
        )
        self._mr = 0

    async def open(self) -> None:
        await self.store.open()
        self.change("INSERT INTO secret VALUES ('server', zeroblob(32))")
        for number in (1, 2):
            await self.store.save_span(Span(port=Port(number), name=f"gsm-{number}"))
        self.board.put(await self.store.spans())
        self.set_state(1, SpanState.READY)
        self.demo = await self.add_account("demo")

    async def count_ids_from(self, first: int) -> None:
        """Have the next message be number `first`."""
        await self.store.close()
        self.change("UPDATE sequence SET next = ? WHERE name = 'message'", first)
        await self.store.open()

    async def add_account(self, name: str, **facts: Any) -> Account:
        wanted = Account(id=AccountId(0), name=name, **facts)
        return await self.store.add_account(wanted, cheap_hash(PASSWORD), self.clock.now_ms())

    def change_demo(self, **facts: object) -> None:
        """Change the account demo behind the back of the gateway."""
        for name, value in facts.items():
            self.change(f"UPDATE account SET {name} = ? WHERE id = {self.demo.id}", value)

    def change(self, statement: str, *values: object) -> None:
        with closing(sqlite3.connect(self.path)) as connection, connection:
            connection.execute("PRAGMA synchronous = OFF")  # nobody cuts the power of a desk
            connection.execute(statement, values)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What is really in the database."""
        with closing(sqlite3.connect(self.path)) as connection:
            return connection.execute(query).fetchall()

    def ids(self) -> list[MessageId]:
        """Outbound messages in the order they were accepted."""
        return [MessageId(row[0]) for row in self.rows("SELECT id FROM message ORDER BY id")]

    def set_state(self, port: int, state: SpanState) -> None:
        self.board.set_condition(Port(port), SpanCondition(state=state, reason="", imsi=IMSI[port]))

    def put_span(self, port: int, **facts: Any) -> None:
        self.board.put([Span(**{"port": Port(port), "name": f"gsm-{port}", **facts})])

    async def credentials(self, dialect: str) -> dict[str, str]:
        """What stands for credentials of the account demo in the exchanges of a dialect."""
        api_token = await self.accounts.create_token("demo", label="")
        key, _, secret = api_token.partition("|")
        return {
            "<session>": await self.accounts.open_session(self.demo, kind=dialect, life_s=3600),
            "<api token>": api_token,
            "<permanent token>": await self.accounts.keys.permanent_token(self.demo),
            "<basic>": b64encode(f"{key}:{secret}".encode()).decode(),
        }

    async def prepare(self, exchange: Exchange) -> Exchange:
        """Bring the box into the state that an exchange wants; gives it with credentials for its holes."""
        credentials = await self.credentials(exchange.dialect)
        for state in exchange.given:
            change = STATES[state](self)
            if change is not None:
                await change
        return replace(exchange, request=filled(exchange.request, credentials))

    # --- what modems and networks do

    async def settle(self, message_id: int, *, cause: str = "", status: Status = Status.SENT) -> None:
        """Have a span take the message, and the network take or refuse it."""
        (message,) = await self.store.messages([MessageId(message_id)])
        port = message.port or Port(1)
        turn = Turn(port=port, sim=IMSI[port], imsi=IMSI[port], now=self.clock.now_ms())
        assignment = (await self.store.turn(turn)).assignment
        assert assignment is not None
        assert assignment.message_id == message_id
        self._mr += 1
        settlement = Settlement(
            attempt_id=assignment.attempt_id,
            message_id=assignment.message_id,
            outcome=AttemptOutcome.ACCEPTED if status is Status.SENT else AttemptOutcome.REFUSED,
            mr=self._mr if status is Status.SENT else None,
            cause=cause,
            next_status=None if status is Status.SENT else status,
        )
        await self.store.turn(
            Turn(
                port=port,
                sim=IMSI[port],
                imsi=IMSI[port],
                now=self.clock.now_ms(),
                settlement=settlement,
                claim=False,
            )
        )

    async def report(self, message_id: int, tp_status: int = 0) -> None:
        """Have the network report on the message that was settled last."""
        (message,) = await self.store.messages([MessageId(message_id)])
        assert message.port is not None
        now = self.clock.now_ms()
        report = Report(
            sim=IMSI[message.port],
            mr=self._mr,
            recipient=message.recipient,
            status=tp_status,
            scts=now,
            discharged=now,
            received_at=now,
        )
        await self.store.report(report)

    async def receive(self, text: str, *, sender: str = "+491711234567", port: int = 1) -> None:
        """Have a phone send us a text."""
        now = self.clock.now_ms()
        inbound = NewInbound(
            port=Port(port),
            sim=IMSI[port],
            sim_imsi=IMSI[port],
            sender=sender,
            text=text,
            data=None,
            smsc="+491710760000",
            scts=EpochMs(now - 1000),
            received_at=now,
        )
        await self.store.add_inbound(inbound, None)

    async def push_to(self, port: int, **values: Any) -> None:
        """Have the account demo pushed everything to a receiver on this machine."""
        settings = {
            "enable": 1,
            "reports_enable": 1,
            "results_enable": 1,
            "url_host": "127.0.0.1",
            "url_port": str(port),
            "url_path": "/sms.php",
            **values,
        }
        await self.store.save_settings(self.demo.id, "openvox", settings, frozenset(CallbackEvent))

    def stored(self) -> list[tuple[Any, ...]]:
        """What would differ if something had been stored."""
        tables = (
            "message",
            "dialect_settings",
            "subscription",
            "session",
            "contact",
            "tag",
            "contact_tag",
            "newsletter",
        )
        with closing(sqlite3.connect(self.path)) as connection:
            return [row for table in tables for row in connection.execute(f"SELECT * FROM {table}")]


def _change_demo(**facts: object) -> Callable[[Desk], None]:
    return lambda desk: desk.change_demo(**facts)


def _use_up_rate(desk: Desk) -> None:
    desk.change_demo(rate_per_s=1)
    for _ in range(2):
        desk.accounts.take_rate(replace(desk.demo, rate_per_s=1))


def _disable_spans(desk: Desk) -> None:
    for port in (1, 2):
        desk.put_span(port, enabled=False)


def _fail_logins(desk: Desk) -> None:
    for _ in range(10):
        desk.accounts._failed.begin("127.0.0.1", "demo", desk.clock.monotonic())
        desk.accounts._failed.end("127.0.0.1", "demo", desk.clock.monotonic(), has_failed=True)


def _break_store(desk: Desk) -> None:
    async def accept(*_: object) -> list[MessageId]:
        raise RuntimeError("broken on purpose")

    desk.store.accept = accept  # type: ignore[assignment,method-assign]


def _add_contacts(*phones: str) -> Callable[[Desk], None]:
    def add(desk: Desk) -> None:
        for number, phone in enumerate(phones, 1):
            desk.change(
                "INSERT INTO contact VALUES (?, ?, ?, ?, ?, '', NULL, ?, ?, 1, ?)",
                number,
                desk.demo.id,
                f"sub{number}",
                f"sub{number}",
                "A. Rahman" if number == 1 else f"Person {number}",
                phone,
                "".join(filter(str.isdecimal, phone)) or None,
                1_711_447_200_000,
            )

    return add


def _add_lists(desk: Desk) -> None:
    """Templates and sender names of smsplus.md 8, and some that cannot be used."""
    for template_id, name, text, approved, accounts in (
        (4, "otp", "Code: {1}", 1, None),
        (5, "pending", "Wait {1}", 0, None),
        (6, "named", "Hello {name}", 1, None),
        (7, "of others", "Hello", 1, ""),
        (8, "plain", "Hello", 1, None),
        (9, "welcome", "Hello {1}, your code is {2}.", 1, None),
        (10, "three", "{3}{2}{1}", 1, None),
    ):
        desk.change("INSERT INTO template VALUES (?, ?, ?, ?, ?, ?)", template_id, name, name, text, approved, accounts)
    for name, spans, approved, accounts in (
        ("ACME", "1", 1, None),
        ("Pending", "1", 0, None),
        ("Others", "1", 1, ""),
        ("Away", "7", 1, None),
    ):
        desk.change(
            "INSERT INTO sender_pool (name, name_key, spans, approved, accounts) VALUES (?, ?, ?, ?, ?)",
            name, name.casefold(), spans, approved, accounts,
        )  # fmt: skip


def _own_number(desk: Desk) -> None:
    """The number of voipcom.md 10 in port 1."""
    desk.change("INSERT OR REPLACE INTO own_number VALUES (1, '+17134567890', '17134567890')")
    desk.service.directory.forget()


def _ids_from(first: int) -> Callable[[Desk], Awaitable[None]]:
    return lambda desk: desk.count_ids_from(first)


async def _submit(desk: Desk, text: str = "It is a SMS message", **facts: Any) -> MessageId:
    number = Number(given="12812345678", normalised="+12812345678")
    (accepted,) = await desk.service.submit(desk.demo, Submission(numbers=[number], text=text, **facts))
    return accepted.id


async def _add_conversation(desk: Desk) -> None:
    """The conversation of voipcom.md 10: 1044 delivered at 10:15:02 in Paris, 1049 received at 10:20:00."""
    _own_number(desk)
    desk.change_demo(timezone="Europe/Paris")
    desk.clock.turn_back(3600)
    await desk.count_ids_from(1044)
    sent = await _submit(desk, dialect="voipcom")
    await desk.settle(sent)
    desk.clock.advance(2)
    await desk.report(sent)
    desk.clock.advance(298)
    await desk.count_ids_from(1049)
    await desk.receive("ok", sender="+12812345678")


async def _add_scheduled(desk: Desk) -> None:
    """The scheduled message of voipcom.md 10 with id 1045, and before it, with 1044, one of another API."""
    _own_number(desk)
    await desk.count_ids_from(1044)
    await _submit(desk, "later", dialect="onezeroart", send_at=EpochMs(1_893_499_200_000))  # 2030-01-01 12:00 UTC
    at = EpochMs(1_893_503_700_000)  # 13:15
    await _submit(desk, "See you", dialect="voipcom", send_at=at, spans=(Port(1),), sender="17134567890")


async def _submit_and_settle(desk: Desk) -> None:
    await desk.settle(await _submit(desk, dialect="voipcom"))


async def _submit_of_another(desk: Desk) -> None:
    other = await desk.add_account("other")
    submission = Submission(
        dialect="voipcom", numbers=[Number(given="12812345678", normalised="+12812345678")], text="x"
    )
    await desk.service.submit(other, submission)


def _add_template_with_order(desk: Desk) -> None:
    text = "Order {order} for {1}, {{sic}}"
    desk.change("INSERT INTO template VALUES (11, 'order', 'order', ?, 1, NULL)", text)


def _add_tags(desk: Desk) -> None:
    """Tag 12 with the contacts 1 and 2, where there are any, tag 13 with none."""
    for tag_id, title in ((12, "VIP"), (13, "empty")):
        desk.change("INSERT INTO tag VALUES (?, ?, ?, ?)", tag_id, desk.demo.id, title, title.casefold())
    desk.change("INSERT INTO contact_tag SELECT 12, id FROM contact WHERE id IN (1, 2)")


def _add_modem_and_number(desk: Desk) -> None:
    desk.put_span(1, imei="490154203237518")
    desk.change("INSERT INTO own_number VALUES (1, '+491710000001', '491710000001')")


def _add_four_messages(desk: Desk) -> None:
    """Those of smsgateway24.md 10, 1044 to 1047: delivered, put off, of a newsletter, received; 1048 is another's."""
    start = 1_711_444_500_000  # 2024-03-26 09:15:00 UTC
    due = 1_909_180_200_000  # 2030-07-01 23:50:00 UTC
    desk.change(
        "INSERT INTO newsletter (id, account_id, title, text, created_at) VALUES (9, ?, 'Letter', 'Spring', ?)",
        desk.demo.id, start,
    )  # fmt: skip
    for number, to, text, reference, status, port, sent_s, send_at, facts in (
        (1044, "+4915752982212", "Your code is 1234", "122", "delivered", 1, 2, None, (1, 0, None)),
        (1045, "015752982212", "Test", "", "held", 1, None, due, (0, 1, None)),
        (1046, "+4917642111111", "Spring", "", "sent", 2, 5, None, (0, 0, 9)),
        (1048, "+4917642111111", "not ours", "", "sent", 1, 5, None, (0, 0, None)),
    ):
        at = start + (number - 1044) * 60_000
        owner = desk.demo.id if number != 1048 else 0
        sent_at = None if sent_s is None else at + sent_s * 1000
        key = to.removeprefix("+")
        desk.change(
            "INSERT INTO message (id, account_id, dialect, recipient, recipient_key, recipient_given, text,"
            " segment_count, concat_ref, request_report, client_ref, accepted_at, valid_until, status, port, spans,"
            " shown_at, sent_at, send_at, is_urgent, sim_slot, newsletter_id)"
            " VALUES (?, ?, 'smsgateway24', ?, ?, ?, ?, 1, 0, 1, ?, ?, ?, ?, ?, '', ?, ?, ?, ?, ?, ?)",
            number, owner, to, key, to, text, reference, at, due * 2, status, port, at, sent_at, send_at, *facts,
        )  # fmt: skip
    desk.change(
        "INSERT INTO inbound (id, port, sim, sim_imsi, sender, sender_key, text, smsc, received_at, is_complete,"
        " shown_at) VALUES (1047, 1, '', '', '+4915752982212', '4915752982212', 'Thanks! 👍', '', ?, 1, ?)",
        start + 300_000, start + 300_000,
    )  # fmt: skip
    desk.change(
        "INSERT OR REPLACE INTO total (kind, key, value) SELECT 'outbox', account_id, count(*) FROM message GROUP BY 2"
        " UNION ALL SELECT 'outbox', 0, count(*) FROM message UNION ALL SELECT 'inbox', port, count(*) FROM inbound"
        " GROUP BY 2 UNION ALL SELECT 'inbox', 0, count(*) FROM inbound"
    )


STATES: dict[str, Callable[[Desk], Awaitable[None] | None]] = {
    "no credit": _change_demo(credit=0),
    "credit 1": _change_demo(credit=1),
    "credit 2": _change_demo(credit=2),
    "disabled": _change_demo(enabled=False),
    "viewer": _change_demo(role=Role.VIEWER),
    "admin": _change_demo(role=Role.ADMIN),
    "only port 1": _change_demo(spans="1"),
    "only port 2": _change_demo(spans="2"),
    "port 1 away": lambda desk: desk.set_state(1, SpanState.MISSING),
    "only dialect smsplus": _change_demo(dialects="smsplus"),
    "only dialect voipcom": _change_demo(dialects="voipcom"),
    "rate used up": _use_up_rate,
    "queue full": _change_demo(queue_limit=1),
    "spans disabled": _disable_spans,
    "logins failed": _fail_logins,
    "store broken": _break_store,
    "demo has an e-mail": _change_demo(email="demo@example.com", email_key="demo@example.com"),
    "five contacts": _add_contacts("01712345678", "+8801712345679", "01712-345680", "017 12345681", "01712345678"),
    "contacts without a usable number": _add_contacts("", "abc"),
    "150 contacts": _add_contacts(*["01712345678"] * 150),
    "templates and senders": _add_lists,
    "default sender ACME": _change_demo(default_sender="ACME"),
    "e-mail not verified": _change_demo(unready="email_verified"),
    "mobile not verified": _change_demo(unready="mobile_verified,contract_signed"),
    "no passport": _change_demo(unready="passport_uploaded"),
    "passport not approved": _change_demo(unready="passport_approved"),
    "contract not signed": _change_demo(unready="contract_signed"),
    "own number": _own_number,
    "ids from 1044": _ids_from(1044),
    "ids from 1045": _ids_from(1045),
    "a conversation": _add_conversation,
    "a scheduled message": _add_scheduled,
    "message 1 sent": _submit_and_settle,
    "message 1 of another": _submit_of_another,
    "template with order": _add_template_with_order,
    "tags": _add_tags,
    "modem and number of port 1": _add_modem_and_number,
    "port 2 seen an hour ago": lambda desk: desk.change(
        "INSERT INTO span_time VALUES (2, ?, ?)", desk.clock.now_ms() - 7_200_000, desk.clock.now_ms() - 3_600_000
    ),
    "four messages": _add_four_messages,
    "no port": _change_demo(spans="9"),
    "port 2 ready": lambda desk: desk.set_state(2, SpanState.READY),
}
"""How the box stands before an exchange, by the words of the exchange files."""
