from __future__ import annotations

from gateway.config.settings import SpanSettings
from gateway.core.span import Span
from gateway.core.types import Port
from gateway.dispatch.binding import bind, configured_spans
from gateway.dispatch.radio import Identity

ONE = Span(port=Port(1), name="gsm-1", imei="111", path="/dev/a")
TWO = Span(port=Port(2), name="gsm-2", imei="222", path="/dev/b")


def test_a_modem_keeps_its_number_in_another_socket() -> None:
    bound = bind([ONE, TWO], [], identity=Identity(imei="222"), path="/dev/c")
    assert (bound.port, bound.path) == (2, "/dev/c")


def test_an_unknown_modem_gets_the_next_free_number_for_ever() -> None:
    bound = bind([ONE, TWO], [], identity=Identity(imei="333"), path="/dev/a")
    assert (bound.port, bound.name, bound.imei) == (3, "gsm-3", "333")


def test_a_modem_without_imei_is_known_by_its_path() -> None:
    nameless = Span(port=Port(3), name="gsm-3", path="/dev/x")
    assert bind([ONE, nameless], [], identity=Identity(), path="/dev/x").port == 3
    assert bind([ONE, nameless], [], identity=Identity(), path="/dev/y").port == 2


def test_two_modems_of_one_imei_keep_a_number_each() -> None:
    first = bind([], [], identity=Identity(imei="111"), path="/dev/a")
    second = bind([first], [], identity=Identity(imei="111"), path="/dev/b", taken={first.port})
    assert (first.port, second.port) == (1, 2)
    assert bind([first, second], [], identity=Identity(imei="111"), path="/dev/b").port == 2
    assert bind([first, second], [], identity=Identity(imei="111"), path="/dev/a", taken={second.port}).port == 1


def test_settings_decide_before_history() -> None:
    settings = [SpanSettings.model_validate({"port": 7, "name": "alarm", "match": {"iccid": "8949"}})]
    bound = bind([ONE], settings, identity=Identity(imei="111", iccid="8949"), path="/dev/a")
    assert (bound.port, bound.name, bound.imei) == (7, "alarm", "111")


def test_a_path_pattern_of_the_settings_matches() -> None:
    settings = [SpanSettings.model_validate({"port": 4, "match": {"path": "/dev/gsm/*-if02"}})]
    assert bind([], settings, identity=Identity(imei="9"), path="/dev/gsm/1.2-if02").port == 4


def test_numbers_of_the_settings_are_not_given_to_others() -> None:
    settings = [SpanSettings.model_validate({"port": 1, "match": {"imei": "999"}})]
    assert bind([], settings, identity=Identity(imei="5"), path="/dev/a").port == 2


def test_configured_spans_exist_before_their_modem() -> None:
    settings = [SpanSettings.model_validate({"port": 1, "match": {"imei": "999"}})]
    assert configured_spans([], settings) == [Span(port=Port(1), name="gsm-1")]
