from __future__ import annotations

from typing import Any

import pytest

from gateway.api.names import build_fields
from gateway.api.params import Params, WrittenFloat, decode_json, repair_plus
from gateway.api.refusals import MalformedError
from gateway.errors import InvalidFieldError


def _json(text: str) -> Params:
    return Params(decode_json(text))


def _form(**fields: Any) -> Params:
    return Params(None, fields)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", 1),
        ("1.0", 1),
        ("1e2", 100),
        ('"1"', 1),
        ('" -1 "', -1),
        ('"+7"', 7),
        ("true", 1),
        ("false", 0),
        ("null", None),
        ('""', None),
        ('"  "', None),
    ],
)
def test_int(text: str, value: int | None) -> None:
    assert _json(f'{{"a":{text}}}').read_int("a") == value


@pytest.mark.parametrize("text", ['"abc"', "1.5", '"1.5"', "1e400", "[1]", "{}", '"1_0"', '"١"', f'"{"9" * 5000}"'])
def test_not_an_int(text: str) -> None:
    with pytest.raises(InvalidFieldError, match="a: not a number"):
        _json(f'{{"a":{text}}}').read_int("a")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", False),
        ("1", True),
        ("1.0", True),
        ("true", True),
        ("false", False),
        ('"0"', False),
        ('" ON "', True),
        ('"Yes"', True),
        ('"off"', False),
        ('"no"', False),
        ('"TRUE"', True),
        ("null", None),
        ('""', None),
    ],
)
def test_switch(text: str, value: bool | None) -> None:
    assert _json(f'{{"a":{text}}}').read_switch("a") is value


@pytest.mark.parametrize("text", ["2", "-1", '"2"', '"maybe"', "[1]", "{}", "0.5"])
def test_not_a_switch(text: str) -> None:
    with pytest.raises(InvalidFieldError, match="a: must be 0 or 1"):
        _json(f'{{"a":{text}}}').read_switch("a")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('"x"', "x"),
        ('" x "', " x "),
        ("491711234567", "491711234567"),
        ("1.50", "1.50"),
        ("4.9e11", "4.9e11"),
        ("null", None),
        ('""', None),
        ('" \\n"', None),
    ],
)
def test_string(text: str, value: str | None) -> None:
    assert _json(f'{{"a":{text}}}').read_string("a") == value


def test_text_may_consist_of_blanks() -> None:
    assert _json('{"a":" "}').read_text("a") == " "


@pytest.mark.parametrize("text", ["true", "[]", "{}", '["x"]'])
def test_not_a_string(text: str) -> None:
    with pytest.raises(InvalidFieldError, match="a: not a string"):
        _json(f'{{"a":{text}}}').read_string("a")


@pytest.mark.parametrize(
    ("fields", "value"),
    [
        ('{"a":[1,"2"]}', [1, "2"]),
        ('{"a":1}', [1]),
        ('{"a":"1"}', ["1"]),
        ('{"a":"[1,2]"}', ["[1,2]"]),
        ('{"a[]":[1,2]}', [1, 2]),
        ('{"a[]":1}', [1]),
        ('{"a[1]":"y","a[0]":"x"}', ["x", "y"]),
        ('{"A":[1]}', [1]),
        ('{"a":[]}', None),
        ('{"a":null}', None),
        ('{"a":""}', None),
        ("{}", None),
    ],
)
def test_list(fields: str, value: list[Any] | None) -> None:
    assert _json(fields).read_list("a") == value


def test_object_is_not_a_list() -> None:
    with pytest.raises(InvalidFieldError, match="a: not a list"):
        _json('{"a":{"b":1}}').read_list("a")


