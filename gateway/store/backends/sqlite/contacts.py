"""Contacts of accounts, and the tags that group them."""

from __future__ import annotations

import json
import sqlite3
from typing import TYPE_CHECKING, Any

from gateway.core.directory import Contact, ContactId, Tag, TagId
from gateway.errors import InvalidFieldError
from gateway.store.backends.sqlite.transaction import for_each
from gateway.store.directory import ContactPage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gateway.core.types import AccountId
    from gateway.store.backends.sqlite.transaction import Transaction
    from gateway.store.directory import ContactDraft, ContactQuery

COLUMNS = """
c.id, c.account_id, c.username, c.fullname, c.email, c.phone, c.is_active, c.created_at,
(SELECT group_concat(tag_id) FROM contact_tag WHERE contact_id = c.id)
"""
READ = f"SELECT {COLUMNS} FROM contact c"  # noqa: S608 (constants)
READ_TAGGED = f"""
{READ} WHERE c.account_id = :account_id AND c.id IN (
    SELECT contact_id FROM contact_tag WHERE tag_id IN (SELECT value FROM json_each(:tags))) ORDER BY c.id
"""  # noqa: S608 (constants)
FIND_BY_PHONE = "SELECT min(id) FROM contact WHERE account_id = :account_id AND phone_key = :phone_key"
FIND_OWNER = "SELECT account_id FROM contact WHERE id = :id"
ADD = """
INSERT INTO contact (id, account_id, username, username_key, fullname, email, email_key, phone, phone_key, is_active,
    created_at)
VALUES (:id, :account_id, coalesce(:username, '\n'), coalesce(:username_key, '\n'), '', '', NULL, '', NULL, 1, :now)
"""
NAME_BY_ID = "UPDATE contact SET username = 'sub' || id, username_key = 'sub' || id WHERE id = :id"
REMOVE = "DELETE FROM contact WHERE id = :id AND account_id = :account_id"
ADD_TAG = """
INSERT INTO contact_tag (tag_id, contact_id)
SELECT id, :contact_id FROM tag WHERE id = :tag_id AND account_id = :account_id
ON CONFLICT DO NOTHING
"""
CLEAR_TAGS = "DELETE FROM contact_tag WHERE contact_id = :contact_id"
READ_TAGS = "SELECT id, account_id, title FROM tag WHERE account_id = :account_id ORDER BY id"
FIND_TAG = "SELECT id, account_id, title FROM tag WHERE account_id = :account_id AND title_key = :title_key"
HAS_TAG = "SELECT 1 FROM tag WHERE id = :tag_id AND account_id = :account_id"
PUT_TAG = """
INSERT INTO tag (id, account_id, title, title_key) VALUES (:id, :account_id, :title, :title_key)
ON CONFLICT (id) DO UPDATE SET title = excluded.title, title_key = excluded.title_key
    WHERE account_id = excluded.account_id
"""
MAKE_TAG = "INSERT INTO tag (account_id, title, title_key) VALUES (:account_id, :title, :title_key)"
REMOVE_TAG = "DELETE FROM tag WHERE id = :id AND account_id = :account_id"


# --- tags -----------------------------------------------------------------------------------------


def read_tags(connection: sqlite3.Connection, account_id: AccountId) -> list[Tag]:
    """Give the tags of an account by id."""
    return [_tag(row) for row in connection.execute(READ_TAGS, {"account_id": account_id})]


def save_tag(tx: Transaction, account_id: AccountId, title: str) -> Tag:
    """Give the tag of this title, made when there is none."""
    values = {"account_id": account_id, "title": title, "title_key": title.casefold()}
    found = tx.fetch_one(FIND_TAG, values)
    if found is not None:
        return _tag(found)
    made = tx.execute(MAKE_TAG, values).lastrowid or 0
    return Tag(id=TagId(made), account_id=account_id, title=title)


def save_tags(tx: Transaction, tags: Sequence[Tag]) -> list[TagId]:
    """Add, find or rename tags; one whose id or title is taken stops all."""
    return for_each(tags, lambda tag: _put_tag(tx, tag))


def _put_tag(tx: Transaction, tag: Tag) -> TagId:
    if not tag.id:
        return save_tag(tx, tag.account_id, tag.title).id
    values = {"id": tag.id, "account_id": tag.account_id, "title": tag.title, "title_key": tag.title.casefold()}
    try:
        is_put = tx.execute(PUT_TAG, values).rowcount > 0
    except sqlite3.IntegrityError as error:
        raise InvalidFieldError("title", "is taken") from error
    if not is_put:
        raise InvalidFieldError("id", "is taken")
    return tag.id


def remove_tag(tx: Transaction, account_id: AccountId, tag_id: TagId) -> bool:
    """Drop a tag; False when there is none."""
    return tx.execute(REMOVE_TAG, {"id": tag_id, "account_id": account_id}).rowcount > 0


def _tag(row: tuple[Any, ...]) -> Tag:
    return Tag(id=row[0], account_id=row[1], title=row[2])


# --- contacts -------------------------------------------------------------------------------------


