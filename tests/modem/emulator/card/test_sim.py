from __future__ import annotations

from modem.emulator.card.sim import PIN, PUK, Sim
from modem.emulator.numbering import identity


def waits_for(card: Sim) -> str:
    return card.wanted.value


def locked_card() -> Sim:
    return Sim(identity(0), smsc="+33639980000", is_pin_asked=True)


def test_a_card_that_asks_opens_for_its_pin_until_the_power_goes() -> None:
    card = locked_card()

    assert waits_for(card) == "SIM PIN"
    assert card.enter_pin(PIN)
    assert waits_for(card) == "READY"
    card.lose_power()
    assert waits_for(card) == "SIM PIN"


def test_three_wrong_pins_want_the_puk_which_sets_a_new_pin() -> None:
    card = locked_card()
    for _ in range(3):
        assert not card.enter_pin("0000")

    assert waits_for(card) == "SIM PUK"
    assert not card.enter_pin(PIN)
    assert not card.enter_puk("00000000", "4321")
    assert card.enter_puk(PUK, "4321")
    assert waits_for(card) == "READY"
    card.lose_power()
    assert card.enter_pin("4321")


def test_a_card_that_asks_for_nothing_knows_its_own_number() -> None:
    card = Sim(identity(0), smsc="+33639980000")

    assert waits_for(card) == "READY"
    assert [contact.number for _, contact in card.own_numbers] == [identity(0).number]
