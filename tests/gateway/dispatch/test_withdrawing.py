"""Withdrawing messages while spans send them: whatever the radio answers, what is called cancelled was on no phone."""

from __future__ import annotations

import asyncio
import random
from collections import Counter

import pytest

from gateway.core.options import Options, WhenUnknown
from gateway.core.status import Status
from gateway.core.types import MessageId
from gateway.dispatch.radio import Accepted, NoAnswer, Refused, SubmitResult
from gateway.store.requests import Withdrawal
from tests.gateway.dispatch.conftest import Field, MakeField
from tests.support.radio import FakeRadio

CONGESTION = Refused(kind="cms", code=42, text="congestion", is_local=False)
NO_PROMPT = NoAnswer(reason="no prompt", is_sent=False)
LOST_AFTER_CTRL_Z = NoAnswer(reason="port lost", is_sent=True)
FINAL = (Status.SENT, Status.CANCELLED, Status.UNKNOWN, Status.FAILED, Status.EXPIRED)


async def withdraw(field: Field, message_id: MessageId) -> Withdrawal:
    answer = await field.store.withdraw(message_id, account_id=None, now=field.clock.now_ms())
    assert answer is not None
    return answer.state


@pytest.mark.parametrize("refusal", [CONGESTION, NO_PROMPT], ids=["refused", "not sent"])
async def test_a_message_under_way_is_withdrawn_when_the_modem_refuses_it(
    make_field: MakeField, refusal: SubmitResult
) -> None:
    field = await make_field(retry_first_s=0.01)
    message_id = await field.accept()
    radio = await field.radio(0)
    await radio.asked_once()
    assert await withdraw(field, message_id) is Withdrawal.ASKED
    await radio.answer(refusal)
    await field.until(message_id, Status.CANCELLED)
    after = await field.accept(text="after")
    await radio.answer(Accepted(mr=1))
    await field.until(after, Status.SENT)
    assert [submit.text for submit in radio.sent] == ["hello", "after"]
    assert await withdraw(field, message_id) is Withdrawal.WITHDRAWN


async def test_a_message_that_the_network_takes_is_sent_although_it_was_withdrawn(make_field: MakeField) -> None:
    field = await make_field()
    message_id = await field.accept()
    radio = await field.radio(0)
    await radio.asked_once()
    assert await withdraw(field, message_id) is Withdrawal.ASKED
    await radio.answer(Accepted(mr=1))
    await field.until(message_id, Status.SENT)
    assert await withdraw(field, message_id) is Withdrawal.TOO_LATE


async def test_without_an_answer_it_is_not_sent_again(make_field: MakeField) -> None:
    field = await make_field(evidence_s=0.05)
    message_id = await field.accept()
    radio = await field.radio(0)
    await radio.asked_once()
    await withdraw(field, message_id)
    await radio.answer(LOST_AFTER_CTRL_Z)
    message = await field.until(message_id, Status.UNKNOWN)
    assert message.cause == "withdrawn, but it may have been sent"
    assert len(radio.sent) == 1


async def test_a_message_says_itself_whether_it_is_sent_again(make_field: MakeField) -> None:
    field = await make_field(evidence_s=0.05, when_unknown="resend")
    radio = await field.radio(0)
    await field.until_ready(1)
    message_id = await field.accept(options=Options(when_unknown=WhenUnknown.REPORT))
    await radio.answer(LOST_AFTER_CTRL_Z)
    await field.until(message_id, Status.UNKNOWN)
    assert len(radio.sent) == 1


class Network:
    """Answers the submits of one radio by chance, and keeps what really went out."""

    def __init__(self, radio: FakeRadio, chance: random.Random) -> None:
        self.went_out: Counter[str] = Counter()
        self.doubtful: set[str] = set()
        self._radio = radio
        self._chance = chance

    async def run(self) -> None:
        while True:
            submit, future = await self._radio.asked.get()
            for _ in range(self._chance.randrange(4)):
                await asyncio.sleep(0)  # so that withdrawals come before, during and after
            text = submit.text or ""
            result = self._chance.choice((Accepted(mr=1), CONGESTION, NO_PROMPT, LOST_AFTER_CTRL_Z))
            if result == LOST_AFTER_CTRL_Z:
                self.doubtful.add(text)
            if isinstance(result, Accepted) or (result == LOST_AFTER_CTRL_Z and self._chance.random() < 0.5):
                self.went_out[text] += 1
            future.set_result(result)


@pytest.mark.parametrize("seed", range(4))
async def test_whenever_it_comes_a_withdrawal_tells_the_truth(make_field: MakeField, seed: int) -> None:
    chance = random.Random(seed)
    field = await make_field(radios=2, evidence_s=0.02, retry_first_s=0.01, retry_longest_s=0.02, max_tries=99)
    networks = [Network(await field.radio(index), chance) for index in range(2)]
    tasks = [asyncio.create_task(network.run()) for network in networks]
    texts: dict[MessageId, str] = {}
    answers: dict[MessageId, Withdrawal] = {}
    for index in range(40):
        message_id = await field.accept(text=f"no {index}")
        texts[message_id] = f"no {index}"
        if chance.random() < 0.3:
            await asyncio.sleep(0)
        victim = chance.choice(list(texts))
        answers[victim] = await withdraw(field, victim)
    ended = {message_id: await field.until(message_id, *FINAL) for message_id in texts}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert field.store.load.open_messages == 0
    for message_id, message in ended.items():
        text = texts[message_id]
        copies = sum(network.went_out[text] for network in networks)
        is_doubtful = any(text in network.doubtful for network in networks)
        if message.status is Status.CANCELLED:
            assert (copies, message_id in answers) == (0, True), message
        if message.status is Status.SENT:
            assert copies >= 1, message
        if copies and not is_doubtful:
            assert (copies, message.status) == (1, Status.SENT), message
        if answers.get(message_id) is Withdrawal.WITHDRAWN:
            assert message.status is Status.CANCELLED, message
        if message.status is Status.UNKNOWN:
            assert is_doubtful, message
