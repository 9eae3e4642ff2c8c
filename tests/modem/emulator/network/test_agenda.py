from __future__ import annotations

from modem.emulator.network.agenda import Agenda


def test_tasks_are_done_in_order_of_time_and_of_being_put_down() -> None:
    agenda = Agenda()
    late: list[float] = []
    first: list[float] = []
    second: list[float] = []
    agenda.at(2.0, late.append)
    agenda.at(1.0, first.append)
    agenda.at(1.0, lambda at: second.append(at + len(first)))

    assert agenda.next_due() == 1.0
    agenda.work(1.5)
    assert (first, second, late) == ([1.0], [2.0], [])
    agenda.work(10)
    assert (late, agenda.next_due()) == ([2.0], None)


def test_a_task_without_delay_is_done_at_once() -> None:
    agenda = Agenda()
    done: list[float] = []
    agenda.after(0, 5.0, done.append)

    assert (done, agenda.next_due()) == ([5.0], None)


def test_a_task_that_puts_down_another_one_keeps_the_time() -> None:
    agenda = Agenda()
    done: list[float] = []

    def again(at: float) -> None:
        done.append(at)
        if at < 5:
            agenda.after(1, at, again)

    agenda.at(1, again)
    agenda.work(3.5)
    assert done == [1, 2, 3]
