"""What is shown while a person types goes above what was typed."""

from __future__ import annotations

import io

import pytest

from modem.cli.screen import Screen


def test_answers_and_news_may_go_two_ways() -> None:
    out, news = io.StringIO(), io.StringIO()
    screen = Screen(out, news)
    screen.show(["OK"])
    screen.show_news(["RING"])

    assert (out.getvalue(), news.getvalue()) == ("OK\n", "RING\n")


def test_what_was_typed_is_put_back_below() -> None:
    out = io.StringIO()
    screen = Screen(out, out)
    with screen.typing("> ", lambda: "AT+C"):
        screen.show_news(["RING"])
    screen.show(["OK"])

    assert out.getvalue() == "\r\x1b[KRING\n> AT+COK\n"


def test_typing_that_is_over_does_not_begin_again() -> None:
    screen = Screen(io.StringIO(), io.StringIO())
    screen.end_typing()

    with pytest.raises(KeyboardInterrupt), screen.typing("", str):
        raise AssertionError
