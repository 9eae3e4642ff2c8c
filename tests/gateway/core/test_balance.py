from __future__ import annotations

import re
from decimal import Decimal

import pytest

from gateway.core.balance import BalanceRule, find_rule, read_amount

NUMBER = re.compile(r"-?[0-9][0-9.,]*")


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("Your balance is 5.00.", "5.00"),
        ("Guthaben: 12,34 EUR", "12.34"),
        ("Guthaben: 1.234,56 EUR", "1234.56"),
        ("Balance Rs 1,234.56, valid till", "1234.56"),
        ("Balance 1.234.567 units", "1234567"),
        ("-0.55 left", "-0.55"),
        ("Balance 0", "0"),
        ("nothing here", None),
    ],
)
def test_number_is_read_as_people_write_it(text: str, amount: str | None) -> None:
    assert read_amount(text, NUMBER) == (None if amount is None else Decimal(amount))


@pytest.mark.parametrize(
    ("text", "pattern", "amount"),
    [
        ("Tariff 5, balance: 3.20 EUR", r"balance: ([0-9.]+)", "3.20"),
        ("Main 10 KZT. Solde: 1 500,50 F", r"Solde: ([0-9 ,]+)", "1500.50"),
        ("no number", r"balance: ([0-9.]+)|number", None),
        ("balance: ...", r"balance: ([0-9.]*)", None),
        ("1e5 and more", r"(\w+)", "1E+5"),
    ],
)
def test_pattern_of_the_settings_finds_it(text: str, pattern: str, amount: str | None) -> None:
    assert read_amount(text, re.compile(pattern)) == (None if amount is None else Decimal(amount))


def test_rule_is_chosen_by_operator_and_imsi_in_order() -> None:
    def rule(operator: str, mccmnc: str) -> BalanceRule:
        return BalanceRule(
            operator=operator, mccmnc=mccmnc, code="*100#", answers=(), pattern=NUMBER, interval_s=60, low=None
        )

    rules = [rule("Vodafone*", ""), rule("", "26203"), rule("o2*", "26203")]
    assert find_rule(rules, "vodafone.de", "262021") is rules[0]
    assert find_rule(rules, "o2 - de", "262031") is rules[1]
    assert find_rule(rules, "Telekom", "262011") is None
    assert find_rule([], "", "") is None
