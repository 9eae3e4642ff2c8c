from __future__ import annotations

import pytest

from modem.at.command import Command, Form
from modem.emulator.equipment.parameters import Parameters, number_list
from modem.emulator.refusal import CmeError, Cms, CmsError


def parameters(*arguments: str | None, most: int = 3) -> Parameters:
    return Parameters(Command(name="+X", form=Form.SET, arguments=arguments), most=most)


def test_a_number_is_read() -> None:
    assert parameters("2").number(0, range(3)) == 2


@pytest.mark.parametrize("text", ["3", "-1", "+1", "x", "", "1.0", "²", "9" * 5000])
def test_what_is_no_allowed_number_is_refused(text: str) -> None:
    with pytest.raises(CmeError, match="50"):
        parameters(text).number(0, range(3))


def test_an_omitted_parameter_has_its_default() -> None:
    given = parameters(None, "1")

    assert (given.number(0, range(3), 2), given.number(2, range(3), 0), given.text(0, "SM")) == (2, 0, "SM")


def test_an_omitted_parameter_without_a_default_is_refused() -> None:
    with pytest.raises(CmeError):
        parameters(None).text(0)


def test_too_many_parameters_are_refused() -> None:
    with pytest.raises(CmeError):
        parameters("1", "2", most=1)


def test_a_message_command_refuses_in_its_own_words() -> None:
    command = Command(name="+X", form=Form.SET, arguments=("9",))

    with pytest.raises(CmsError, match=r"\+CMS ERROR: 304"):
        Parameters(command, most=1, refusal=CmsError(Cms.INVALID_PDU_PARAMETER)).number(0, range(3))


@pytest.mark.parametrize(
    ("numbers", "text"), [((0, 1, 2), "(0-2)"), ((0, 1), "(0,1)"), ((1,), "(1)"), ((0, 2, 3), "(0,2,3)")]
)
def test_numbers_are_listed_as_in_test_answers(numbers: tuple[int, ...], text: str) -> None:
    assert number_list(numbers) == text
