from __future__ import annotations

from modem.emulator.network import Answer, Quota, Tariff
from modem.emulator.network.tariff import BARRED, Credit


def sent(credit: Credit, now: float) -> bool:
    if credit.refusal(now) is not None:
        return False
    credit.pay()
    return True


def test_a_balance_is_spent_message_by_message() -> None:
    credit = Credit(Tariff(balance_cents=25, price_cents=10))

    assert [sent(credit, 0) for _ in range(3)] == [True, True, False]
    assert (credit.balance_cents, credit.refusal(0)) == (5, BARRED)
    credit.top_up(10)
    assert (sent(credit, 0), credit.balance_cents) == (True, 5)


def test_without_a_balance_everything_is_paid() -> None:
    credit = Credit(Tariff(price_cents=10))

    assert all(sent(credit, 0) for _ in range(100))
    assert credit.balance_cents is None


def test_a_quota_bars_until_its_period_is_over() -> None:
    credit = Credit(Tariff(quota=Quota(messages=2, period_s=100, answer=Answer(cause=50))))

    assert [sent(credit, now) for now in (10, 20, 30, 109.9)] == [True, True, False, False]
    assert credit.refusal(109.9) == Answer(cause=50)
    assert [sent(credit, now) for now in (110, 111, 112)] == [True, True, False]


def test_who_uses_a_quota_up_can_be_barred_for_longer() -> None:
    credit = Credit(Tariff(quota=Quota(messages=1, period_s=100, barred_s=50)))

    assert [sent(credit, now) for now in (0, 100, 149, 150)] == [True, False, False, True]


def test_who_does_not_use_a_quota_up_begins_anew() -> None:
    credit = Credit(Tariff(quota=Quota(messages=2, period_s=100, barred_s=50)))

    assert [sent(credit, now) for now in (0, 100, 101, 102)] == [True, True, True, False]
