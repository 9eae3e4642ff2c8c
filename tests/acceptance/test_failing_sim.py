"""A SIM that stays registered while its submits fail as they never did: noticed, treated, and put before a person."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from gateway import modem_radio
from gateway.app import App
from gateway.config.settings import Settings
from gateway.core.account import Role
from gateway.core.history import HistoryKind
from gateway.core.number import read_number
from gateway.core.span import SpanState
from gateway.core.types import Port
from gateway.service.submitting import Submission
from modem.driver import ModemOptions
from modem.emulator.breakage.shelf import build
from tests.acceptance.conftest import MakeRack
from tests.modem.driver.recovering import LIMITS
from tests.support.waiting import until

NEEDS_PERSON = "needs a person: it is registered, yet its submits fail as they did not before"
BEFORE = 20


@pytest.mark.timeout(120)
async def test_sim_whose_submits_fail_as_never_before_needs_a_person(
    tmp_path: Path, make_rack: MakeRack, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = modem_radio.modem_options

    def in_a_hurry(settings: Settings) -> ModemOptions:
        return replace(options(settings), recovery=replace(LIMITS, rounds=1), poll_interval_s=0.2)

    monkeypatch.setattr(modem_radio, "modem_options", in_a_hurry)
    rack = await make_rack(count=2, radio_time_s=0.01)
    settings = Settings.model_validate(
        {
            "http": {"port": 0},
            "store": {"url": f"sqlite:///{tmp_path / 'gateway.db'}"},
            "modems": {"ports": [str(port) for port in rack.ports]},
            "dispatch": {"retry_first_s": 0.05, "retry_longest_s": 0.05, "max_tries": 1000},
        }
    )
    app = App(settings)
    await app.open()
    account = await app.accounts.create("shop", role=Role.SENDER, password="long enough")
    await app.start()
    try:
        await asyncio.wait_for(app.board.wait_usable(2), 20)

        async def send(count: int) -> None:
            for index in range(count):
                number = read_number(f"+4917100{index:05}", default_region="")
                assert number is not None
                await app.service.submit(
                    account, Submission(dialect="openvox", numbers=[number], text="hello", spans=(Port(1),))
                )

        await send(BEFORE)
        await until(lambda: app.spans.show(Port(1)).health.accepted == BEFORE, timeout_s=30)
        failing = next(
            index for index, port in enumerate(rack.ports) if app.spans.show(Port(1)).view.span.path == str(port)
        )
        # 38: network out of order, whatever is sent (24.011 E.2).
        armed = rack.arm(failing, *build({"fault": "send_error", "code": 38, "sends": False, "times": 0}))
        await send(30)
        await until(lambda: app.spans.show(Port(1)).view.state is SpanState.NEEDS_PERSON, timeout_s=60)
        report = app.spans.show(Port(1))
        assert report.view.reason == NEEDS_PERSON
        assert not report.view.is_usable
        assert report.health.registration == "registered in the home network"
        assert report.health.refused >= 5
        assert app.spans.show(Port(2)).view.state is SpanState.READY
        await app.history.stop()
        kinds = [line.kind for line in reversed(await app.store.history(Port(1)))]
        treated = kinds.index(HistoryKind.RECOVERY)
        given_up = kinds.index(HistoryKind.NEEDS_PERSON)
        assert treated < given_up
        assert HistoryKind.NOT_RECOVERED in kinds[treated:given_up]
        person = (await app.store.history(Port(1)))[-1 - given_up]
        assert "radio off and on" in person.detail
        assert await app.store.history(Port(2)) != []

        # The person put up another antenna, and says so.
        rack.disarm(failing, armed.number)
        await app.spans.resume(Port(1), actor="anna")
        await until(lambda: app.spans.show(Port(1)).view.state is SpanState.READY, timeout_s=20)
        await until(lambda: app.spans.show(Port(1)).health.accepted > BEFORE, timeout_s=20)
    finally:
        await app.stop()