@pytest.mark.parametrize(
    ("pairs", "value"),
    [
        ([("a", "1"), ("a", "2")], ["1", "2"]),
        ([("a[]", "1"), ("a[]", "2")], ["1", "2"]),
        ([("a", "1"), ("a[]", "2")], ["1", "2"]),
        ([("a[]", "1"), ("a", "2")], ["1", "2"]),
        ([("a", '[1,"2"]')], [1, "2"]),
        ([("a", "[1,")], ["[1,"]),
        ([("a", " ")], None),
        ([("a[", "1"), ("a]", "1"), ("[a]", "1"), ("a[b", "1")], None),
    ],
)
def test_list_of_a_form(pairs: list[tuple[str, str]], value: list[Any] | None) -> None:
    assert Params(None, build_fields(pairs)).read_list("a") == value


def test_last_of_repeated_fields_counts_where_no_list_is_wanted() -> None:
    assert Params(None, build_fields([("a", "1"), ("a", "2")])).read_int("a") == 2


def test_exact_name_goes_before_one_in_another_case() -> None:
    params = _json('{"CustomerID":1,"customerid":2}')
    assert params.read_int("customerid") == 2
    assert params.read_int("customerId") in {1, 2}


@pytest.mark.parametrize(
    ("text", "repaired"),
    [
        (" 491711234567", "+491711234567"),
        ("491711234567, 491711234568", "491711234567,+491711234568"),
        ("+491711234567; 4917112", "+491711234567;+4917112"),
        ("+491711234567; 10086, 491711", "+491711234567; 10086, 491711"),
        ("10010  4917112345", "10010 +4917112345"),
        ("10010 10086", "10010 10086"),
        ("0171, 0172", "0171, 0172"),
        (" abc", " abc"),
    ],
)
def test_lost_plus_is_put_back(text: str, repaired: str) -> None:
    assert repair_plus(text) == repaired
    assert _form(a=text).read_phones("a") == [repaired]
    assert _json(f'{{"a":"{text}"}}').read_phones("a") == [text]


def test_has_tells_empty_from_missing() -> None:
    params = _json('{"a":"","b":null,"c":0}')
    assert [params.has(name) for name in ("a", "b", "c", "d")] == [True, False, True, False]


def test_number_remembers_its_digits() -> None:
    assert WrittenFloat("1.50") == 1.5
    assert WrittenFloat("1.50").text == "1.50"


def test_items_stay_in_their_places() -> None:
    assert _json('{"a":["x",null,"",0]}').read_items("a") == ["x", None, "", 0]
    assert _json('{"a":7}').read_items("a") == [7]
    assert _json('{"a":[]}').read_items("a") == []
    assert [_json(text).read_items("a") for text in ('{"a":null}', '{"a":""}', "{}")] == [None] * 3
    assert _form(a='["x","y"]').read_items("a") == ["x", "y"]
    with pytest.raises(InvalidFieldError):
        _json('{"a":{}}').read_items("a")


def test_objects() -> None:
    assert _json('{"a":{"b":1}}').read_object("a") == {"b": 1}
    assert _form(a='{"b":1}').read_object("a") == {"b": 1}
    assert [_json(text).read_object("a") for text in ('{"a":null}', '{"a":" "}', "{}")] == [None] * 3
    for wrong in ('{"a":[]}', '{"a":1}', '{"a":"{}"}'):
        with pytest.raises(InvalidFieldError, match="a: not an object"):
            _json(wrong).read_object("a")
    with pytest.raises(InvalidFieldError):
        _form(a="{").read_object("a")


@pytest.mark.parametrize("params", [_json('{"a": {"b": [1]}}'), _json('{"a": "{\\"b\\":[1]}"}'), _form(a='{"b":[1]}')])
def test_a_document_is_read_as_itself_or_as_its_text(params: Params) -> None:
    assert params.read_json("a") == {"b": [1]}


def test_a_document_may_be_absent_or_malformed() -> None:
    assert _json('{"a": " "}').read_json("a") is None
    assert _form().read_json("a") is None
    with pytest.raises(MalformedError):
        _form(a="{").read_json("a")


def test_where_a_field_came_from() -> None:
    assert _form(a="1").came_by_form("A")
    assert not _json('{"a": 1}').came_by_form("a")
    assert not Params({"a": 1}, {"a": "2"}).came_by_form("a")
