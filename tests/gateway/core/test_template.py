from __future__ import annotations

import pytest

from gateway.core.template import TemplateError, parse_template


@pytest.mark.parametrize(
    ("text", "positions", "names"),
    [
        ("plain", 0, ()),
        ("Code: {1}", 1, ()),
        ("{2} alone", 2, ()),  # its parameter count is the highest position used (apis/README 16)
        ("{1}{1}{3}", 3, ()),
        ("Hi {name}, {order_no} {name}", 0, ("name", "order_no")),
        ("{{1}} {1}", 1, ()),
    ],
)
def test_placeholders_are_found(text: str, positions: int, names: tuple[str, ...]) -> None:
    template = parse_template(text)
    assert (template.positions, template.names) == (positions, names)


@pytest.mark.parametrize(
    ("text", "values", "result"),
    [
        ("Hello {1}, your code is {2}.", ["Əli", "1234"], "Hello Əli, your code is 1234."),
        ("{1}{2}{1}", ["{2}", "{1}"], "{2}{1}{2}"),
        ("{{{1}}}", ["x"], "{x}"),
        ("", [], ""),
        ("{1}", [""], ""),
    ],
)
def test_values_are_put_in_once(text: str, values: list[str], result: str) -> None:
    assert parse_template(text).filled_by_position(values) == result


def test_a_value_that_is_missing_is_named() -> None:
    with pytest.raises(KeyError, match="order"):
        parse_template("{order}").filled({"Order": "x"})


@pytest.mark.parametrize("text", ["{", "}", "{4}", "{0}", "{a b}", "{}", "a {1} }", "{1a}", "{-1}"])
def test_what_is_no_placeholder_is_refused(text: str) -> None:
    with pytest.raises(TemplateError, match="at character"):
        parse_template(text)
