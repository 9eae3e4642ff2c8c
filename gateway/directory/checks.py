"""What may stand in the lists, whoever writes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.core.template import TemplateError, parse_template
from gateway.errors import InvalidFieldError

if TYPE_CHECKING:
    from gateway.core.directory import ContactFacts

NAME_LIMIT = 255


def checked_text(field: str, text: str, *, is_required: bool = False) -> str:
    """Give a name or title as it is; InvalidFieldError when it is too long or cannot be kept."""
    if is_required and not text.strip():
        raise InvalidFieldError(field, "required")
    if len(text) > NAME_LIMIT:
        raise InvalidFieldError(field, f"longer than {NAME_LIMIT} characters")
    if not is_storable(text):
        raise InvalidFieldError(field, "bad character")
    return text


def is_storable(text: str) -> bool:
    """Whether the store can keep it: no U+0000, no lone surrogates."""
    return "\x00" not in text and (text.isascii() or not any("\ud800" <= each <= "\udfff" for each in text))


def checked_facts(facts: ContactFacts) -> ContactFacts:
    """Give facts of a contact with blanks around texts dropped; InvalidFieldError names the first wrong one."""
    checked = facts.copy()
    if "username" in facts:
        checked["username"] = checked_text("username", facts["username"].strip())
    if "fullname" in facts:
        checked["fullname"] = checked_text("fullname", facts["fullname"].strip())
    if "email" in facts:
        checked["email"] = checked_text("email", facts["email"].strip())
    if "phone" in facts:
        checked["phone"] = checked_text("phone", facts["phone"].strip())
    return checked


def checked_template(text: str) -> str:
    """Give the text of a template as it is; InvalidFieldError when it is none."""
    if not text or not is_storable(text):
        raise InvalidFieldError("text", "required" if not text else "bad character")
    try:
        parse_template(text)
    except TemplateError as error:
        raise InvalidFieldError("text", str(error)) from error
    return text
