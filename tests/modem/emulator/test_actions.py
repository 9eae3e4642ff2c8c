"""Duties of every action on the shelf; what each does is tested where it is asked for, at the control."""

from __future__ import annotations

import string
from typing import TYPE_CHECKING

import pytest

from modem.emulator.action import load_actions

if TYPE_CHECKING:
    from modem.emulator.action import Action

MODELS = [model for models in load_actions().values() for model in models]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_an_action_says_what_it_does_in_one_line(model: type[Action]) -> None:
    first = (model.__doc__ or "").strip().partition("\n")[0]

    assert first[:1].isupper() or first[:1] in '+"'
    assert first.endswith((".", ":")), first


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_the_names_in_a_path_are_fields(model: type[Action]) -> None:
    names = [name for _, name, _, _ in string.Formatter().parse(model.path) if name]

    assert model.path.startswith("/")
    assert set(names) <= set(model.model_fields)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_an_example_has_only_fields(model: type[Action]) -> None:
    assert model.example.keys() <= {name for models in load_actions()["arm"] for name in models.model_fields} | set(
        model.model_fields
    )