def read_page(connection: sqlite3.Connection, query: ContactQuery) -> ContactPage:
    """Give contacts that fit, by id."""
    conditions = ["c.account_id = :account_id"]
    if query.id is not None:
        conditions.append("c.id = :id")
    if query.is_active is not None:
        conditions.append("c.is_active = :is_active")
    if query.tag is not None:
        conditions.append("c.id IN (SELECT contact_id FROM contact_tag WHERE tag_id = :tag)")
    if query.search:
        fields = "c.username || '\n' || c.fullname || '\n' || c.email || '\n' || c.phone"
        conditions.append(f"instr(casefold({fields}), :search) > 0")
        connection.create_function("casefold", 1, str.casefold, deterministic=True)
    values = {
        "account_id": query.account_id,
        "id": query.id,
        "is_active": query.is_active,
        "tag": query.tag,
        "search": query.search.casefold(),
        "limit": query.limit,
        "offset": query.offset,
    }
    where = " AND ".join(conditions)
    (total,) = connection.execute(f"SELECT count(*) FROM contact c WHERE {where}", values).fetchone()  # noqa: S608
    sql = f"{READ} WHERE {where} ORDER BY c.id LIMIT :limit OFFSET :offset"
    return ContactPage(rows=[_contact(row) for row in connection.execute(sql, values)], total=total)


def read_by_id(connection: sqlite3.Connection, account_id: AccountId, ids: Sequence[ContactId]) -> list[Contact]:
    """Give contacts in the order of `ids`; missing ones are left out."""
    sql = f"{READ} WHERE c.account_id = :account_id AND c.id IN (SELECT value FROM json_each(:ids))"  # noqa: S608
    rows = connection.execute(sql, {"account_id": account_id, "ids": json.dumps(list(ids))})
    by_id = {row[0]: _contact(row) for row in rows}
    return [by_id[contact_id] for contact_id in ids if contact_id in by_id]


def read_tagged(connection: sqlite3.Connection, account_id: AccountId, tag_ids: Sequence[TagId]) -> list[Contact]:
    """Give contacts with any of the tags, by id."""
    values = {"account_id": account_id, "tags": json.dumps(list(tag_ids))}
    return [_contact(row) for row in connection.execute(READ_TAGGED, values)]


def _contact(row: tuple[Any, ...]) -> Contact:
    return Contact(
        id=row[0],
        account_id=row[1],
        username=row[2],
        fullname=row[3],
        email=row[4],
        phone=row[5],
        is_active=bool(row[6]),
        created_at=row[7],
        tags=tuple(sorted(TagId(int(one)) for one in row[8].split(","))) if row[8] else (),
    )


def save_contacts(tx: Transaction, drafts: Sequence[ContactDraft]) -> list[ContactId]:
    """Store contacts; one whose user name or e-mail is taken stops all."""
    return for_each(drafts, lambda draft: _save(tx, draft))


def _save(tx: Transaction, draft: ContactDraft) -> ContactId:
    contact_id = _found(tx, draft)
    try:
        if contact_id is None:
            contact_id = _add(tx, draft)
        _change(tx, contact_id, draft)
    except sqlite3.IntegrityError as error:
        field = "email" if "email_key" in str(error) else "username"
        raise InvalidFieldError(field, "is taken") from error
    tags = draft.facts.get("tags")
    if draft.tag_titles is not None:
        tags = tuple(save_tag(tx, draft.account_id, title).id for title in draft.tag_titles)
    if tags is not None:
        tx.execute(CLEAR_TAGS, {"contact_id": contact_id})
    for tag_id in (*(tags or ()), *draft.more_tags):
        values = {"contact_id": contact_id, "tag_id": tag_id, "account_id": draft.account_id}
        if tx.fetch_one(HAS_TAG, values) is None:
            raise InvalidFieldError("tags", f"no tag {tag_id}")
        tx.execute(ADD_TAG, values)
    return contact_id


def _found(tx: Transaction, draft: ContactDraft) -> ContactId | None:
    if draft.id is not None:
        owner = tx.fetch_one(FIND_OWNER, {"id": draft.id})
        if (owner is None and not draft.may_add) or (owner is not None and owner[0] != draft.account_id):
            raise InvalidFieldError("id", f"no contact {draft.id}" if owner is None else "is taken")
        return draft.id if owner is not None else None
    if not draft.is_by_phone or draft.phone_key is None:
        return None
    values = {"account_id": draft.account_id, "phone_key": draft.phone_key}
    found: ContactId | None = tx.fetch_one(FIND_BY_PHONE, values)[0]
    return found


def _add(tx: Transaction, draft: ContactDraft) -> ContactId:
    username = draft.facts.get("username") or None
    values = {
        "id": draft.id,
        "account_id": draft.account_id,
        "username": username,
        "username_key": None if username is None else username.casefold(),
        "now": draft.now,
    }
    contact_id = ContactId(tx.execute(ADD, values).lastrowid or 0)
    if username is None:
        tx.execute(NAME_BY_ID, {"id": contact_id})
    return contact_id


def _change(tx: Transaction, contact_id: ContactId, draft: ContactDraft) -> None:
    columns: dict[str, Any] = {}
    for name, value in draft.facts.items():
        if name == "tags" or (name == "username" and not value):
            continue
        columns[name] = value
        if name == "username":
            columns["username_key"] = str(value).casefold()
        elif name == "email":
            columns["email_key"] = str(value).casefold() or None
        elif name == "phone":
            columns["phone_key"] = draft.phone_key
    if columns:
        assignments = ", ".join(f"{name} = :{name}" for name in columns)
        tx.execute(f"UPDATE contact SET {assignments} WHERE id = :id", {**columns, "id": contact_id})  # noqa: S608


def remove_contact(tx: Transaction, account_id: AccountId, contact_id: ContactId) -> bool:
    """Drop a contact; False when there is none."""
    return tx.execute(REMOVE, {"id": contact_id, "account_id": account_id}).rowcount > 0
