from __future__ import annotations

import pytest

from gateway.config.settings import SpanSettings
from gateway.core.span import Span
from gateway.core.types import Port
from gateway.dispatch.binding import are_two, bind, configured_spans, is_one_modem
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


# -- one IMEI in several modems --------------------------------------------------------------------

FIRST = Span(port=Port(1), name="gsm-1", imei="111", path="/dev/a", iccid="8901")
SECOND = Span(port=Port(2), name="gsm-2", imei="111", path="/dev/b", iccid="8902")


@pytest.mark.parametrize(
    ("iccid", "path", "port"),
    [
        pytest.param("8901", "/dev/a", 1, id="as it was"),
        pytest.param("8902", "/dev/b", 2, id="as it was, the second"),
        pytest.param("8902", "/dev/a", 2, id="ports numbered anew: the SIM tells"),
        pytest.param("8901", "/dev/c", 1, id="another socket: the SIM tells"),
        pytest.param("8903", "/dev/b", 2, id="another SIM: the path tells"),
        pytest.param("", "/dev/b", 2, id="no SIM: the path tells"),
    ],
)
def test_clones_are_told_apart_by_sim_then_by_path(iccid: str, path: str, port: int) -> None:
    bound = bind([FIRST, SECOND], [], identity=Identity(imei="111", iccid=iccid), path=path)
    assert (bound.port, bound.path, bound.iccid) == (port, path, iccid or SECOND.iccid)


def test_a_clone_does_not_get_the_span_that_the_settings_give_to_its_imei_once_that_is_taken() -> None:
    settings = [SpanSettings.model_validate({"port": 5, "match": {"imei": "111"}})]
    first = bind([], settings, identity=Identity(imei="111", iccid="8901"), path="/dev/a")
    second = bind([first], settings, identity=Identity(imei="111", iccid="8902"), path="/dev/b", taken={first.port})
    assert (first.port, second.port) == (5, 1)


BY_PATH = "/dev/serial/by-path/pci-0000:00:14.0-usb-0:1.{}-port0"


@pytest.mark.parametrize(
    ("one", "one_path", "other", "other_path", "expected"),
    [
        ("8901", "/dev/ttyUSB0", "8902", "/dev/ttyUSB4", True),
        ("8901", "/dev/ttyUSB0", "8901", "/dev/ttyUSB4", False),
        ("8901", "/dev/ttyUSB0", "", "/dev/ttyUSB4", False),
        ("8901", BY_PATH.format("2:1.2"), "", BY_PATH.format("2:1.3"), False),
        ("8901", BY_PATH.format("2:1.2"), "", BY_PATH.format("3:1.2"), True),
        ("8901", BY_PATH.format("2:1.2"), "8901", BY_PATH.format("3:1.2"), False),
        ("", "/dev/serial/by-id/usb-HUAWEI-if00-port0", "", "/dev/serial/by-id/usb-HUAWEI-if02-port0", False),
        ("", "socket://one:1", "", "socket://two:1", True),
    ],
    ids=[
        "two SIMs",
        "one SIM",
        "one does not know its SIM yet",
        "two ports of one device",
        "two devices",
        "moved to another socket",
        "by-id",
        "sockets",
    ],
)
def test_modems_of_one_imei_are_two_or_one(
    one: str, one_path: str, other: str, other_path: str, expected: bool
) -> None:
    identities = Identity(imei="111", iccid=one), Identity(imei="111", iccid=other)
    assert are_two(identities[0], one_path, identities[1], other_path) is expected
    assert is_one_modem(identities[0], one_path, identities[1], other_path) is not expected


def test_modems_without_an_imei_are_one_when_they_show_one_sim() -> None:
    assert is_one_modem(Identity(iccid="8901"), "/dev/a", Identity(iccid="8901"), "/dev/b")
    assert not is_one_modem(Identity(iccid="8901"), "/dev/a", Identity(iccid="8902"), "/dev/b")
    assert not is_one_modem(Identity(), "/dev/a", Identity(), "/dev/b")
    assert not is_one_modem(Identity(imei="111", iccid="8901"), "/dev/a", Identity(iccid="8901"), "/dev/b")


def test_a_modem_without_an_imei_keeps_its_number_in_another_socket_by_its_sim() -> None:
    nameless = Span(port=Port(3), name="gsm-3", path="/dev/x", iccid="8903")
    bound = bind([ONE, nameless], [], identity=Identity(iccid="8903"), path="/dev/y")
    assert (bound.port, bound.path) == (3, "/dev/y")


# -- SIMs that move --------------------------------------------------------------------------------


def test_by_default_the_span_follows_the_modem_and_remembers_its_sim() -> None:
    bound = bind([FIRST], [], identity=Identity(imei="111", iccid="8909"), path="/dev/a")
    assert (bound.port, bound.iccid) == (1, "8909")
    assert bind([bound], [], identity=Identity(imei="111"), path="/dev/a").iccid == "8909"


def test_a_span_of_an_iccid_follows_the_sim() -> None:
    settings = [SpanSettings.model_validate({"port": 7, "match": {"iccid": "8949"}})]
    first = bind([], settings, identity=Identity(imei="111", iccid="8949"), path="/dev/a")
    moved = bind([first], settings, identity=Identity(imei="222", iccid="8949"), path="/dev/b")
    assert (moved.port, moved.imei, moved.path) == (7, "222", "/dev/b")
    assert bind([moved], settings, identity=Identity(imei="111", iccid="8950"), path="/dev/a").port == 1


def test_a_span_of_an_iccid_stays_with_its_last_modem_while_that_cannot_read_its_sim() -> None:
    settings = [SpanSettings.model_validate({"port": 7, "match": {"iccid": "8949"}})]
    span = bind([], settings, identity=Identity(imei="111", iccid="8949"), path="/dev/a")
    assert bind([span], settings, identity=Identity(imei="111"), path="/dev/a").port == 7
    assert bind([span], settings, identity=Identity(imei="222"), path="/dev/b").port == 1
