"""The parts of README and docs that are drawn from the code; `python -m tests.house.readme_parts` writes them anew."""

from __future__ import annotations

import re
import types
import typing
from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from gateway.api.dialects import shelf
from gateway.config.settings import Settings
from gateway.core.status import CHANGES, Status

ROOT = Path(__file__).parents[2]


def diagram() -> str:
    """The statuses and their changes as a Mermaid diagram."""
    lines = ["```mermaid", "stateDiagram-v2", "    [*] --> queued"]
    lines += [f"    {old} --> {new}" for old, new in CHANGES]
    lines += [f"    {status} --> [*]" for status in Status if status.is_final]
    return "\n".join([*lines, "```"])


def changes() -> str:
    """One sentence per arrow."""
    rows = [f"| {old} → {new} | {sentence} |" for (old, new), sentence in CHANGES.items()]
    return "\n".join(["| change | when |", "|---|---|", *rows])


def settings() -> str:
    """All settings, section by section."""
    rows = [row for key, model in _sections() for row in _rows(key, model)]
    rows += [row for dialect in shelf().values() for row in _rows(f"api.{dialect.name}", dialect.settings)]
    return "\n".join(["| setting | default | meaning |", "|---|---|---|", *rows])


def _sections() -> Iterator[tuple[str, type[BaseModel]]]:
    for name, field in Settings.model_fields.items():
        model, is_list = _model_of(field)
        if model is not None:
            yield (f"[[{name}]]" if is_list else name), model


def _model_of(field: FieldInfo) -> tuple[type[BaseModel] | None, bool]:
    annotation: object = field.annotation
    is_list = typing.get_origin(annotation) is list
    if is_list:
        annotation = typing.get_args(annotation)[0]
    if isinstance(annotation, type) and not isinstance(annotation, types.GenericAlias):
        return (annotation if issubclass(annotation, BaseModel) else None), is_list
    return None, is_list


def _rows(section: str, model: type[BaseModel]) -> Iterator[str]:
    for name, field in model.model_fields.items():
        inner, is_list = _model_of(field)
        key = f"{section}.{name}"
        if inner is not None:
            yield from _rows(f"[[{key}]]" if is_list else key, inner)
            continue
        yield f"| `{key}` | {_default(field)} | {field.description or ''} |"


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    value = field.default
    if value in (None, "", ()):
        return "none"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    return f"`{value}`"


PARTS = {
    ROOT / "README.md": {"diagram": diagram, "changes": changes},
    ROOT / "docs" / "settings.md": {"settings": settings},
}


def rewritten(path: Path, text: str) -> str:
    """The text of a file with its drawn parts as they must be."""
    for name, part in PARTS[path].items():
        block = f"<!-- begin: {name} -->\n{part()}\n<!-- end: {name} -->"
        pattern = rf"<!-- begin: {name} -->\n.*?<!-- end: {name} -->"
        text = re.sub(pattern, block.replace("\\", r"\\"), text, flags=re.DOTALL)
    return text


if __name__ == "__main__":
    for path in PARTS:
        path.write_text(rewritten(path, path.read_text(encoding="utf-8")), encoding="utf-8")
