"""Contract of the files in `actions/`: what a tester can do to modems, network and people, by topic.

A file in `actions/`
1. MUST define each action as a model derived from `Action`, whose docstring's first line says what happens, whose `do`
   is a word that no other action uses, and whose `path` is where the control offers it; {names} in it are fields;
2. MUST do it in `run`, at once, and return None or a value of the model that `answer` names;
3. MUST raise `ActionError`, or leave an EncodeError or BehaviourError, when that is not possible, naming the field;
4. MUST NOT import another file of the folder.

The folder is walked: the control makes a route of each action, and a scenario's timeline can do each.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar

from modem.emulator.border import Checked, FaultTable, ModemNumber

if TYPE_CHECKING:
    from modem.emulator.rack.rack import Rack


class ActionError(Exception):
    """An action is not possible; `field` names why, `is_conflict`: not as things are now."""

    def __init__(self, field: str, reason: str, *, is_conflict: bool = False) -> None:
        super().__init__(reason)
        self.field = field
        self.reason = reason
        self.is_conflict = is_conflict


class Action(Checked):
    """Something that can be done."""

    path: ClassVar[str] = ""
    method: ClassVar[str] = "POST"
    answer: ClassVar[type[Checked] | None] = None
    example: ClassVar[dict[str, Any]] = {}
    """Fields of an example, without those of the path."""

    def run(self, rack: Rack) -> Checked | None:
        """Do it."""
        raise NotImplementedError


class ModemAction(Action):
    """Something that can be done to one modem."""

    modem: ModemNumber

    def imsi(self, rack: Rack) -> str:
        """Return the IMSI of the modem's card, or of the one that was in it."""
        return rack.machines[self.modem].equipment.sim.imsi


@cache
def load_actions() -> dict[str, list[type[Action]]]:
    """Walk the folder and return the models of every action by its word: one, or one for each fault."""
    package = importlib.import_module("modem.emulator.actions")
    actions: dict[str, list[type[Action]]] = {}
    for entry in pkgutil.iter_modules(package.__path__):
        module = importlib.import_module(f"{package.__name__}.{entry.name}")
        for model in module.ACTIONS:
            known = actions.setdefault(model.model_fields["do"].default, [])
            if known and not issubclass(model, FaultTable):
                message = f"{entry.name}: {model.__name__} needs a word that no other action has"
                raise ValueError(message)
            known.append(model)
    return dict(sorted(actions.items()))
