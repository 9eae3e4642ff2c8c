"""The shelf of commands keeps its contract."""

from __future__ import annotations

from modem.at.command import Form
from modem.emulator.command import Shelf, load_table
from tests.modem.emulator.bench import Bench


def test_every_command_answers_without_parameters_and_leaves_the_line_usable() -> None:
    for name, form in sorted(load_table(), key=str):
        bench = Bench()
        bench.at(name + form.value)
        bench.wait(10)
        bench.type(b"\x1b")
        bench.read()

        assert bench.at("V1Q0")[-1:] == ["OK"], name


def test_two_forms_of_a_command_may_share_a_handler() -> None:
    shelf = Shelf()
    shelf.constant("+X", Form.TEST, "+X: (0,1)")

    @shelf.on("+X", Form.READ, Form.EXECUTE)
    def answer(_equipment: object, _command: object) -> list[str]:
        return ["+X: 0"]

    assert set(shelf.handlers) == {("+X", Form.TEST), ("+X", Form.READ), ("+X", Form.EXECUTE)}
