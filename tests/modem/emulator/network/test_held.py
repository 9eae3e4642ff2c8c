from __future__ import annotations

from modem.emulator.network.held import Held, HeldQueue


def held(expires: float) -> Held:
    return Held(message=b"", originator="+1", smsc="+2", expires=expires)


def queue_of(*expiries: float) -> tuple[HeldQueue, list[Held]]:
    queue, all_held = HeldQueue(), [held(expires) for expires in expiries]
    for one in all_held:
        queue.append(one)
    return queue, all_held


def test_a_queue_keeps_its_order_whoever_leaves() -> None:
    queue, (a, b, c) = queue_of(1, 1, 1)
    queue.remove(b)

    assert (list(queue), queue.first, len(queue)) == ([a, c], a, 2)
    queue.remove(a)
    assert queue.first is c


def test_only_what_waits_expires_and_the_earliest_first() -> None:
    queue, (a, b, c, d) = queue_of(30, 10, 20, 5)
    queue.time([a, b, c])
    queue.time([a])  # known already

    assert queue.next_expiry() == 10
    assert queue.take_expired(25, look_again_s=1, kept=None) == [b, c]
    assert (list(queue), queue.next_expiry()) == ([a, d], 30)


def test_what_has_left_does_not_expire() -> None:
    queue, (a, b) = queue_of(10, 20)
    queue.time(queue)
    queue.remove(a)

    assert queue.next_expiry() == 20
    queue.remove(b)
    assert (queue.next_expiry(), len(queue)) == (None, 0)


def test_what_is_kept_is_looked_at_again() -> None:
    queue, (a, b) = queue_of(10, 10)
    queue.time(queue)

    assert queue.take_expired(10, look_again_s=1, kept=a) == [b]
    assert (list(queue), queue.next_expiry()) == ([a], 11)
    assert queue.take_expired(11, look_again_s=1, kept=None) == [a]
