from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.api.names import NESTING_LIMIT, build_fields
from gateway.api.refusals import MalformedError


@pytest.mark.parametrize(
    ("pairs", "fields"),
    [
        ([("a", 1)], {"a": 1}),
        ([("a[]", 1), ("a[]", 2)], {"a": [1, 2]}),
        ([("a[1]", "y"), ("a[0]", "x"), ("a[]", "z")], {"a": ["x", "y", "z"]}),
        ([("a[x]", 1), ("a[y]", 2)], {"a": {"x": 1, "y": 2}}),
        ([("a[x]", 1), ("a[]", 2)], {"a": {"x": 1, "0": 2}}),
        ([("a[0][id]", 1), ("a[0][n]", 2), ("a[1][id]", 3)], {"a": [{"id": 1, "n": 2}, {"id": 3}]}),
        ([("a[][b]", 1), ("a[][b]", 2)], {"a": [{"b": 1}, {"b": 2}]}),
        ([("a[]", [1, 2])], {"a": [1, 2]}),
        ([("a[0]", [1, 2])], {"a": [[1, 2]]}),
        ([("a[999999999]", 1)], {"a": [1]}),
        ([("a[b", 1), ("[c]", 2), ("d]", 3)], {"a[b": 1, "[c]": 2, "d]": 3}),
    ],
)
def test_names_with_brackets(pairs: list[tuple[str, Any]], fields: dict[str, Any]) -> None:
    assert build_fields(pairs) == fields


def test_too_many_brackets_are_malformed() -> None:
    build_fields([("a" + "[b]" * NESTING_LIMIT, 1)])
    with pytest.raises(MalformedError):
        build_fields([("a" + "[b]" * (NESTING_LIMIT + 1), 1)])


@given(st.lists(st.tuples(st.text("ab[]01", max_size=12), st.integers())))
def test_any_names_give_fields(pairs: list[tuple[str, int]]) -> None:
    fields = build_fields(pairs)
    assert len(fields) <= len(pairs)
