"""What the model of dispatch has found, played again step by step."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from gateway.core.status import Status
from gateway.core.types import MessageId
from tests.gateway.model.modems import Manner, Reporting
from tests.gateway.model.test_dispatch import Dispatch


@pytest.fixture
def play() -> Iterator[Dispatch]:
    play = Dispatch()
    yield play
    play.teardown()


def test_a_report_on_the_last_segment_is_not_taken_for_one_on_the_segment_before_it(play: Dispatch) -> None:
    # Segment 1 has no answer, and goes out the second time only. Then a report on segment 2 comes, while the modem owes
    # its answer to that for ever. The process is stopped so that segment 2 is begun and taken in one second.
    good = Manner.GOOD
    play.begin(segments=[3, 1], manners=[good, good, good, Manner.DEAF, good, good])
    play.the_process_is_stopped_and_started()
    play.the_process_is_stopped_and_started()
    play.expect(modem=0, manners=[good, Manner.SILENT])
    play.time_goes_by(600.0)
    play.no_status_lies()
    (message,) = play.runner.run(play.field.store.messages([MessageId(1)]))
    assert message.status is Status.DELIVERED
    assert play.messages[MessageId(1)].taken == {0: 1, 1: 1, 2: 1}


def test_a_report_on_a_segment_that_was_sent_again_does_not_send_the_next_one_again(play: Dispatch) -> None:
    # The report comes after the evidence was waited for and the second try was taken, while the modem keeps back its
    # answer to the next segment.
    play.begin(segments=[3, 1], manners=[Manner.SILENT, *[Manner.GOOD] * 5])
    play.expect(modem=0, manners=[Manner.SILENT])
    play.report(how=Reporting.SLOW)
    for _ in range(12):
        play.time_goes_by(10.0)
        play.no_status_lies()
    assert play.messages[MessageId(1)].taken == {0: 2, 1: 1, 2: 1}
